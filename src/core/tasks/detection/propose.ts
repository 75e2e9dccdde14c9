import type { CardIssue } from '../../model/card-issues.ts'
import type { JsonObject } from '../../model/card-place.ts'
import type { ModelFacts } from '../../model/model-facts.ts'
import type { DetectionOutput } from './output.ts'

/**
 * What a graph that ends in NonMaxSuppression says of the card's output: what goes into it, and its bounds.
 */
export function suppressedOutput({ suppression }: ModelFacts): JsonObject {
  if (suppression === undefined) return {}
  const { boxes, scores, format, iou, threshold, mostPerClass, scoresOp } = suppression
  const isSigmoid = scoresOp === 'Sigmoid'
  return {
    name: scores,
    layout: 'anchors-last',
    boxes: { name: boxes, layout: 'anchors-first', format },
    activation: isSigmoid ? 'sigmoid' : undefined,
    gives: isSigmoid ? 'probabilities' : undefined,
    nmsIou: inside(iou),
    threshold: inside(threshold),
    maxDetections: mostPerClass !== undefined && mostPerClass >= 1 ? Math.min(mostPerClass, 1e6) : undefined,
  }
}

/** A bound that says something: ONNX's default of 0 keeps everything. */
function inside(bound: number | undefined): number | undefined {
  return bound !== undefined && bound > 0 && bound < 1 ? bound : undefined
}

/** What a detector's card says against its output's shape, as far as the graph says it. */
export function detectionContradictions(output: DetectionOutput, { outputs }: ModelFacts): CardIssue[] {
  const shape = outputs.find(({ name }) => name === output.name)?.shape ?? []
  if (shape.length === 0) return []
  const text = `[${shape.join(', ')}]`
  if (shape.length !== 3)
    return [
      {
        field: 'task',
        message: `detection, but the model's is an output ${text}; that of a detector has three axes`,
      },
    ]
  const rows = shape[output.layout === 'anchors-last' ? 1 : 2]
  const objectness = output.activation === 'sigmoid' && output.objectness ? 1 : 0
  const expected = (output.boxes.name === undefined ? 4 : 0) + objectness + output.classes.length
  if (typeof rows !== 'number' || rows === expected) return []
  return [
    {
      field: 'output.classes',
      message: `${expected} values of an anchor (${output.layout}), but the model's is an output ${text}`,
    },
  ]
}
