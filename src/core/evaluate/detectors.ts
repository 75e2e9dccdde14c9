import { float32At, float64At } from '../math/at.ts'
import { choleskyOf, squaredLength } from '../math/cholesky.ts'
import { entry, valueFor } from '../entry.ts'
import { RadversaryError } from '../errors.ts'

/** What detectors look at of one image. */
export interface SeenImage {
  /** Class that the model says. */
  readonly class: number
  /** Features of each inner tensor, in their order. */
  readonly features: readonly Float32Array[]
  /** Probabilities of the classes of the image as it is. */
  readonly probabilities: readonly number[]
  /** The same of squeezed images, one for each way of squeezing. */
  readonly squeezed: readonly (readonly number[])[]
}

/** Says how much an image looks like an adversarial one; any rising measure. */
export type Detector = (image: SeenImage) => number

/** How much of the covariance is that of its mean variance alone, so that few images have an inverse. */
const shrinkage = 0.1

/**
 * K. Lee et al., NeurIPS 2018 (arXiv:1807.03888), equation 2: the squared Mahalanobis distance to the nearest
 * class's mean, with one covariance for all classes, summed over inner tensors. Their weights of the tensors,
 * which are fitted to adversarial images, are left out, and so is their change of the input.
 * @throws RadversaryError usage for fewer than two images
 */
export function mahalanobis(fit: readonly SeenImage[]): Detector {
  const tensors = fit[0]?.features.length ?? 0
  const distances = Array.from({ length: tensors }, (_, at) =>
    nearestDistance(
      fit.map(({ features }) => entry(features, at)),
      fit.map((image) => image.class),
    ),
  )
  return ({ features }) => distances.reduce((sum, distance, at) => sum + distance(entry(features, at)), 0)
}

function nearestDistance(
  rows: readonly Float32Array[],
  classes: readonly number[],
): (features: Float32Array) => number {
  const means = new Map(
    [...new Set(classes)].map((k) => [k, meanRow(rows.filter((_, i) => classes[i] === k))]),
  )
  const centred = rows.map((row, i) => rowMinus(row, valueFor(means, entry(classes, i))))
  const factor = choleskyOf(covarianceOf(centred), entry(centred, 0).length)
  return (features) =>
    Math.min(...[...means.values()].map((mean) => squaredLength(factor, rowMinus(features, mean))))
}

function meanRow(rows: readonly Float32Array[]): Float64Array {
  const mean = new Float64Array(entry(rows, 0).length)
  for (const row of rows)
    for (const [d, value] of row.entries()) mean[d] = float64At(mean, d) + value / rows.length
  return mean
}

function rowMinus(row: Float32Array, mean: Float64Array): Float64Array {
  return mean.map((value, d) => float32At(row, d) - value)
}

/** [D · D], shrunk towards its mean variance. */
function covarianceOf(centred: readonly Float64Array[]): Float64Array {
  const size = entry(centred, 0).length
  const sums = new Float64Array(size * size)
  for (const row of centred)
    for (let i = 0; i < size; i++)
      for (let j = 0; j <= i; j++)
        sums[i * size + j] = float64At(sums, i * size + j) + float64At(row, i) * float64At(row, j)
  const variances = Array.from({ length: size }, (_, i) => float64At(sums, i * size + i) / centred.length)
  const mean = variances.reduce((sum, value) => sum + value, 0) / size
  if (!(mean > 0))
    throw new RadversaryError(
      'usage',
      'Detectors: expected clean images that differ in their features, got one alone or all alike',
      {
        tip: 'Name more images to fit on, or another inner tensor.',
      },
    )
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const own = ((1 - shrinkage) * float64At(sums, i * size + j)) / centred.length
      const value = i === j ? own + shrinkage * mean : own
      sums[i * size + j] = value
      sums[j * size + i] = value
    }
  return sums
}

/**
 * R. Feinman et al. 2017 (arXiv:1703.00410), section 4: the logarithm of the density of the last inner
 * tensor's features under Gaussian kernels on the clean images of the class that the model says, turned. The
 * kernels' width is the median distance between two images of a class, instead of one that is tuned.
 */
export function kernelDensity(fit: readonly SeenImage[]): Detector {
  const lastOf = ({ features }: SeenImage) => entry(features, features.length - 1)
  const byClass = new Map<number, Float32Array[]>()
  for (const image of fit) byClass.set(image.class, [...(byClass.get(image.class) ?? []), lastOf(image)])
  const width = medianOf([...byClass.values()].flatMap(pairDistances))
  return (image) => {
    const near = byClass.get(image.class)
    if (near === undefined) return Infinity
    const exponents = near.map((other) => -squaredDistance(lastOf(image), other) / Math.max(width, 1e-12))
    const most = Math.max(...exponents)
    return -(most + Math.log(exponents.reduce((sum, one) => sum + Math.exp(one - most), 0) / near.length))
  }
}

/** Squared, of each image from the one after it: as many as there are images. */
function pairDistances(rows: readonly Float32Array[]): number[] {
  return rows.slice(1).map((row, i) => squaredDistance(row, entry(rows, i)))
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, d) => sum + (value - float32At(b, d)) ** 2, 0)
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 1
}

/**
 * W. Xu et al., NDSS 2018 (arXiv:1704.01155), section V: the largest L1 distance of what the model says of the
 * image from what it says of squeezed ones.
 */
export const featureSqueezing: Detector = ({ probabilities, squeezed }) =>
  Math.max(
    ...squeezed.map((other) => probabilities.reduce((sum, p, k) => sum + Math.abs(p - entry(other, k)), 0)),
  )

/**
 * Entropy of the prediction: it stands for the uncertainty of Feinman et al., which takes dropout that exported
 * networks have not.
 */
export const entropy: Detector = ({ probabilities }) =>
  -probabilities.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0)

/** The part of clean images that a threshold passes is at least 1 − rate: the part of attacked ones above it. */
export function detectedAt(clean: readonly number[], attacked: readonly number[], rate: number): number {
  const sorted = [...clean].sort((a, b) => b - a)
  const threshold = entry(sorted, Math.min(sorted.length - 1, Math.floor(rate * sorted.length)))
  return attacked.filter((score) => score > threshold).length / attacked.length
}

/** Points of the receiver operating characteristic, from (0, 0) to (1, 1): false alarms and detections. */
export function rocOf(
  clean: readonly number[],
  attacked: readonly number[],
): readonly (readonly [number, number])[] {
  const thresholds = [...new Set([...clean, ...attacked])].sort((a, b) => b - a)
  const above = (scores: readonly number[], threshold: number) =>
    scores.filter((score) => score >= threshold).length / scores.length
  return [[0, 0], ...thresholds.map((at) => [above(clean, at), above(attacked, at)] as const)]
}
