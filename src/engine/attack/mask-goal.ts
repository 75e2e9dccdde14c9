import {
  maskReached,
  overlapBelow,
  type MaskBound,
  type MaskJudge,
} from '../../core/tasks/segmentation/criteria.ts'
import type { Criterion } from '../../core/tasks/classification/criteria.ts'
import { internalError, RadversaryError } from '../../core/errors.ts'
import type { ModelCard, SegmentationOutput } from '../../core/model/card.ts'
import { uniformMask, type Mask } from '../../core/image/mask.ts'
import {
  decidedMask,
  denseLoss,
  denseSize,
  maskGridFor,
  maskTargetsOf,
  thingsOf,
  type MaskLoss,
} from '../../core/tasks/segmentation/masks.ts'
import type { FrameLabel } from '../labels/labels.ts'
import type { GoalMaker } from './goal.ts'

/** What an attack on a segmentation is after. */
export interface MaskChoice {
  readonly loss: MaskLoss
  readonly bound: MaskBound
  /**
   * What is wanted: one class everywhere (`none`: nothing at all, where classes may overlap), or the masks of
   * a file; away from the label where undefined.
   */
  readonly target: number | 'none' | 'masks' | undefined
}

type SegmentationCard = Pick<ModelCard, 'input' | 'fit'> & { readonly output: SegmentationOutput }

/** Away from the labels' masks, or towards what is wanted; masks are judged on the images' own grid. */
export function maskGoals(card: SegmentationCard, { loss, bound, target }: MaskChoice): GoalMaker {
  const head = card.output
  const shared = { classes: head.classes.length, things: thingsOf(head) }
  const isTargeted = target !== undefined
  const criterionOf = (judge: Omit<MaskJudge, keyof typeof shared>, wanted: readonly Mask[]): Criterion =>
    isTargeted
      ? maskReached({ ...judge, ...shared, wanted }, bound)
      : overlapBelow({ ...judge, ...shared }, bound)
  return {
    criterion: criterionOf({ labels: [], read: unread }, []).name,
    of: (frameLabels, { image, logits }) => {
      const dense = denseSize(head, logits)
      const grid = maskGridFor(card, image, dense)
      const labels = frameLabels.map(maskOfLabel)
      const wanted = isTargeted ? frameLabels.map((label) => wantedOf(head, label, target)) : []
      const read = (values: Float32Array) => grid.toImage(decidedMask(head, values, dense))
      return {
        loss: denseLoss(head, loss),
        targets: maskTargetsOf(
          head,
          (isTargeted ? wanted : labels).map((mask) => grid.toOutput(mask)),
          dense,
        ),
        targeted: isTargeted,
        criterion: criterionOf({ labels, read }, wanted),
      }
    },
  }
}

function unread(): never {
  throw internalError('a criterion was asked before there were labels')
}

function maskOfLabel({ mask }: FrameLabel): Mask {
  if (mask === undefined) throw internalError('a segmentation has a label without a mask')
  return mask
}

/** With overlapping classes, a class that is wanted is added to the label; the others stay as they are. */
function wantedOf(
  { classes }: SegmentationOutput,
  label: FrameLabel,
  target: NonNullable<MaskChoice['target']>,
): Mask {
  const mask = maskOfLabel(label)
  if (target === 'masks') {
    if (label.wanted !== undefined) return label.wanted
    throw new RadversaryError(
      'labels-invalid',
      'Masks: expected a wanted mask for every image, got none for this one',
    )
  }
  const everywhere = uniformMask(mask, classes.length, target === 'none' ? undefined : target)
  if (!mask.overlapping || target === 'none') return everywhere
  return { ...mask, values: mask.values.map((value, i) => value | (everywhere.values[i] ?? 0)) }
}
