import { classFields } from '../class-fields.ts'
import { claimOf } from '../claims.ts'
import { canBeClasses, isDenseOutput, outputContradictions, proposeClasses } from '../class-output.ts'
import { otherLossTip, plainReports, type TaskRules } from '../rules.ts'
import { meanAgreement } from './agreement.ts'
import { maskPresets, segmentationGoal } from './goals.ts'
import { denseLoss, denseSize, maskGridFor, maskPredictionsOf, maskTargetsOf, shownClasses } from './masks.ts'
import { checkMasks, maskReport } from './report.ts'

/** A class, or labels that may overlap, for each pixel. */
export const segmentation: TaskRules<'segmentation'> = {
  ...plainReports,
  fields: classFields,
  flatLossTip: otherLossTip,
  canBeOutput: canBeClasses,
  isLikely: (_facts, output) => output !== undefined && isDenseOutput(output),
  propose: proposeClasses,
  contradictions: (card, facts) => outputContradictions(card, facts, true),
  claim: ({ output }) => claimOf(output),
  labels: {
    kind: 'masks',
    file: 'masks',
    headOf: ({ output }) => output,
    of: ({ output }, mask) => ({ kind: 'mask', classes: shownClasses(output, mask), mask }),
  },
  predict: (card, image, logits) => {
    const grid = maskGridFor(card, image, denseSize(card.output, logits.shape))
    return maskPredictionsOf(card.output, logits).map((prediction) => ({
      ...prediction,
      mask: grid.toImage(prediction.mask),
    }))
  },
  ownLoss: ({ output }, logits) => {
    const masks = maskPredictionsOf(output, logits).map(({ mask }) => mask)
    const target = maskTargetsOf(output, masks, denseSize(output, logits.shape))
    return { kind: denseLoss(output, { 'cross-entropy': 1 }).kind, terms: [{ target, weight: 1 }] }
  },
  goal: segmentationGoal,
  form: () => ({
    target: { kind: 'class', words: [] },
    criteria: [
      { of: 'away', criterion: `dice<${maskPresets.away.value}` },
      { of: 'towards', criterion: `dice>=${maskPresets.towards.value}` },
    ],
    losses: ['cross-entropy', 'dice', 'cross-entropy=0.5,dice=0.5'],
  }),
  agreement: (_card, frames) => ({
    segments: meanAgreement(frames.flatMap(({ segments }) => segments ?? [])),
  }),
  report: ({ output }, frame) => maskReport(output, frame),
  check: ({ output }, recorded, predicted, file) => {
    checkMasks(output, recorded, predicted, file)
  },
}
