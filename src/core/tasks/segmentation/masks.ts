import { entry } from '../../entry.ts'
import { RadversaryError } from '../../errors.ts'
import type { ImageSize } from '../../tensor/resample.ts'
import { extentOf, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { ModelCard } from '../../model/card.ts'
import { largestChannel, meanOfDecided, meanOfYesAndNo } from '../../math/dense.ts'
import { channelMeans, denseProbabilities, type DenseLoss } from './losses.ts'
import type { MaskPrediction } from '../answers.ts'
import { areasOf, type Mask } from '../../image/mask.ts'
import type { LossMixture } from '../../model/ports.ts'
import { fitPlan } from '../../model/preprocessing/fit.ts'
import { maskGrid, type MaskGrid } from '../../model/preprocessing/grids.ts'
import type { SegmentationOutput } from './output.ts'

/** Losses of a dense output, by the names that users give them; a head has a form of each. */
export type MaskLoss = Readonly<Partial<Record<'cross-entropy' | 'dice', number>>>

/** How many channels the output has: one per class, one for a binary head. */
function channelCount({ activation, classes }: SegmentationOutput): number {
  return activation === 'binary-sigmoid' ? 1 : classes.length
}

/** The class of what is nothing else; undefined where classes may overlap, and a pixel shows none. */
export function backgroundOf(head: SegmentationOutput): number | undefined {
  if (head.activation === 'multi-label-sigmoid') return undefined
  if (head.activation === 'binary-sigmoid' || head.background === undefined) return 0
  return head.classes.indexOf(head.background)
}

/** The classes that are looked for: all but the background. */
export function thingsOf(head: SegmentationOutput): number[] {
  const background = backgroundOf(head)
  return head.classes.map((_, k) => k).filter((k) => k !== background)
}

/** J of a head: the mean over pixels of its cross-entropy, soft Dice, or a mixture of both. */
export function denseLoss(
  head: SegmentationOutput,
  { 'cross-entropy': crossEntropy = 0, dice = 0 }: MaskLoss,
): DenseLoss {
  const isSoftmax = head.activation === 'softmax'
  const kind: LossMixture = isSoftmax
    ? { 'cross-entropy': crossEntropy, dice }
    : { 'binary-cross-entropy': crossEntropy, 'binary-dice': dice }
  const threshold = 'threshold' in head ? head.threshold : undefined
  return { kind, activation: isSoftmax ? 'softmax' : 'sigmoid', channels: channelCount(head), threshold }
}

/**
 * From the grid of images of one size to that of logits [N, K, h, w] and back; what the model doesn't see is
 * background.
 */
export function maskGridFor(
  { input, fit, output }: Pick<ModelCard, 'input' | 'fit'> & { readonly output: SegmentationOutput },
  image: ImageSize,
  dense: ImageSize,
): MaskGrid {
  return maskGrid(fitPlan(fit, image, input.size), dense, backgroundOf(output) ?? 0)
}

/**
 * Extents of the grid of logits [N, K, h, w]. Throws `tensor-invalid` for others, or another number of
 * channels.
 */
export function denseSize(head: SegmentationOutput, shape: readonly (number | null)[]): ImageSize {
  const [, channels, rows, columns] = shape
  const count = channelCount(head)
  if (shape.length === 4 && channels === count && typeof rows === 'number' && typeof columns === 'number')
    return [rows, columns]
  throw new RadversaryError(
    'tensor-invalid',
    `Head: expected logits [N, ${count}, rows, columns], got [${shape.join(', ')}]`,
    {
      tip: "Compare output.classes, output.activation and task of the model card with the model's output.",
    },
  )
}

/**
 * What is decided of each pixel of one sample's logits [K, h, w]: the largest, the lowest index in a tie, or
 * all that reach the threshold.
 */
export function decidedMask(
  head: SegmentationOutput,
  logits: Float32Array,
  [rows, columns]: ImageSize,
): Mask {
  const pixels = rows * columns
  if (head.activation === 'softmax') {
    const values = Uint8Array.from({ length: pixels }, (_, pixel) => largestChannel(logits, pixel, pixels))
    return { rows, columns, overlapping: false, values }
  }
  const bar = Math.log(head.threshold) - Math.log1p(-head.threshold)
  const values = Uint8Array.from(logits, (logit) => Number(logit >= bar))
  return { rows, columns, overlapping: head.activation === 'multi-label-sigmoid', values }
}

/**
 * One prediction per sample of logits [N, K, h, w], its mask on their grid. `classes` are the things that any
 * pixel shows, or the background where none does; `probabilities` and `confidence` are means over the pixels.
 */
export function maskPredictionsOf(head: SegmentationOutput, { shape, data }: Tensor): MaskPrediction[] {
  const size = denseSize(head, shape)
  const count = channelCount(head) * size[0] * size[1]
  return Array.from({ length: extentOf(shape, 0) }, (_, n) => {
    const logits = data.subarray(n * count, (n + 1) * count)
    const mask = decidedMask(head, logits, size)
    const p = denseProbabilities(denseLoss(head, { 'cross-entropy': 1 }), logits)
    return {
      kind: 'mask',
      classes: shownClasses(head, mask),
      confidence: meanCertainty(p, mask),
      probabilities: classMeans(head, p),
      mask,
    }
  })
}

/** The things that any pixel shows, or the background where none does. */
export function shownClasses(head: SegmentationOutput, mask: Mask): number[] {
  const areas = areasOf(mask, head.classes.length)
  const shown = thingsOf(head).filter((k) => entry(areas, k) > 0)
  const background = backgroundOf(head)
  return shown.length === 0 && background !== undefined ? [background] : shown
}

/** Per class, also where a binary head has one channel: [1 − p, p]. */
function classMeans(head: SegmentationOutput, p: Float32Array): number[] {
  const means = channelMeans(p, channelCount(head))
  return head.activation === 'binary-sigmoid' ? means.flatMap((mean) => [1 - mean, mean]) : means
}

/** Mean over pixels (and over labels that may overlap) of the probability of what was decided. */
function meanCertainty(p: Float32Array, { rows, columns, overlapping, values }: Mask): number {
  const pixels = rows * columns
  const isOneOfSeveral = !overlapping && p.length > pixels
  return isOneOfSeveral ? meanOfDecided(p, values) : meanOfYesAndNo(p, values)
}

/**
 * Targets [N, K, h, w] from masks on the grid of the logits: one-hot, 0 or 1, or multi-hot. Throws
 * `labels-invalid` for other classes.
 */
export function maskTargetsOf(
  head: SegmentationOutput,
  masks: readonly Mask[],
  [rows, columns]: ImageSize,
): Tensor {
  const [channels, pixels] = [channelCount(head), rows * columns]
  const targets = tensor([masks.length, channels, rows, columns])
  masks.forEach((mask, n) => {
    checkClasses(head, mask)
    const row = targets.data.subarray(n * channels * pixels, (n + 1) * channels * pixels)
    if (head.activation === 'softmax') mask.values.forEach((value, i) => (row[value * pixels + i] = 1))
    else row.set(mask.values)
  })
  return targets
}

function checkClasses({ classes }: SegmentationOutput, { overlapping, values }: Mask): void {
  const highest = values.reduce((a, b) => Math.max(a, b), 0)
  if (overlapping || highest < classes.length) return
  throw new RadversaryError(
    'labels-invalid',
    `Mask: expected class indices below ${classes.length}, got ${highest}`,
  )
}
