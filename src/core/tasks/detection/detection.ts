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
import { detectionContradictions, suppressedOutput } from './propose.ts'
import { boxReport, checkBoxes, detectionChange } from './report.ts'

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
