import { RadversaryError } from '../errors.ts'
import type { Obstacle } from '../model/model-facts.ts'
import type { OnnxModel } from '../onnx/graph.ts'
import { anyBatchTip, batchFactsOf } from './batch.ts'
import {
  foreignOperator,
  gradientObstacle,
  suppressionsBefore,
  withoutRule,
  sequencesBefore,
} from './operator-obstacles.ts'

/**
 * What in a model some jobs can't do with when `scores` is its output, which may lie inside the graph, and
 * `boxes` are read beside it. Without `scores` every output is looked at, and what is said of some of them
 * names them and is a note.
 */
export function obstaclesOf(model: OnnxModel, scores?: string, boxes?: string): Obstacle[] {
  const ofGraph =
    scores === undefined ? ofEveryOutput(model) : [...ofOutput(model, scores), ...ofBoxes(model, boxes)]
  const byMessage = new Map([...ofGraph, ...ofTypes(model)].map((each) => [each.message, each]))
  return [...byMessage.values()]
}

/** As an error. */
export function obstacleError({ message, tip }: Obstacle, file?: string): RadversaryError {
  return new RadversaryError('model-unsupported', message, { tip, file })
}

function ofOutput(model: OnnxModel, output: string): Obstacle[] {
  const found = [
    foreignOperator(model, output),
    suppressionsBefore(model, output),
    sequencesBefore(model, output),
    gradientObstacle(model, output),
  ]
  const isRefused = found.some((each) => each !== undefined)
  const without = isRefused ? undefined : withoutRule(model, output)
  return [...found, without, ofBatches(model, output)].filter((each) => each !== undefined)
}

/** Boxes only have to be computed: no gradient passes them. */
function ofBoxes(model: OnnxModel, boxes: string | undefined): Obstacle[] {
  if (boxes === undefined) return []
  return [foreignOperator(model, boxes), suppressionsBefore(model, boxes)].filter(
    (each) => each !== undefined,
  )
}

/** What is true of all outputs as it is; of some of them as a note, since the card may choose another one. */
function ofEveryOutput(model: OnnxModel): Obstacle[] {
  const { outputs } = model.graph
  const found = new Map<string, { readonly obstacle: Obstacle; readonly of: string[] }>()
  for (const { name } of outputs)
    for (const obstacle of ofOutput(model, name)) {
      const before = found.get(obstacle.message)
      if (before === undefined) found.set(obstacle.message, { obstacle, of: [name] })
      else before.of.push(name)
    }
  return [...found.values()].map(({ obstacle, of }) => {
    if (of.length === outputs.length) return obstacle
    const names = of.map((name) => `'${name}'`).join(', ')
    return {
      ...obstacle,
      of: 'note',
      message: `${of.length === 1 ? 'Output' : 'Outputs'} ${names}: ${obstacle.message}`,
    }
  })
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
  const [input] = model.graph.inputs.filter(({ shape }) => shape !== null && shape.length >= 4)
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
