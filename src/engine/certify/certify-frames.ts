import { randomSource, sampleSeed, type RandomSource } from '../../core/random.ts'
import { entry } from '../../core/entry.ts'
import { certificateOf, mostDrawn, type Smoothing } from '../../core/evaluate/certify.ts'
import { namesOf, type ModelCard } from '../../core/model/card.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { noisyModel, type NoisyModel } from '../../core/model/preprocessing/noisy.ts'
import { classesOfAnswer } from '../../core/tasks/answers.ts'
import { imagePredictions } from '../../core/tasks/tasks.ts'
import { extents4 } from '../../core/tensor/tensor.ts'
import type { GivenLabels } from '../labels/given-labels.ts'
import { throwIfCancelled } from '../progress.ts'
import type { StudyFrame } from '../study/load-image.ts'
import type { CertifiedFrame } from './certification.ts'
import type { Smoothed } from './noise-of.ts'

/** How one classifier is certified, whatever the image. */
export interface Certifying extends Smoothed, Smoothing {
  readonly model: DifferentiableModel
  readonly labels: GivenLabels | undefined
  readonly n0: number
  readonly n: number
  readonly seed: number
  /** Noisy copies that the model takes at once. */
  readonly batch: number
  readonly signal: AbortSignal | undefined
}

/** Certifies one frame: the likeliest class of n0 draws, then its bound from n others. */
export async function certifiedFrameOf(frame: StudyFrame, given: Certifying): Promise<CertifiedFrame> {
  const { card, n0, n } = given
  const names = namesOf(card)
  const { relative } = frame.float
  // Before any draw: an image that the labels lack is left out and listed.
  const label = await given.labels?.of(frame)
  const noisy = noisyModel(given.model, card, relative, given.noise)
  const seed = sampleSeed(given.seed, `certify/${frame.image.sopInstanceUid}/${frame.index}`)
  const draw = (count: number, stream: number) =>
    countsOf(frame, { noisy, count, random: randomSource(seed, stream) }, given)
  const chosen = mostDrawn(await draw(n0, 0))
  const found = certificateOf(await draw(n, 1), chosen, given)
  const labelled = label === undefined ? undefined : classesOfAnswer(label)[0]
  // In the schema's order, in which what was kept is read again.
  return {
    file: frame.image.name,
    sopInstanceUid: frame.image.sopInstanceUid,
    frame: frame.index + 1,
    label: labelled === undefined ? null : entry(names, labelled),
    class: found.class === null ? null : entry(names, found.class),
    seen: found.seen,
    draws: found.draws,
    lower: found.lower,
    radius: found.radius,
    isRight: found.class !== null && (given.labels === undefined || found.class === labelled),
  }
}

interface Drawing {
  readonly noisy: NoisyModel
  readonly count: number
  readonly random: RandomSource
}

/** How often each class was seen. */
async function countsOf(
  { float }: StudyFrame,
  { noisy, count, random }: Drawing,
  { card, batch, signal }: Certifying,
): Promise<number[]> {
  const counts = namesOf(card).map(() => 0)
  const [, , rows, columns] = extents4(float.relative.shape, 'Certification')
  for (let done = 0; done < count; done += batch) {
    throwIfCancelled(signal)
    const logits = await noisy(Math.min(batch, count - done), random)
    for (const predicted of predictedClasses(card, [rows, columns], logits))
      counts[predicted] = entry(counts, predicted) + 1
  }
  return counts
}

function predictedClasses(
  card: ModelCard,
  size: readonly [number, number],
  logits: Parameters<typeof imagePredictions>[2],
): number[] {
  return imagePredictions(card, size, logits).map((prediction) => entry(classesOfAnswer(prediction), 0))
}
