import { RadversaryError } from '../errors.ts'
import type { Attribute, OnnxNode } from './graph.ts'
import { type OnnxTensor, saturatedInt64 } from './onnx-tensor.ts'
import { attributeProto, type AttributeProto, graphProto, type Int64 } from './proto.ts'
import { decodeTensor, encodeTensor } from './tensor-codec.ts'

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

/** AttributeProto.AttributeType */
const types = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7, strings: 8 }

const text = new TextDecoder()
const utf8 = new TextEncoder()

/** One encoded AttributeProto as [name, value]. */
export function decodeAttribute(bytes: Uint8Array): [string, Attribute] {
  const message = attributeProto.decode(bytes)
  return [message.name, attributeValue(message, bytes)]
}

function attributeValue(message: AttributeProto, bytes: Uint8Array): Attribute {
  switch (message.type) {
    case types.float:
      return { float: message.f }
    case types.int:
      return Number(message.i)
    case types.string:
      // An empty string is not written, and protobufjs gives an array for it.
      return text.decode(Uint8Array.from(message.s))
    case types.tensor:
      return { tensor: requiredTensor(message) }
    case types.floats:
      return { floats: message.floats }
    case types.ints:
      return message.ints.map(Number)
    case types.strings:
      return { strings: message.strings.map((each) => text.decode(each)) }
    default:
      // Damage inside a subgraph is found here, not when somebody first looks for what it reads.
      subgraphReferences(bytes)
      return { opaque: bytes }
  }
}

function requiredTensor(message: AttributeProto) {
  if (message.t === null)
    throw new RadversaryError(
      'model-unreadable',
      `AttributeProto '${message.name}': expected a tensor, got none`,
    )
  return decodeTensor(message.t)
}

/** The AttributeProto of a value, encoded. */
export function encodeAttribute(name: string, value: Attribute): Uint8Array {
  if (typeof value === 'object' && 'opaque' in value) return value.opaque
  return attributeProto.encode({ name, ...fieldsOf(value) })
}

function fieldsOf(value: Exclude<Attribute, { readonly opaque: Uint8Array }>): Partial<AttributeProto> {
  if (typeof value === 'number') return { type: types.int, i: int64(value) }
  if (typeof value === 'string') return { type: types.string, s: utf8.encode(value) }
  if ('float' in value) return { type: types.float, f: value.float }
  if ('floats' in value) return { type: types.floats, floats: [...value.floats] }
  if ('strings' in value)
    return { type: types.strings, strings: value.strings.map((each) => utf8.encode(each)) }
  if ('tensor' in value) return { type: types.tensor, t: encodeTensor('', value.tensor) }
  return { type: types.ints, ints: value.map(int64) }
}

/** protobufjs takes a Long-like {low, high}, which is exact where a number would wrap at 2^63. */
function int64(value: number): Int64 {
  const bits = BigInt.asUintN(64, saturatedInt64(value))
  return {
    low: Number(BigInt.asIntN(32, bits)),
    high: Number(BigInt.asIntN(32, bits >> 32n)),
    unsigned: false,
  }
}

/**
 * Names that the subgraphs of an encoded attribute (If, Loop, Scan) read, of the graph around them or their
 * own.
 */
export function subgraphReferences(bytes: Uint8Array): string[] {
  const { g, graphs } = attributeProto.decode(bytes)
  return [g, ...graphs]
    .filter((graph) => graph.byteLength > 0)
    .flatMap((graph) => graphProto.decode(graph).node)
    .flatMap((node) => [...node.input, ...node.attribute.flatMap(subgraphReferences)])
}
