import { RadversaryError } from '../errors.ts'
import type { Obstacle } from '../model/model-facts.ts'
import type { OnnxModel, OnnxNode } from '../onnx/graph.ts'
import { nodesLeadingTo, readsOf } from '../onnx/graph-walk.ts'
import { anyBatchTip, batchFactsOf } from './batch.ts'
import { isNonDifferentiable } from './non-differentiable.ts'
import { supportedOps } from './rules.ts'

/** Integer arithmetic of quantised models: rounding has no gradient. */
const quantising = /Quantize|^QLinear|^QGemm$|^QAttention$|MatMulInteger|ConvInteger|MatMulNBits/

/** Operators whose bodies decide: what they lead to is seen when they are prepared. */
const withBodies: ReadonlySet<string> = new Set(['If', 'Loop', 'Scan', 'SequenceMap'])

const known: ReadonlySet<string> = new Set(supportedOps)

/** What runs without a gradient. */
const blackBoxes = 'predictions, black-box methods (square, spsa, hopskipjump), noise and corruptions do run'

/** What in a model some jobs can't do with, the first output looked at unless another is named. */
export function obstaclesOf(model: OnnxModel, output = model.graph.outputs[0]?.name ?? ''): Obstacle[] {
  const quantised = gradientObstacle(model, output)
  const without = quantised === undefined ? withoutRule(model, output) : undefined
  return [quantised, without, ...ofTypes(model), ofBatches(model, output)].filter(
    (each) => each !== undefined,
  )
}

/** Why a quantised or a runtime's own file has no gradient; undefined for others. */
export function gradientObstacle(model: OnnxModel, output: string): Obstacle | undefined {
  const nodes = imageNodes(model, output)
  const quantised = nodes.find(({ opType }) => quantising.test(opType))
  if (quantised !== undefined)
    return {
      of: 'gradient',
      message: `Quantised model: expected one in float32, got ${nameOf(quantised)}, whose rounding has no gradient`,
      tip: `Export the model in float32 for methods that need gradients; ${blackBoxes} on this file.`,
    }
  const fused = nodes.find(({ domain }) => domain.startsWith('com.microsoft'))
  if (fused === undefined) return undefined
  return {
    of: 'gradient',
    message: `${nameOf(fused)}: no gradient rule (node '${fused.name || (fused.outputs[0] ?? '')}'); the file is optimised for ONNX Runtime`,
    tip: `Use the file as it was exported, without ONNX Runtime's optimisation and with ONNX's own operators; ${blackBoxes} on this file.`,
  }
}

/** As an error. */
export function obstacleError({ message, tip }: Obstacle, file?: string): RadversaryError {
  return new RadversaryError('model-unsupported', message, { tip, file })
}

/** Operators on the way of the gradient that have no rule. */
function withoutRule(model: OnnxModel, output: string): Obstacle | undefined {
  const missing = imageNodes(model, output).filter(
    (node) =>
      node.domain === '' &&
      !known.has(node.opType) &&
      !withBodies.has(node.opType) &&
      !isNonDifferentiable(node),
  )
  if (missing.length === 0) return undefined
  const names = [...new Set(missing.map(nameOf))].join(', ')
  return {
    of: 'note',
    message: `No gradient rule for ${names}`,
    tip: `Methods that need gradients will refuse the model unless no gradient passes there; ${blackBoxes}.`,
  }
}

/** Images of other types than float32. */
function ofTypes({ graph: { inputs } }: OnnxModel): Obstacle[] {
  return inputs.flatMap(({ name, dataType, shape }): Obstacle[] => {
    if (dataType === null || dataType === 'float32' || (shape !== null && shape.length < 4)) return []
    if (dataType === 'float64' || dataType === 'float16' || dataType === 'bfloat16')
      return [{ of: 'note', message: `Input '${name}' is ${dataType}; the model is run in float32`, tip: '' }]
    return [
      {
        of: 'note',
        message: `Input '${name}' is ${dataType}; the model is run on values that are not rounded`,
        tip: 'Set input.valueRange, mean and std of the card for whole grey levels, e.g. [0, 255], [0] and [1].',
      },
    ]
  })
}

function ofBatches(model: OnnxModel, outputName: string): Obstacle | undefined {
  const [input] = model.graph.inputs.filter(({ shape }) => (shape?.length ?? 0) >= 4)
  const output = model.graph.outputs.find(({ name }) => name === outputName)
  if (input === undefined || output === undefined) return undefined
  const { declared, constant } = batchFactsOf(model, { input, output })
  const size = constant.find((extent) => declared === undefined || extent === declared)
  if (size === undefined) return undefined
  return {
    of: 'note',
    message: `The graph seems to take batches of ${size} alone; more images are run ${size} at a time, fewer are padded`,
    tip: anyBatchTip,
  }
}

/** The nodes between the inputs and an output, but those that no gradient can reach. */
function imageNodes({ graph }: OnnxModel, output: string): OnnxNode[] {
  const reached = new Set(graph.inputs.map(({ name }) => name))
  const passed = graph.nodes.filter((node) => {
    const isReached = readsOf(node).some((name) => reached.has(name)) && !isNonDifferentiable(node)
    if (isReached) for (const name of node.outputs) reached.add(name)
    return isReached
  })
  return nodesLeadingTo(passed, [output])
}

function nameOf({ domain, opType }: OnnxNode): string {
  return domain === '' ? opType : `${domain}.${opType}`
}
