import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { writtenOut } from '../../src/core/autodiff/control-flow/write-out.ts'
import { forwardModel, gradientGraph } from '../../src/core/autodiff/gradient-graph.ts'
import { learnShapes } from '../../src/core/autodiff/learn-shapes.ts'
import { ruleOf } from '../../src/core/autodiff/rules.ts'
import type { TypedGraph } from '../../src/core/autodiff/typed-graph.ts'
import { upgrade } from '../../src/core/autodiff/upgrade.ts'
import type { Runtime } from '../../src/core/model/runtime.ts'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import { GraphBuilder } from '../../src/core/onnx/graph-builder.ts'
import type { Attributes } from '../../src/core/onnx/graph.ts'
import { float32Tensor, int64Tensor, type OnnxTensor } from '../../src/core/onnx/onnx-tensor.ts'
import { sizeOf, tensor, type Shape, type Tensor } from '../../src/core/tensor/tensor.ts'

/**
 * One use of an operator. Inputs are float tensors, constants of any type, or null where an optional one is
 * left out.
 */
export interface RuleCase {
  readonly op: string
  readonly inputs: readonly (Tensor | OnnxTensor | null)[]
  readonly attributes?: Attributes
  /** Version of the operator set, 18 by default. */
  readonly opset?: number
  /** Inputs whose cotangents are checked, [0] by default. */
  readonly wrt?: readonly number[]
  readonly outputCount?: number
  /** Outputs that the loss reads; the first one by default. */
  readonly outputs?: readonly number[]
  /** Device that the rule is asked to write for; the graph runs on the CPU all the same. */
  readonly device?: string
  /**
   * Half the distance of differences, in units of the input; values must be further than four times that from
   * kinks.
   */
  readonly step?: number
}

export interface CheckOptions {
  /** Another table of rules. */
  readonly rules?: typeof ruleOf
  /** Where the gradient graph runs, the CPU by default; the differences are always the CPU's. */
  readonly runtime?: Runtime
  /**
   * Lets ONNX Runtime simplify the operator first, as it does with every model: composite operators become
   * others.
   */
  readonly simplify?: boolean
}

/**
 * 0.05 % is what the checker must find; rounding and the differences themselves stay below a fifth of that.
 */
export const ruleTolerance = 1e-4

const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })

/**
 * Distinct values, evenly spaced in [low, high] and in a fixed disorder, none of them 0 when the range is
 * symmetric: away from kinks.
 */
export function distinctValues(shape: Shape, low = -1.5, high = 1.5): Tensor {
  const size = sizeOf(shape)
  // A stride prime to the size, near the golden section of it, visits every position once.
  let stride = Math.max(1, Math.round(size * 0.618))
  while (greatestCommonDivisor(stride, size) !== 1) stride += 1
  const even = size % 2 === 0 ? 0.5 : 0.75
  return tensor(
    shape,
    Float32Array.from(
      { length: size },
      (_, index) => low + ((high - low) * (((index * stride) % size) + even)) / size,
    ),
  )
}

/** An int64 vector. */
export function ints(...values: number[]): OnnxTensor {
  return int64Tensor([values.length], values)
}

/** A float32 constant. */
export function floats(shape: Shape, ...values: number[]): OnnxTensor {
  return float32Tensor(shape, values)
}

/**
 * Compares a rule with central differences of its operator: with a random cotangent c, the inner product of
 * the rule's Jᵀc and a direction v must equal the derivative of <op(x + t v), c> in t (five points, in
 * float64). Returns the largest relative error over the inputs checked.
 */
export async function checkRule(ruleCase: RuleCase, options: CheckOptions = {}): Promise<number> {
  const errors: number[] = []
  for (const input of ruleCase.wrt ?? [0]) errors.push(await relativeErrorOf(ruleCase, input, options))
  return Math.max(...errors)
}

async function relativeErrorOf(ruleCase: RuleCase, input: number, options: CheckOptions): Promise<number> {
  const x = ruleCase.inputs[input]
  if (!isTensor(x)) throw new Error(`${ruleCase.op}: input ${input} is no float tensor`)
  const model = singleNodeModel(ruleCase, input, x.shape)
  const simplified = options.simplify === true ? await runtime.simplify(encodeModel(model)) : model
  const learnt = await learnShapes(simplified, x.shape, runtime)
  const graph = upgrade(await writtenOut(learnt, runtime))
  const cotangent = directions(sizeOf(graph.output.shape))
  const gradient = await gradientAt(graph, x, tensor(graph.output.shape, Float32Array.from(cotangent)), {
    device: ruleCase.device ?? (options.runtime ?? runtime).device,
    ...options,
  })
  // Along the gradient's signs nothing cancels; random lengths make every error count.
  const direction = directions(x.data.length).map(
    (each, index) => each * (Math.sign(gradient[index] ?? 0) || 1) * Math.sign(each),
  )
  const expected = await derivativeAlong(
    upgrade(learnt),
    x,
    direction,
    cotangent,
    ruleCase.step ?? 0.2 * spacing(x),
  )
  const found = gradient.reduce((sum, each, index) => sum + each * (direction[index] ?? 0), 0)
  return Math.abs(found - expected) / Math.abs(expected)
}

function singleNodeModel(
  { op, inputs, attributes, opset = 18, outputCount = 1, outputs = [0] }: RuleCase,
  variable: number,
  shape: Shape,
) {
  const graph = new GraphBuilder({ opset })
  const names = inputs.map((value, index) => {
    if (index === variable) return graph.input('x', shape)
    if (value === null) return ''
    return isTensor(value) ? graph.floats(value.shape, value.data) : graph.constant(value)
  })
  const results = graph.nodeWithOutputs(op, names, outputCount, attributes)
  const [first = '', ...others] = outputs.map((index) => flattened(graph, results[index] ?? ''))
  graph.output(
    others.length === 0
      ? outputs.length > 1
        ? first
        : (results[outputs[0] ?? 0] ?? '')
      : graph.node('Concat', [first, ...others], { axis: 0 }),
  )
  return graph.build()
}

function flattened(graph: GraphBuilder, name: string): string {
  return graph.node('Reshape', [name, graph.ints([-1])])
}

async function gradientAt(
  graph: TypedGraph,
  x: Tensor,
  target: Tensor,
  options: CheckOptions & { readonly device: string },
): Promise<Float32Array> {
  const gradient = gradientGraph(graph, {
    kind: 'dot',
    termCount: 1,
    device: options.device,
    ruleOf: options.rules ?? ruleOf,
  })
  const session = await (options.runtime ?? runtime).createSession(encodeModel(gradient.model))
  const feeds = {
    [gradient.input]: { dataType: 'float32', ...x },
    [gradient.targets[0] ?? '']: { dataType: 'float32', ...target },
    [gradient.weights[0] ?? '']: { dataType: 'float32', shape: [1], data: Float32Array.of(1) },
  } as const
  const result = (await session.run(feeds))[gradient.gradient]
  await session.dispose()
  if (result?.shape.join() !== x.shape.join())
    throw new Error(`gradient of shape [${result?.shape.join() ?? ''}] for [${x.shape.join()}]`)
  return result.data as Float32Array
}

/** d/dt <f(x + t v), c> at 0 by the five-point formula, whose error is of fourth order in the step. */
async function derivativeAlong(
  graph: TypedGraph,
  x: Tensor,
  v: readonly number[],
  c: readonly number[],
  step: number,
): Promise<number> {
  const session = await runtime.createSession(encodeModel(forwardModel(graph)))
  const at = async (t: number): Promise<number> => {
    const data = x.data.map((value, index) => value + t * (v[index] ?? 0))
    const y = (await session.run({ [graph.input.name]: { dataType: 'float32', shape: x.shape, data } }))[
      graph.output.name
    ]
    return (y?.data as Float32Array).reduce((sum, value, index) => sum + value * (c[index] ?? 0), 0)
  }
  const [far, near] = [(await at(2 * step)) - (await at(-2 * step)), (await at(step)) - (await at(-step))]
  await session.dispose()
  return (8 * near - far) / (12 * step)
}

/** Numbers of either sign between 0.5 and 1 in size, always the same. */
function directions(count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const uniform = (index * 0.754877666 + 0.31) % 1
    return (uniform < 0.5 ? -1 : 1) * (0.5 + ((index * 0.569840291 + 0.17) % 1) / 2)
  })
}

/** Least distance of two values. */
function spacing({ data }: Tensor): number {
  const sorted = [...data].sort((a, b) => a - b)
  const gaps = sorted.slice(1).map((value, index) => value - (sorted[index] ?? 0))
  return Math.min(0.1, ...gaps)
}

function isTensor(value: Tensor | OnnxTensor | null | undefined): value is Tensor {
  return value !== null && value !== undefined && 'data' in value
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
