import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import { sampleOf } from '../tensor/tensor.ts'
import type { AttackProblem, CleanBatch, CleanImages, InnerFeatures, LearningProgress } from './attack.ts'
import { featureDeviation, fitMixture, type GaussianMixture } from './gaussian-mixture.ts'
import type { FittedFeatures } from './learned.ts'
import { randomSource, sampleSeed } from '../random.ts'

/** The features [D] of one clean image, and its class. */
interface Features {
  readonly label: number
  readonly values: Float32Array
}

/**
 * Variances are at least this part of those over all classes, so that a handful of images does not make a
 * feature a needle's eye.
 */
const leastVariance = 0.01

/**
 * Fits a mixture of at most `components` for each class and inner tensor. Throws `usage` where the model's
 * inner tensors are not connected, or its classes don't exclude each other.
 */
export async function* fitFeatures(
  components: number,
  images: CleanImages,
): AsyncGenerator<LearningProgress, FittedFeatures, void> {
  const all: Features[] = []
  let sizes: readonly number[] = []
  for await (const found of images.inOrder(featuresOf)) {
    sizes = found.sizes
    all.push(...found.features)
    yield { phase: 'fitting features', done: all.length, total: images.count, note: '' }
  }
  const byClass = new Map<number, Float32Array[]>()
  for (const { label, values } of all) byClass.set(label, [...(byClass.get(label) ?? []), values])
  const floors = floorsOf(all, sizes)
  const classes = new Map<number, GaussianMixture[]>()
  for (const [label, samples] of byClass) {
    const random = randomSource(sampleSeed(images.seed, `hiding/${label}`), 0)
    const mixtures = split(samples, sizes).map((own, l) => {
      const floor = floors[l] ?? new Float64Array()
      return fitMixture(own, { components, floor, random })
    })
    classes.set(label, mixtures)
  }
  const counts = new Map([...byClass].map(([label, samples]) => [label, samples.length]))
  return { kind: 'features', sizes, classes, counts }
}

/**
 * Distance of the features of points [N, C, H, W] from clean ones of a class; null where none of it were
 * fitted.
 */
export async function deviations(
  { classes }: FittedFeatures,
  {
    problem,
    points,
    of,
  }: { problem: AttackProblem; points: AttackProblem['images']; of: readonly (number | undefined)[] },
): Promise<(number | null)[]> {
  const features = await innerOf(problem).model.predict(points, problem.beside)
  return of.map((label = NaN, sample) => {
    const mixtures = classes.get(label)
    return mixtures === undefined ? null : featureDeviation(sampleOf(features, sample).data, mixtures)
  })
}

async function featuresOf({ problem, labels }: CleanBatch) {
  const { model, sizes } = innerOf(problem)
  if (!excludesEachOther(problem)) throw unfit('labels that may overlap')
  const values = await model.predict(problem.images, problem.beside)
  const features = labels.flatMap((label, n): Features[] =>
    label === undefined ? [] : [{ label, values: sampleOf(values, n).data.slice() }],
  )
  return { sizes, features }
}

/** Whether an image has one class: of a softmax, or 0 or 1 of a single output. */
function excludesEachOther({ loss, targets }: Pick<AttackProblem, 'loss' | 'targets'>): boolean {
  return loss === 'cross-entropy' || (loss === 'binary-cross-entropy' && targets.shape[1] === 1)
}

export function unfit(got: string): RadversaryError {
  return new RadversaryError('usage', `HFC: expected classes that exclude each other, got ${got}`, {
    tip: 'Use pgd.',
  })
}

function innerOf({ inner }: AttackProblem): InnerFeatures {
  if (inner !== undefined) return inner
  throw new RadversaryError('usage', 'HFC: expected features of clean images to hide in, got none', {
    tip: 'They are fitted by attacks on studies, not by comparisons, nor for tensors.',
  })
}

/** Samples [D] as those of each tensor. */
function split(samples: readonly Float32Array[], sizes: readonly number[]): Float32Array[][] {
  let end = 0
  return sizes.map((size) => {
    const first = end
    end += size
    return samples.map((values) => values.subarray(first, first + size))
  })
}

/**
 * Floors of each tensor: a feature that is the same in all images counts as one that varies as the tensor's
 * features do on average.
 */
function floorsOf(all: readonly Features[], sizes: readonly number[]): Float64Array[] {
  return split(
    all.map(({ values }) => values),
    sizes,
  ).map((samples, l) => {
    const none = new Float64Array(entry(sizes, l))
    const [whole] = fitMixture(samples, {
      components: 1,
      floor: none.map(() => 1e-12),
      random: randomSource(0, 0),
    })
    const variance = whole?.variance ?? none
    const mean = variance.reduce((sum, value) => sum + value, 0) / variance.length
    return variance.map((value) => leastVariance * Math.max(value, mean))
  })
}
