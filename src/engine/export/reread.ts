import { readBytes } from '../../adapters/fs/read-file.ts'
import { parseInstance } from '../../core/dicom/instance.ts'
import type { StoredValues } from '../../core/dicom/image.ts'
import { RadversaryError } from '../../core/errors.ts'
import { joinedBeside } from '../../core/model/beside.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { FrameLabel, Prediction, RecordedPrediction } from '../../core/tasks/answers.ts'
import { imagePredictions } from '../../core/tasks/tasks.ts'
import type { Around } from '../../core/model/preprocessing/chain.ts'
import { extents4, concatenate, sampleOf } from '../../core/tensor/tensor.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import { decodeFrames, type StudyFrame } from '../study/load-image.ts'
import type { GoalMaker } from '../../core/tasks/goal.ts'

/**
 * Two runs of one model on the same pixels may differ by this much in a probability: batches of other sizes
 * are summed in another order.
 */
const largestDifference = 1e-4

/**
 * Stored values of every frame of an exported file. @throws RadversaryError io-failed, verification-failed
 * where it can't be read.
 */
export async function readStored(path: string): Promise<StoredValues[]> {
  const bytes = await readBytes({ path })
  try {
    const frames = await decodeFrames(parseInstance(bytes, { file: path }))
    return frames.map(({ frame }) => frame.values)
  } catch (cause) {
    if (!(cause instanceof RadversaryError)) throw cause
    throw rereadError('a DICOM image', `one that can't be read: ${cause.message}`, path)
  }
}

/**
 * @throws RadversaryError verification-failed when the pixels of an exported file are not those that were
 * meant.
 */
export function checkPixels(
  expected: readonly StoredValues[],
  got: readonly StoredValues[],
  file: string,
): void {
  const same = expected.length === got.length && expected.every((values, i) => sameValues(values, got[i]))
  if (!same) throw rereadError('the pixels that were exported', 'others', file)
}

/** A number that a prediction lacks differs from every other. */
const notThere = NaN

/** @throws RadversaryError verification-failed when two predictions of the same pixels differ. */
export function checkPrediction(expected: RecordedPrediction, got: RecordedPrediction, file: string): void {
  const largest = Math.max(
    ...expected.probabilities.map((p, k) => Math.abs(p - (got.probabilities[k] ?? notThere))),
  )
  if (!(largest <= largestDifference))
    throw rereadError(
      'the prediction that was recorded',
      `one whose probabilities differ by ${largest.toExponential(1)}`,
      file,
    )
  if (expected.value === undefined) return
  const change = Math.abs((got.value ?? notThere) - expected.value)
  if (!(change <= largestDifference * Math.max(1, Math.abs(expected.value))))
    throw rereadError('the value that was recorded', `one that differs by ${change.toExponential(1)}`, file)
}

/** What the model says of pixels that were read back, and whether the attack's criterion is met by them. */
export interface Judged {
  readonly prediction: Prediction
  readonly success: boolean
}

export interface FramesToJudge {
  readonly frames: readonly StudyFrame[]
  /** Stored values of each frame, as read back. */
  readonly values: readonly StoredValues[]
  readonly labels: readonly FrameLabel[]
  readonly goal: GoalMaker
  /** What else is known of their stack, of models that see it; slices around them are read back as well. */
  readonly around?: Around | undefined
}

/** Judges frames of one size in one batch. */
export async function judge(model: PixelModel, card: ModelCard, judged: FramesToJudge): Promise<Judged[]> {
  const { frames, values, labels, goal, around } = judged
  const images = concatenate(frames.map(({ float }, i) => float.toRelative(values[i] ?? float.frame.values)))
  const beside = joinedBeside(frames.map((frame) => frame.beside))
  const logits = await model.forShape(images.shape, around).predict(images, beside)
  const [, , rows, columns] = extents4(images.shape)
  const { criterion } = goal.of(labels, { image: [rows, columns], logits: logits.shape })
  return imagePredictions(card, [rows, columns], logits).map((prediction, n) => ({
    prediction,
    success: criterion.isMet(sampleOf(logits, n).data, n),
  }))
}

function sameValues(a: StoredValues, b: StoredValues | undefined): boolean {
  return a.length === b?.length && a.every((value, i) => value === b[i])
}

function rereadError(expected: string, got: string, file: string): RadversaryError {
  return new RadversaryError('verification-failed', `Export: expected ${expected}, got ${got}`, {
    file,
    tip: 'Check the disk, remove this export and repeat it; if it happens again, please report it.',
  })
}
