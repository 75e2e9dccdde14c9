import { RadversaryError } from '../errors.ts'
import type { Attribute, OnnxNode } from './graph.ts'
import type { OnnxTensor } from './onnx-tensor.ts'

type Attributed = Pick<OnnxNode, 'opType' | 'name' | 'attributes'>

/** The INT attribute `name`; the default of the operator's specification when it is absent. */
export function intAttribute(node: Attributed, name: string, fallback: number): number {
  const value = node.attributes[name]
  if (value === undefined) return fallback
  return typeof value === 'number' ? value : wrongType(node, name, 'an integer', value)
}

/** The INTS attribute `name`, or undefined when it is absent. */
export function intsAttribute(node: Attributed, name: string): readonly number[] | undefined {
  const value = node.attributes[name]
  if (value === undefined) return undefined
  return isInts(value) ? value : wrongType(node, name, 'integers', value)
}

/** The FLOAT attribute `name`; the default of the operator's specification when it is absent. */
export function floatAttribute(node: Attributed, name: string, fallback: number): number {
  const value = node.attributes[name]
  if (value === undefined) return fallback
  return typeof value === 'object' && 'float' in value ? value.float : wrongType(node, name, 'a float', value)
}

/** The STRING attribute `name`; the default of the operator's specification when it is absent. */
export function stringAttribute(node: Attributed, name: string, fallback: string): string {
  const value = node.attributes[name]
  if (value === undefined) return fallback
  return typeof value === 'string' ? value : wrongType(node, name, 'a string', value)
}

/** The TENSOR attribute `name`, or undefined when it is absent. */
export function tensorAttribute(node: Attributed, name: string): OnnxTensor | undefined {
  const value = node.attributes[name]
  if (value === undefined) return undefined
  return typeof value === 'object' && 'tensor' in value
    ? value.tensor
    : wrongType(node, name, 'a tensor', value)
}

function isInts(value: Attribute): value is readonly number[] {
  return Array.isArray(value)
}

function wrongType(node: Attributed, name: string, expected: string, value: Attribute): never {
  const found = typeof value === 'object' ? Object.keys(value).join() || 'integers' : typeof value
  throw new RadversaryError(
    'model-unreadable',
    `${node.opType} '${node.name}': expected ${expected} as ${name}, got ${found}`,
  )
}
