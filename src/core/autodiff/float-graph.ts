import { extentOf } from '../tensor/tensor.ts'
import { internalError } from '../errors.ts'
import { isFloating, type DataType } from '../onnx/data-type.ts'
import type { OnnxNode } from '../onnx/graph.ts'
import { float32Tensor, numbersAsFloats } from '../onnx/onnx-tensor.ts'
import { stopGradient } from '../onnx/stop-gradient.ts'
import { Emitter, type Value } from './emitter.ts'
import { ForwardNode } from './forward-node.ts'
import type { TypedGraph } from './typed-graph.ts'

/** Writes what a quantised operator's outputs are, in floats that hold whole numbers. */
export type QuantisedRule = (node: ForwardNode, graph: FloatGraph) => readonly Value[]

/** Lowest and highest number of a type. */
const ranges: Readonly<Partial<Record<DataType, readonly [number, number]>>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
}

/** A graph that is written anew, node by node, and what rules of quantised operators write with. */
export class FloatGraph {
  readonly emit: Emitter
  private readonly nodes: OnnxNode[] = []
  private readonly values: Map<string, Value>
  private written = 0

  constructor(
    private readonly graph: TypedGraph,
    private readonly rounds: boolean,
  ) {
    this.emit = new Emitter('', `${graph.freshPrefix}quantised`)
    this.values = new Map(graph.values)
  }

  /** @param rule of operators that are computed in floats; others stay as they are */
  take(node: OnnxNode, rule: QuantisedRule | undefined): void {
    if (rule === undefined) {
      this.nodes.push(this.withFloatConstants(node))
      return
    }
    const inputs = node.inputs.map((name) => (name === '' ? null : this.value(name)))
    const outputs = node.outputs.map((name) => this.graph.values.get(name) ?? noValue(name))
    const results = rule(new ForwardNode({ ...node, inputs, outputs, cotangents: [] }), this)
    results.forEach((result, n) => {
      this.give(result, node.outputs[n])
    })
  }

  built(): Pick<TypedGraph, 'nodes' | 'values'> {
    for (const value of this.emit.values()) this.values.set(value.name, value)
    return { nodes: this.nodes, values: this.values }
  }

  /** Integers as floats. */
  float(value: Value): Value {
    if (isFloating(value.dataType)) return value
    const { constant } = value
    return constant === undefined
      ? this.emit.cast(value, 'float32')
      : this.emit.constant(float32Tensor(constant.shape, numbersAsFloats(constant)))
  }

  /** x − zero, in floats; a vector of zeros runs along an axis of x. */
  minus(x: Value, zero: Value | undefined, axis: number): Value {
    const floats = this.float(x)
    return zero === undefined
      ? floats
      : this.emit.sub(floats, this.along(this.float(zero), axis, x.shape.length))
  }

  /** A vector as one along an axis of `rank`; a single number stays. */
  along(value: Value, axis: number, rank: number): Value {
    if (value.shape.length !== 1) return value
    const extent = extentOf(value.shape, 0)
    if (extent === 1) return this.emit.reshape(value, [])
    const positive = axis < 0 ? axis + rank : axis
    return this.emit.reshape(
      value,
      Array.from({ length: rank }, (_, at) => (at === positive ? extent : 1)),
    )
  }

  /**
   * Whole numbers of `type`: x / scale rounded half to even, + zero, cut off at the type's ends
   * (QuantizeLinear-24). The zero point comes after the rounding: an odd one turns ties the other way.
   */
  quantised(
    x: Value,
    scale: Value,
    zero: Value | undefined,
    { axis = 1, type = zero?.dataType, roundsZero = false }: Target = {},
  ): Value {
    const { emit } = this
    const [low, high] = ranges[type ?? 'uint8'] ?? noRange(type)
    const rank = x.shape.length
    const scaled = emit.div(x, this.along(scale, axis, rank))
    const moved = (values: Value) =>
      zero === undefined ? values : emit.add(values, this.along(this.float(zero), axis, rank))
    const half = this.rounds ? 0.5 : 0
    const limits = [emit.scalar(low - half), emit.scalar(high + half)]
    const inside = emit.op('Clip', [moved(scaled), ...limits], x.shape, { dataType: 'float32' })
    if (!this.rounds) return inside
    const whole = roundsZero ? emit.map('Round', inside) : moved(emit.map('Round', scaled))
    return emit.add(inside, this.stopped(emit.sub(emit.clamp(whole, low, high), inside)))
  }

  /** (q − zero) · scale */
  dequantised(q: Value, scale: Value, zero: Value | undefined, axis = 1): Value {
    return this.emit.mul(this.minus(q, zero, axis), this.along(scale, axis, q.shape.length))
  }

  /** The same value, behind which no gradient goes. */
  stopped(value: Value): Value {
    this.flush()
    const node = stopGradient(value.name)
    this.nodes.push(node)
    const result = { ...value, name: node.outputs[0] ?? '', constant: undefined }
    this.values.set(result.name, result)
    return result
  }

  /**
   * Scale and zero point of DynamicQuantizeLinear, by the runtime's own operator: to gradients they are
   * constants.
   */
  dynamicScale(x: Value): { readonly scale: Value; readonly zero: Value } {
    const source = this.stopped(x)
    const named = (what: string, dataType: DataType): Value => ({
      name: `${source.name}_${what}`,
      shape: [],
      dataType,
    })
    const [scale, zero] = [named('scale', 'float32'), named('zero', 'uint8')]
    const y = { ...named('y', 'uint8'), shape: x.shape }
    this.push('DynamicQuantizeLinear', source, [y, scale, zero])
    return { scale, zero }
  }

  private value(name: string): Value {
    return this.values.get(name) ?? noValue(name)
  }

  /** A result under the name that others read it by. */
  private give(result: Value, name: string | undefined): void {
    this.flush()
    if (name === undefined || name === '') return
    this.push('Identity', result, [{ name, shape: result.shape, dataType: result.dataType }])
  }

  /** A node of one input, and what it gives. */
  private push(opType: string, { name }: Value, given: readonly Value[]): void {
    const outputs = given.map((value) => value.name)
    this.nodes.push({ opType, domain: '', name: outputs[0] ?? '', inputs: [name], outputs, attributes: {} })
    for (const value of given) this.values.set(value.name, value)
  }

  /** Integer constants beside integers that are floats now. */
  private withFloatConstants(node: OnnxNode): OnnxNode {
    const [first = ''] = node.inputs
    const before = this.graph.values.get(first)?.dataType
    const isFloatNow =
      before !== undefined && !isFloating(before) && this.values.get(first)?.dataType === 'float32'
    if (!isFloatNow) return node
    for (const [n, name] of node.outputs.entries()) {
      const value = this.graph.values.get(name)
      if (value?.dataType === before && n === 0) this.values.set(name, { ...value, dataType: 'float32' })
    }
    const inputs = node.inputs.map((name) => {
      const value = this.values.get(name)
      return value?.constant !== undefined && value.dataType === before ? this.float(value).name : name
    })
    return { ...node, inputs }
  }

  private flush(): void {
    this.nodes.push(...this.emit.nodes.slice(this.written))
    this.written = this.emit.nodes.length
  }
}

/** What numbers are rounded to. */
export interface Target {
  /** Along which scales and zero points run, where there are several. */
  readonly axis?: number
  readonly type?: DataType | undefined
  /** Whether the zero point is added before the rounding, which turns ties the other way where it is odd. */
  readonly roundsZero?: boolean
}

function noRange(type: DataType | undefined): never {
  throw internalError(`no range of ${String(type)}`)
}

function noValue(name: string): never {
  throw internalError(`no value '${name}' in a quantised graph`)
}
