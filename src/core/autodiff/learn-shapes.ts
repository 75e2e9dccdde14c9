import { internalError, RadversaryError } from '../errors.ts'
import type { RuntimeTensor, Runtime } from '../model/runtime.ts'
import { createSession } from './session-cache.ts'
import type { OnnxGraph, OnnxModel, OnnxNode, ValueInfo } from '../onnx/graph.ts'
import { nodesLeadingTo, readsOf } from '../onnx/graph-walk.ts'
import { bytesOf, numericValues, type OnnxTensor } from '../onnx/onnx-tensor.ts'
import type { Shape } from '../tensor/tensor.ts'
import { zerosOf } from './beside-inputs.ts'
import { outputDataType } from './data-types.ts'
import { freshPrefix, type TypedGraph } from './typed-graph.ts'
import { variesInSize } from './varying-sizes.ts'
import type { Value } from './emitter.ts'

/** Operators whose result depends on their input's shape only, which is fixed here. */
const shapeOperators = new Set(['Shape', 'Size'])

/** Operators that read or give sequences of tensors, which have no one shape. */
export const sequenceOperators: ReadonlySet<string> = new Set([
  'ConcatFromSequence',
  'SequenceAt',
  'SequenceConstruct',
  'SequenceErase',
  'SequenceInsert',
  'SequenceLength',
  'SequenceMap',
  'SplitToSequence',
])

/**
 * Which nodes depend on the input's elements, and which other values those nodes read that are computed, not
 * stored.
 */
interface Dependence {
  readonly nodes: readonly OnnxNode[]
  readonly values: ReadonlySet<string>
  readonly computedConstants: readonly string[]
}

/**
 * The typed graph of a model whose first input has the fixed shape `inputShape`; further ones lie beside the
 * image and have their own. The runtime gives the shapes: one run on zeros, in which each intermediate
 * value's Shape is an output. Whatever does not depend on the input becomes a constant. The graph's first
 * output is the typed one's; the values of others are known too.
 */
export async function learnShapes(
  model: OnnxModel,
  inputShape: Shape,
  runtime: Runtime,
): Promise<TypedGraph> {
  const { graph } = model
  const dependence = dependenceOf(graph)
  const measured = await measure(model, dependence, inputShape, runtime)
  const values = typedValues(graph, dependence, measured, inputShape)
  return {
    nodes: dependence.nodes,
    values,
    input: requiredValue(values, graph.inputs[0]?.name),
    beside: graph.inputs.slice(1).map(({ name }) => requiredValue(values, name)),
    output: requiredValue(values, graph.outputs[0]?.name),
    irVersion: model.irVersion,
    opsets: model.opsets,
    functions: model.functions,
    freshPrefix: freshPrefix(namesOf(graph)),
  }
}

function dependenceOf(graph: OnnxGraph): Dependence {
  const output = graph.outputs.map(({ name }) => name)
  const values = new Set(graph.inputs.map(({ name }) => name))
  const varying = new Set<string>()
  const nodes: OnnxNode[] = []
  for (const node of nodesLeadingTo(graph.nodes, output)) {
    // A size that the image's elements decide must not be taken from the run on zeros.
    const isFixed = shapeOperators.has(node.opType) && !node.inputs.some((name) => varying.has(name))
    if (isFixed || !readsOf(node).some((name) => values.has(name))) continue
    nodes.push(node)
    const varies = variesInSize(node, varying)
    for (const name of node.outputs.filter(Boolean)) {
      values.add(name)
      if (varies) varying.add(name)
    }
  }
  const leading = nodesLeadingTo(nodes, output)
  if (leading.length === 0)
    throw new RadversaryError('model-unsupported', 'Model: expected an output that depends on the input')
  const sequence = leading.find(({ opType }) => sequenceOperators.has(opType))
  if (sequence !== undefined) throw sequenceError(sequence)
  // Only what a node of the graph gives: subgraphs also read values of their own.
  const given = new Set(graph.nodes.flatMap(({ outputs }) => outputs))
  const read = new Set([...leading.flatMap(readsOf), ...output])
  const computedConstants = [...read].filter(
    (name) => given.has(name) && !values.has(name) && !graph.initializers.has(name),
  )
  return {
    nodes: leading,
    values: new Set(leading.flatMap(({ outputs }) => outputs.filter(Boolean))),
    computedConstants,
  }
}

/** What helps where there are sequences. */
export const sequenceTip = 'A newer PyTorch exports the same model without them.'

function sequenceError({ opType, name, outputs }: OnnxNode): RadversaryError {
  return new RadversaryError(
    'model-unsupported',
    `${opType}: sequences of tensors are not supported (node '${name || (outputs[0] ?? '')}')`,
    {
      tip: sequenceTip,
    },
  )
}

/** Shapes of the dependent values and the elements of the computed constants, by name. */
interface Measured {
  readonly shapes: ReadonlyMap<string, Shape>
  readonly constants: ReadonlyMap<string, OnnxTensor>
}

async function measure(
  model: OnnxModel,
  dependence: Dependence,
  inputShape: Shape,
  runtime: Runtime,
): Promise<Measured> {
  const prefix = freshPrefix(namesOf(model.graph))
  const probes = new Map([...dependence.values].map((name, index) => [name, `${prefix}${index}`]))
  const results = await runOnce(probeModel(model, probes, dependence.computedConstants), inputShape, runtime)
  const result = (name: string): OnnxTensor => fromRuntime(results[name], name)
  return {
    shapes: new Map([...probes].map(([name, probe]) => [name, numericValues(result(probe))])),
    constants: new Map(dependence.computedConstants.map((name) => [name, result(name)])),
  }
}

function probeModel(
  model: OnnxModel,
  probes: ReadonlyMap<string, string>,
  constants: readonly string[],
): OnnxModel {
  const shapeNodes = [...probes].map(([name, probe]): OnnxNode => ({
    opType: 'Shape',
    domain: '',
    name: probe,
    inputs: [name],
    outputs: [probe],
    attributes: {},
  }))
  const outputs = [...probes.values(), ...constants].map((name) => ({ name, dataType: null, shape: null }))
  return { ...model, graph: { ...model.graph, nodes: [...model.graph.nodes, ...shapeNodes], outputs } }
}

async function runOnce(
  model: OnnxModel,
  inputShape: Shape,
  runtime: Runtime,
): Promise<Readonly<Record<string, RuntimeTensor>>> {
  const session = await createSession(runtime, model)
  try {
    const zeros = infosOf(model.graph, inputShape).map((info) => [info.name, zerosOf(info)] as const)
    return await session.run(Object.fromEntries(zeros))
  } finally {
    await session.dispose()
  }
}

/** The image has the shape that it is asked for; inputs beside it have fixed ones. */
function infosOf({ inputs }: OnnxGraph, inputShape: Shape): ValueInfo[] {
  return inputs.map((info, n) => (n === 0 ? { ...info, dataType: 'float32', shape: inputShape } : info))
}

function typedValues(
  graph: OnnxGraph,
  dependence: Dependence,
  measured: Measured,
  inputShape: Shape,
): Map<string, Value> {
  const values = new Map<string, Value>()
  const addConstant = (name: string, constant: OnnxTensor): void => {
    values.set(name, { name, shape: constant.shape, dataType: constant.dataType, constant })
  }
  for (const [name, tensor] of graph.initializers) addConstant(name, tensor)
  for (const [name, tensor] of measured.constants) addConstant(name, tensor)
  for (const info of infosOf(graph, inputShape)) {
    const { shape, dataType } = zerosOf(info)
    values.set(info.name, { name: info.name, shape, dataType })
  }
  for (const node of dependence.nodes) {
    const inputTypes = node.inputs.map((name) => values.get(name)?.dataType)
    node.outputs.forEach((name, index) => {
      const shape = measured.shapes.get(name)
      if (shape !== undefined)
        values.set(name, { name, shape, dataType: outputDataType(node, index, inputTypes) })
    })
  }
  return values
}

function fromRuntime(result: RuntimeTensor | undefined, name: string): OnnxTensor {
  if (result === undefined) throw internalError(`the runtime gave no value for '${name}'`)
  return { dataType: result.dataType, shape: result.shape, raw: bytesOf(result.data) }
}

function requiredValue(values: ReadonlyMap<string, Value>, name: string | undefined): Value {
  const value = values.get(name ?? '')
  if (value === undefined) throw internalError(`no value '${name ?? ''}' in the typed graph`)
  return value
}

function namesOf(graph: OnnxGraph): string[] {
  const ofNodes = graph.nodes.flatMap((node) => [...readsOf(node), ...node.outputs])
  return [...ofNodes, ...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name)]
}
