import { isSuppressed } from '../../model/port-obstacles.ts'
import { classesInMetadata } from '../../model/card-metadata.ts'
import { detectionAgreement } from '../../evaluate/detection.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import { otherLossTip, plainReports, type TaskRules } from '../rules.ts'
import { detectionFields } from './fields.ts'
import { boxPredictionsOf, objectsOf } from './detector.ts'
import { boxWords, detectionGoal } from './goals.ts'
import { detectionModel, detectionName } from './graph.ts'
import { boxTable } from './labels.ts'
import { anchorHardened, anchorLossOfHead, anchorProbabilities, type AnchorLoss } from './losses.ts'
import { boxReport, checkBoxes, detectionChange } from './report.ts'
import type { CardIssue } from '../../model/card-issues.ts'
import type { JsonObject } from '../../model/card-place.ts'
import type { ModelFacts } from '../../model/model-facts.ts'
import type { DetectionOutput } from './output.ts'

/** Boxes with classes and scores in each image. */
export const detection: TaskRules<'detection'> = {
  ...plainReports,
  fields: detectionFields,
  flatLossTip: otherLossTip,
  canBeOutput: () => true,
  isLikely: (facts) => isSuppressed(facts),
  propose: (facts, output) => {
    const suppressed = Object.entries(suppressedOutput(facts)).filter(([, value]) => value !== undefined)
    return {
      name: output?.name,
      ...Object.fromEntries(suppressed),
      classes: classesInMetadata(facts.metadata),
    }
  },
  contradictions: ({ output }, facts) => detectionContradictions(output, facts),
  claim: () => undefined,
  joined: (model, output) => ({ model: detectionModel(model, output), name: detectionName }),
  labels: boxTable,
  predict: boxPredictionsOf,
  ownLoss: ({ output }, logits) => {
    const loss = anchorLossOfHead(output)
    return { kind: loss.kind, terms: [{ target: certainTargets(loss, logits), weight: 1 }] }
  },
  goal: detectionGoal,
  form: () => ({
    target: { kind: 'class', words: boxWords },
    criteria: [{ of: 'false-positives', criterion: 'boxes>=1' }],
    losses: [],
  }),
  agreement: ({ output }, frames) => {
    const images = frames.flatMap(({ label, prediction }) =>
      label.kind === 'boxes' && prediction.kind === 'boxes'
        ? [{ found: prediction.boxes, labels: label.boxes }]
        : [],
    )
    return { detection: detectionAgreement(images, objectsOf(output)) }
  },
  report: ({ output }, frame) => boxReport(output, frame),
  check: ({ output }, recorded, predicted, file) => {
    checkBoxes(output, recorded, predicted, file)
  },
  summary: ({ output }, frames) => ({ detections: detectionChange(output, frames) }),
}

/** What a detector says of each anchor, for certain; one sample. */
function certainTargets(loss: AnchorLoss, { shape, data }: Tensor): Tensor {
  return tensor(shape, anchorHardened(loss, anchorProbabilities(loss, data)))
}

/**
 * What a graph that ends in NonMaxSuppression says of the card's output: what goes into it, and its bounds.
 */
function suppressedOutput({ suppression }: ModelFacts): JsonObject {
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
function detectionContradictions(output: DetectionOutput, { outputs }: ModelFacts): CardIssue[] {
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
