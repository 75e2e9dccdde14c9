import { entry } from '../entry.ts'
import { internalError } from '../errors.ts'
import type { DataType } from '../onnx/data-type.ts'
import type { Attributes, OnnxNode } from '../onnx/graph.ts'
import { boolTensor, float32Tensor, int64Tensor, type OnnxTensor } from '../onnx/onnx-tensor.ts'
import { extentOf, type Shape, sizeOf } from '../tensor/tensor.ts'
import { axisOf, broadcastShapes, permuted, reducedShape, sameShape } from './shapes.ts'

/**
 * A tensor of the graph, with all that is known of it when the gradient graph is built: every extent is a
 * number by then.
 */
export interface Value {
  readonly name: string
  readonly shape: Shape
  readonly dataType: DataType
  /** The elements, for weights and everything else that does not depend on the model's input. */
  readonly constant?: OnnxTensor | undefined
}

/** What an elementwise operation takes: a number is a float32 scalar. */
export type Operand = Value | number

export interface OperationOptions {
  readonly attributes?: Attributes
  readonly dataType?: DataType
}

/** A slice along some axes; steps are 1. */
export interface Crop {
  readonly axes: readonly number[]
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/**
 * Writes nodes of opset 18 or later into the graph under construction and keeps track of their shapes.
 * Operations whose result is their input (a reshape to the same shape, a sum over no axis) emit nothing.
 */
export class Emitter {
  readonly nodes: OnnxNode[] = []
  readonly initializers = new Map<string, OnnxTensor>()
  private readonly emitted: Value[] = []
  private readonly constants = new Map<string, Value>()
  private readonly extraOutputs = new Map<string, Map<number, Value>>()
  private count = 0

  /**
   * @param device Execution provider that the graph is meant for, e.g. 'cpu' or 'webgpu': a rule may choose
   * its form by it.
   * @param prefix Begins every name that is given here and no name of the model.
   */
  constructor(
    readonly device: string,
    private readonly prefix: string,
  ) {}

  /**
   * One node with one output of a shape that the caller knows. The type is that of the first input unless
   * `dataType` says otherwise.
   */
  op(opType: string, inputs: readonly (Value | null)[], shape: Shape, options: OperationOptions = {}): Value {
    const dataType = options.dataType ?? inputs[0]?.dataType ?? 'float32'
    const value = { name: this.freshName(opType), shape, dataType }
    this.emitted.push(value)
    this.nodes.push({
      opType,
      domain: '',
      name: value.name,
      inputs: inputs.map((input) => input?.name ?? ''),
      outputs: [value.name],
      attributes: options.attributes ?? {},
    })
    return value
  }

  /** An elementwise operation with NumPy broadcasting: `map('Exp', x)`, `map('Max', x, 0)`. */
  map(opType: string, ...operands: readonly Operand[]): Value {
    const values = this.operands(operands)
    return this.op(opType, values, broadcastShapes(values.map(({ shape }) => shape)))
  }

  add(a: Operand, b: Operand): Value {
    return this.map('Add', a, b)
  }

  sub(a: Operand, b: Operand): Value {
    return this.map('Sub', a, b)
  }

  mul(a: Operand, b: Operand): Value {
    return this.map('Mul', a, b)
  }

  div(a: Operand, b: Operand): Value {
    return this.map('Div', a, b)
  }

  /** x, at least `low` and at most `high`. */
  clamp(x: Value, low: number, high: number): Value {
    return this.map('Min', this.map('Max', x, low), high)
  }

  /**
   * factor · x. Images on the CPU are multiplied channel by channel, by as many equal numbers: ONNX Runtime
   * does that in the layout of its convolutions, and a multiplication by one number not.
   */
  scale(x: Value, factor: number): Value {
    const [channels, image] = [extentOf(x.shape, 1), x.shape.slice(2)]
    if (this.device !== 'cpu' || image.length !== 2) return this.mul(x, factor)
    return this.mul(x, this.floats([channels, 1, 1], new Float32Array(channels).fill(factor)))
  }

  /** Equal, Greater, Less, And, …: a bool mask. */
  test(opType: string, ...operands: readonly Operand[]): Value {
    const values = this.operands(operands)
    return this.op(opType, values, broadcastShapes(values.map(({ shape }) => shape)), { dataType: 'bool' })
  }

  /** condition ? a : b */
  where(condition: Value, a: Operand, b: Operand): Value {
    const [x, y] = this.operands([a, b])
    if (x === undefined || y === undefined) throw internalError('where: two operands expected')
    return this.op('Where', [condition, x, y], broadcastShapes([condition.shape, x.shape, y.shape]), {
      dataType: x.dataType,
    })
  }

  /** The sum of values of one shape. */
  sum(values: readonly Value[]): Value {
    const [first, second, ...more] = values
    if (first === undefined) throw internalError('sum of no values')
    if (second === undefined) return first
    return more.length === 0 ? this.add(first, second) : this.op('Sum', values, first.shape)
  }

  cast(x: Value, dataType: 'float32' | 'int64' | 'int32' | 'bool'): Value {
    const to = { float32: 1, int32: 6, int64: 7, bool: 9 }[dataType]
    return x.dataType === dataType ? x : this.op('Cast', [x], x.shape, { attributes: { to }, dataType })
  }

  reshape(x: Value, shape: Shape): Value {
    if (sizeOf(shape) !== sizeOf(x.shape))
      throw internalError(`reshape of [${x.shape.join()}] to [${shape.join()}]`)
    return sameShape(x.shape, shape) ? x : this.op('Reshape', [x, this.ints(shape)], shape)
  }

  /** Axis `permutation[i]` of x becomes axis i. */
  transpose(x: Value, permutation: readonly number[]): Value {
    if (permutation.every((axis, index) => axis === index)) return x
    return this.op('Transpose', [x], permuted(x.shape, permutation), { attributes: { perm: permutation } })
  }

  /** The last two axes exchanged. */
  transposeMatrix(x: Value): Value {
    const rank = x.shape.length
    return this.transpose(
      x,
      x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis)),
    )
  }

  expand(x: Value, shape: Shape): Value {
    return sameShape(x.shape, shape) ? x : this.op('Expand', [x, this.ints(shape)], shape)
  }

  /** ReduceSum, ReduceMean, ReduceMax, … over `axes`. */
  reduce(opType: string, x: Value, axes: readonly number[], keepDimensions = true): Value {
    if (axes.length === 0) return x
    const positive = axes.map((axis) => axisOf(axis, x.shape.length))
    return this.op(opType, [x, this.ints(positive)], reducedShape(x.shape, positive, keepDimensions), {
      attributes: { keepdims: keepDimensions ? 1 : 0 },
    })
  }

  /** The adjoint of broadcasting: x summed over the axes along which `shape` was broadcast to x's shape. */
  sumTo(x: Value, shape: Shape): Value {
    if (sameShape(x.shape, shape)) return x
    const added = x.shape.length - shape.length
    const axes = x.shape.flatMap((extent, axis) =>
      axis < added || (shape[axis - added] === 1 && extent !== 1) ? [axis] : [],
    )
    return this.reshape(this.reduce('ReduceSum', x, axes), shape)
  }

  /** NumPy's matrix product of operands of rank 2 or more. */
  matmul(a: Value, b: Value): Value {
    const batch = broadcastShapes([a.shape.slice(0, -2), b.shape.slice(0, -2)])
    return this.op('MatMul', [a, b], [...batch, extentOf(a.shape, -2), extentOf(b.shape, -1)])
  }

  slice(x: Value, { axes, starts, ends }: Crop): Value {
    const shape = x.shape.map((extent, axis) => {
      const index = axes.indexOf(axis)
      return index < 0 ? extent : entry(ends, index) - entry(starts, index)
    })
    return sameShape(shape, x.shape)
      ? x
      : this.op('Slice', [x, this.ints(starts), this.ints(ends), this.ints(axes)], shape)
  }

  /** Zeros before and after each axis; negative numbers crop. */
  pad(x: Value, before: readonly number[], after: readonly number[]): Value {
    const shape = x.shape.map((extent, axis) => extent + entry(before, axis) + entry(after, axis))
    if ([...before, ...after].every((count) => count === 0)) return x
    return this.op('Pad', [x, this.ints([...before, ...after])], shape)
  }

  /**
   * Each pixel of images [N, C, …] `counts` times along each spatial axis: nearest-neighbour resizing, which
   * ONNX Runtime's CPU provider does ten times as fast as the same Expand.
   */
  repeat(x: Value, counts: readonly number[]): Value {
    if (counts.every((count) => count === 1)) return x
    const attributes = {
      mode: 'nearest',
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    }
    const shape = x.shape.map((extent, axis) => extent * (axis < 2 ? 1 : entry(counts, axis - 2)))
    return this.op('Resize', [x, null, this.floats([shape.length], [1, 1, ...counts])], shape, { attributes })
  }

  concat(values: readonly Value[], axis: number): Value {
    const [first, ...rest] = values
    if (first === undefined) throw internalError('concat of no values')
    if (rest.length === 0) return first
    const extent = values.reduce((sum, { shape }) => sum + extentOf(shape, axis), 0)
    return this.op('Concat', values, first.shape.with(axis, extent), { attributes: { axis } })
  }

  zeros(shape: Shape): Value {
    return this.expand(this.scalar(0), shape)
  }

  scalar(value: number): Value {
    return this.shared(`float ${Object.is(value, -0) ? '-0' : value}`, () => float32Tensor([], [value]))
  }

  scalarInt(value: number): Value {
    return this.shared(`int ${value}`, () => int64Tensor([], [value]))
  }

  /** An int64 vector. */
  ints(values: readonly number[]): Value {
    return this.shared(`ints ${values.join()}`, () => int64Tensor([values.length], values))
  }

  /** A float32 constant. */
  floats(shape: Shape, values: Float32Array | readonly number[]): Value {
    return this.constant(float32Tensor(shape, values))
  }

  bools(shape: Shape, values: readonly boolean[]): Value {
    return this.constant(boolTensor(shape, values))
  }

  constant(tensor: OnnxTensor): Value {
    const name = this.freshName('constant')
    this.initializers.set(name, tensor)
    const value = { name, shape: tensor.shape, dataType: tensor.dataType, constant: tensor }
    this.emitted.push(value)
    return value
  }

  /** Every value and constant so far. */
  values(): readonly Value[] {
    return this.emitted
  }

  /**
   * Makes the forward pass also give an optional output of a node (MaxPool's Indices), named by the node's
   * first output.
   */
  extraOutput(firstOutput: Value, index: number, shape: Shape, dataType: DataType): Value {
    const outputs = this.extraOutputs.get(firstOutput.name) ?? new Map<number, Value>()
    this.extraOutputs.set(firstOutput.name, outputs)
    const value = outputs.get(index) ?? { name: this.freshName('output'), shape, dataType }
    outputs.set(index, value)
    return value
  }

  /** A forward node with the outputs that rules asked for. */
  withExtraOutputs(node: OnnxNode): OnnxNode {
    const extra = this.extraOutputs.get(node.outputs[0] ?? '')
    if (extra === undefined) return node
    const length = Math.max(node.outputs.length, ...[...extra.keys()].map((index) => index + 1))
    const outputs = Array.from({ length }, (_, index) => node.outputs[index] ?? extra.get(index)?.name ?? '')
    return { ...node, outputs }
  }

  private operands(operands: readonly Operand[]): Value[] {
    return operands.map((operand) => (typeof operand === 'number' ? this.scalar(operand) : operand))
  }

  private shared(key: string, make: () => OnnxTensor): Value {
    const value = this.constants.get(key) ?? this.constant(make())
    this.constants.set(key, value)
    return value
  }

  private freshName(hint: string): string {
    this.count += 1
    return `${this.prefix}${this.count}_${hint}`
  }
}
