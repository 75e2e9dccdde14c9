import type { DataType } from './data-type.ts'
import type { OnnxTensor } from './onnx-tensor.ts'

/**
 * The value of a node's attribute. A plain number is an INT, an array of numbers INTS and a string a STRING;
 * floats say so, since 1 and 1.0 are different attributes in ONNX. `opaque` holds an encoded AttributeProto
 * that passes through untouched (subgraphs, sparse tensors, types). Integers beyond 2^53 saturate: INT64_MAX,
 * the only such value in practice ("to the end"), survives a round trip.
 */
export type Attribute =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: OnnxTensor }
  | { readonly opaque: Uint8Array }

export type Attributes = Readonly<Record<string, Attribute>>

/**
 * One operation. An empty string among the inputs is an optional input left out, among the outputs one that
 * nobody asked for.
 */
export interface OnnxNode {
  /** e.g. 'Conv'. */
  readonly opType: string
  /** '' for ONNX's own operators. */
  readonly domain: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
}

/** An extent: a number, a named free dimension such as 'batch', or null when the model says nothing. */
export type Dimension = number | string | null

/** A graph's input, output or intermediate value. */
export interface ValueInfo {
  readonly name: string
  /** null when the file does not say, or when it is no tensor (a sequence, a map). */
  readonly dataType: DataType | null
  /** null when even the rank is unknown. */
  readonly shape: readonly Dimension[] | null
}

/** A graph in topological order, as ONNX requires it. */
export interface OnnxGraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: ReadonlyMap<string, OnnxTensor>
  /** Inputs that have an initializer of the same name (IR version 3) are left out: they are constants. */
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  /** Types and shapes of intermediate values, where the file has them. */
  readonly valueInfos: ReadonlyMap<string, ValueInfo>
}

export interface OnnxModel {
  readonly irVersion: number
  /** Operator set versions by domain; '' is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>
  readonly producer: string
  readonly graph: OnnxGraph
  /** metadata_props, such as class names. */
  readonly metadata?: Readonly<Record<string, string>>
  /** Encoded FunctionProtos, passed through. */
  readonly functions: readonly Uint8Array[]
}

/** A node of one output, of ONNX's own operators, under its output's name. */
export function nodeOf(
  opType: string,
  inputs: readonly string[],
  output: string,
  attributes: Attributes = {},
): OnnxNode {
  return { opType, domain: '', name: output, inputs, outputs: [output], attributes }
}

/** The version of ONNX's own operators; a model that says none has the first. */
export function opsetOf({ opsets }: Pick<OnnxModel, 'opsets'>): number {
  return opsets.get('') ?? 1
}
