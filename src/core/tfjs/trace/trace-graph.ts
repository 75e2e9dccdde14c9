import { inOrder } from '../../math/matrices.ts'
import { entry } from '../../entry.ts'
import { internalError } from '../../errors.ts'
import { GraphBuilder } from '../../onnx/graph-builder.ts'
import type { Attributes, OnnxModel } from '../../onnx/graph.ts'
import type { OnnxTensor } from '../../onnx/onnx-tensor.ts'
import { extentOf, sizeOf } from '../../tensor/tensor.ts'
import {
  channelsFirstOrder,
  channelsLastOrder,
  isChannelsFirst,
  isKnown,
  type Traced,
  type TracedData,
  type TracedType,
} from './traced.ts'

/** Reduction operators take their axes as an input from here on, and Resize knows axes. */
const opset = 18

/**
 * The ONNX graph of a model while it is traced: values are brought to the layout that a node needs, and no
 * further.
 */
export class TraceGraph {
  private readonly builder = new GraphBuilder({ opset })
  private readonly initializers = new WeakMap<TracedData, string>()
  private readonly transposed = new Map<string, string>()

  /** @param batch the trace's number for the batch: an extent that occurs nowhere else */
  constructor(readonly batch: number) {}

  /** An input of the model as TensorFlow.js takes it, its batch free. */
  input(name: string, shape: readonly number[]): Traced {
    this.builder.input(
      name,
      [...shape].map((extent, axis) => (axis === 0 ? 'batch' : extent)),
    )
    return { shape, dtype: 'float32', at: { kind: 'placed', name, layout: 'as-is' } }
  }

  /** Images leave with the classes as axis 1, everything else as it is. */
  output(value: Traced, name: string): void {
    const rank = value.shape.length
    const isImage = rank > 2
    const order = isImage ? channelsFirstOrder(rank) : [...value.shape.keys()]
    const shape = order.map((axis) => (axis === 0 ? 'batch' : extentOf(value.shape, axis)))
    const own = isImage ? this.channelsFirst(value) : this.asIs(value)
    // A value can be another output, the input or a constant: a node of its own can be named.
    const taken = this.outputNames.has(own) || this.isGiven(own) ? this.node('Identity', [own]) : own
    this.outputNames.set(taken, name)
    this.builder.output(taken, shape)
  }

  /** By the names that the builder gave. */
  private readonly outputNames = new Map<string, string>()

  private isGiven(name: string): boolean {
    const { inputs, initializers } = this.builder.build().graph
    return initializers.has(name) || inputs.some((input) => input.name === name)
  }

  /** The model; its outputs are called as `output` says. */
  build(): OnnxModel {
    return renamed(this.builder.build(), this.outputNames)
  }

  /** A node with one output. */
  node(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.builder.node(opType, inputs, attributes)
  }

  nodes(opType: string, inputs: readonly string[], outputs: number, attributes: Attributes = {}): string[] {
    return this.builder.nodeWithOutputs(opType, inputs, outputs, attributes)
  }

  floats(shape: readonly number[], values: readonly number[] | Float32Array): string {
    return this.builder.floats([...shape], values)
  }

  ints(values: readonly number[]): string {
    return this.builder.ints(values)
  }

  /** The value's name with TensorFlow's axes. */
  asIs(value: Traced): string {
    const name = this.nameOf(value)
    return isChannelsFirst(value) ? this.transpose(name, channelsLastOrder(value.shape.length)) : name
  }

  /** The value's name with axes [N, C, ...spatial]; of at least two axes. */
  channelsFirst(value: Traced): string {
    if (isChannelsFirst(value) || value.shape.length < 3) return this.nameOf(value)
    if (isKnown(value)) return this.knownTransposed(value, channelsFirstOrder(value.shape.length))
    return this.transpose(this.nameOf(value), channelsFirstOrder(value.shape.length))
  }

  /** The value's axes in another order, e.g. a filter's; known data is put there at once. */
  permuted(value: Traced, order: readonly number[]): string {
    return isKnown(value) ? this.knownTransposed(value, order) : this.transpose(this.asIs(value), order)
  }

  transpose(name: string, perm: readonly number[]): string {
    if (perm.every((axis, place) => axis === place)) return name
    const key = `${name} ${perm.join()}`
    const done = this.transposed.get(key) ?? this.node('Transpose', [name], { perm })
    this.transposed.set(key, done)
    return done
  }

  /** The name of a value in its own layout. */
  nameOf({ at, shape, dtype }: Traced): string {
    if (at.kind === 'placed') return at.name
    const name = this.initializers.get(at.data) ?? this.constant(shape, dtype, at.data)
    this.initializers.set(at.data, name)
    return name
  }

  private knownTransposed({ shape, dtype, at }: Traced, order: readonly number[]): string {
    if (at.kind !== 'known') throw internalError('a value that is not known was to be put in another order')
    return this.constant(
      order.map((axis) => extentOf(shape, axis)),
      dtype,
      permutedData(at.data, shape, order),
    )
  }

  private constant(shape: readonly number[], dtype: TracedType, data: TracedData): string {
    if (dtype === 'float32') return this.builder.floats([...shape], Float32Array.from(data))
    const raw = dtype === 'bool' ? Uint8Array.from(data) : new Uint8Array(Int32Array.from(data).buffer)
    const tensor: OnnxTensor = { dataType: dtype, shape: [...shape], raw }
    return this.builder.constant(tensor)
  }
}

/** `data` of `shape` with axis order[i] at place i. */
function permutedData(data: TracedData, shape: readonly number[], order: readonly number[]): TracedData {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
  return inOrder(
    data,
    order.map((axis) => extentOf(shape, axis)),
    order.map((axis) => entry(strides, axis)),
  )
}

function renamed(model: OnnxModel, names: ReadonlyMap<string, string>): OnnxModel {
  const { graph } = model
  const nameOf = (name: string) => names.get(name) ?? name
  const nodes = graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(nameOf),
    outputs: node.outputs.map(nameOf),
  }))
  const outputs = graph.outputs.map((output) => ({ ...output, name: nameOf(output.name) }))
  return { ...model, graph: { ...graph, nodes, outputs } }
}
