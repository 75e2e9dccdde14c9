import { RadversaryError } from '../../errors.ts'
import type { TraceGraph } from './trace-graph.ts'
import type { Traced, TracedType } from './traced.ts'

/** A kernel of TensorFlow.js called while a model is traced. */
export interface KernelCall {
  readonly graph: TraceGraph
  /** e.g. 'FusedConv2D'. */
  readonly kernel: string
  readonly inputs: Readonly<Record<string, Traced | undefined>>
  readonly attributes: KernelAttributes
}

/** Adds a kernel's nodes to the graph. Throws `model-unsupported` for what ONNX can't say. */
export type KernelRule = (call: KernelCall) => Traced | Traced[]

/** A kernel's attributes, whose names and types are TensorFlow.js's (kernel_names.ts of tfjs-core). */
export interface KernelAttributes {
  number(name: string, fallback?: number): number
  text(name: string, fallback?: string): string
  flag(name: string): boolean
  /** A list of numbers; one number stands for `rank` equal ones. */
  numbers(name: string, rank?: number): readonly number[]
  /** e.g. paddings, [[before, after], …]. */
  pairs(name: string): readonly (readonly [number, number])[]
  raw(name: string): unknown
}

export function kernelAttributes(kernel: string, given: Readonly<Record<string, unknown>>): KernelAttributes {
  const wrong = (name: string, expected: string) =>
    new RadversaryError(
      'model-unsupported',
      `TensorFlow.js ${kernel}: expected ${expected} as ${name}, got ${JSON.stringify(given[name])}`,
    )
  return {
    raw: (name) => given[name],
    number: (name, fallback) => {
      const value = given[name] ?? fallback
      if (typeof value !== 'number') throw wrong(name, 'a number')
      return value
    },
    text: (name, fallback) => {
      const value = given[name] ?? fallback
      if (typeof value !== 'string') throw wrong(name, 'a name')
      return value
    },
    flag: (name) => given[name] === true,
    numbers: (name, rank = 1) => {
      const value = given[name]
      if (typeof value === 'number') return Array.from({ length: rank }, () => value)
      if (!isNumbers(value)) throw wrong(name, 'numbers')
      return value
    },
    pairs: (name) => {
      const value = given[name]
      if (!Array.isArray(value) || !value.every(isPair)) throw wrong(name, 'pairs of numbers')
      return value
    },
  }
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number')
}

function isPair(value: unknown): value is readonly [number, number] {
  return isNumbers(value) && value.length === 2
}

export function unsupported({ kernel }: Pick<KernelCall, 'kernel'>, what: string): RadversaryError {
  return new RadversaryError('model-unsupported', `TensorFlow.js ${kernel}: ${what} can't be said in ONNX`)
}

/** An input that the kernel always has. */
export function inputOf({ inputs, kernel }: KernelCall, name: string): Traced {
  const value = inputs[name]
  if (value === undefined)
    throw new RadversaryError(
      'model-unsupported',
      `TensorFlow.js ${kernel}: expected the input ${name}, got none`,
    )
  return value
}

/** The inputs of kernels that take any number: '0', '1', … */
export function listed({ inputs }: KernelCall): Traced[] {
  return Object.values(inputs).filter((value) => value !== undefined)
}

export function placed(
  name: string,
  shape: readonly number[],
  layout: 'as-is' | 'channels-first' = 'as-is',
  dtype: TracedType = 'float32',
): Traced {
  return { shape, dtype, at: { kind: 'placed', name, layout } }
}
