import { float32At } from '../../math/at.ts'
import { z } from 'zod'
import { addScaled, clip } from '../../math/kernels.ts'
import { smoothGaussian } from '../../tensor/smoothing.ts'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { sampleOf, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { AttackState, StepTaken } from '../attack.ts'
import { noBall } from '../balls.ts'
import { defineMethod, type MethodEntry, type MethodSource } from '../method-entry.ts'
import { fillNormal, type RandomSource } from '../../random.ts'
import { rowOf } from '../rows.ts'

/**
 * What cameras and scanners do to images [N, C, H, W], after Hendrycks and Dietterich 2019; see
 * methods/corruption.ts.
 */

/** mean + factor · (x − mean), each channel by its own mean. */
export function contrastLowered(x: Tensor, factor: number): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Contrast')
  const lowered = tensor(x.shape)
  const size = rows * columns
  for (let plane = 0; plane < count * channels; plane++) {
    const values = x.data.subarray(plane * size, (plane + 1) * size)
    const mean = values.reduce((sum, value) => sum + value, 0) / size
    lowered.data.set(
      values.map((value) => mean + factor * (value - mean)),
      plane * size,
    )
  }
  return lowered
}

export interface Motion {
  /** Pixels. */
  readonly length: number
  /** Radians from the row's direction. */
  readonly angle: number
}

/**
 * The mean of the image along a short line through each pixel; values between pixels are bilinear, edges are
 * repeated.
 */
export function motionBlurred(x: Tensor, { length, angle }: Motion): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Motion')
  const blurred = tensor(x.shape)
  const offsets = Array.from({ length }, (_, i) => i - (length - 1) / 2)
  for (let plane = 0; plane < count * channels; plane++)
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const at = (offset: number) => ({
          row: row + offset * Math.sin(angle),
          column: column + offset * Math.cos(angle),
        })
        const sum = offsets.reduce(
          (total, offset) => total + bilinear(x.data, { plane, rows, columns }, at(offset)),
          0,
        )
        blurred.data[(plane * rows + row) * columns + column] = sum / length
      }
  return blurred
}

interface Plane {
  readonly plane: number
  readonly rows: number
  readonly columns: number
}

function bilinear(
  data: Float32Array,
  { plane, rows, columns }: Plane,
  at: { readonly row: number; readonly column: number },
): number {
  const [top, left] = [Math.floor(at.row), Math.floor(at.column)]
  const [down, right] = [at.row - top, at.column - left]
  const value = (row: number, column: number) =>
    float32At(data, (plane * rows + within(row, rows)) * columns + within(column, columns))
  const above = (1 - right) * value(top, left) + right * value(top, left + 1)
  const below = (1 - right) * value(top + 1, left) + right * value(top + 1, left + 1)
  return (1 - down) * above + down * below
}

function within(index: number, extent: number): number {
  return Math.min(Math.max(index, 0), extent - 1)
}

const hendrycks = {
  authors: 'D. Hendrycks, T. Dietterich',
  title: 'Benchmarking Neural Network Robustness to Common Corruptions and Perturbations',
  venue: 'ICLR 2019',
  identifier: 'arXiv:1903.12261',
}

const settings = z.strictObject({
  severity: z.int().min(1).max(5).default(3).describe('Strength, 1 to 5.'),
})

/** What becomes of one image [1, C, H, W] at one of the five strengths, given in order. */
export interface Corruption<Name extends string, Strength> {
  readonly name: Name
  readonly title: string
  readonly summary: string
  readonly equation: string
  readonly source: MethodSource
  readonly strengths: readonly [Strength, Strength, Strength, Strength, Strength]
  readonly corrupt: (image: Tensor, strength: Strength, random: RandomSource) => Tensor
}

/** No attack: the yardstick of what images go through anyway. It has no budget; bounds and region hold. */
export function corruption<Name extends string, Strength>({
  name,
  title,
  summary,
  equation,
  source,
  strengths,
  corrupt,
}: Corruption<Name, Strength>): MethodEntry<Name> {
  return defineMethod({
    name,
    title,
    summary,
    equation,
    source,
    access: 'none',
    stacks: true,
    settings,
    create: ({ severity }) => ({
      ball: noBall(),
      steps: 1,
      restarts: 1,
      randomStart: false,
      begin: (state) =>
        corrupted(state, (image, random) => corrupt(image, strengths[severity - 1] ?? strengths[4], random)),
    }),
  })
}

function corrupted(
  state: AttackState,
  corrupt: (image: Tensor, random: RandomSource) => Tensor,
): () => Promise<StepTaken> {
  const { x, images, box } = state
  return () => {
    const moved = new Map<number, Float32Array>()
    for (const sample of state.active()) {
      const [row, image] = [rowOf(x, sample), rowOf(images, sample)]
      row.set(corrupt(sampleOf(images, sample), state.random(sample)).data)
      clip(row, rowOf(box.lower, sample), rowOf(box.upper, sample))
      const change = row.slice()
      addScaled(change, row, image, -1)
      moved.set(sample, change)
    }
    return Promise.resolve({ direction: { of: (sample) => moved.get(sample) ?? new Float32Array() } })
  }
}

export const gaussianNoise = corruption({
  name: 'gaussian-noise',
  title: 'Gaussian noise',
  summary:
    'Not an attack: normally distributed noise at one of five strengths, the yardstick of a noisy detector.',
  equation: 'x + n, n normal with standard deviation 0.08, 0.12, 0.18, 0.26 or 0.38 of the intensity range',
  source: hendrycks,
  strengths: [0.08, 0.12, 0.18, 0.26, 0.38],
  corrupt: (image, deviation, random) => {
    const noise = new Float32Array(image.data.length)
    fillNormal(noise, random)
    addScaled(noise, image.data, noise, deviation)
    return { shape: image.shape, data: noise }
  },
})

export const gaussianBlur = corruption({
  name: 'gaussian-blur',
  title: 'Gaussian blur',
  summary: 'Not an attack: blur at one of five strengths, the yardstick of a soft image.',
  equation:
    'W ∗ x, W Gaussian with a standard deviation of 1, 2, 3, 4 or 6 pixels of 224, scaled to the image’s height',
  source: hendrycks,
  strengths: [1, 2, 3, 4, 6],
  corrupt: (image, sigma) => {
    const scaled = Math.max(0.4, sigma * scaleOf(image))
    return smoothGaussian(image, { sigma: scaled, size: 2 * Math.ceil(3 * scaled) + 1 })
  },
})

export const lowContrast = corruption({
  name: 'low-contrast',
  title: 'Low contrast',
  summary: 'Not an attack: contrast lowered to one of five levels, the yardstick of an ill-set exposure.',
  equation: 'm + c·(x − m), m the image’s mean, c = 0.4, 0.3, 0.2, 0.1 or 0.05',
  source: hendrycks,
  strengths: [0.4, 0.3, 0.2, 0.1, 0.05],
  corrupt: (image, factor) => contrastLowered(image, factor),
})

export const motionBlur = corruption({
  name: 'motion-blur',
  title: 'Motion blur',
  summary:
    'Not an attack: blur along a line of random direction at one of five strengths, the yardstick of a patient who moves.',
  equation:
    'the mean along a line of 6, 10, 16, 24 or 30 pixels of 224, scaled to the image’s height, within 45° of the rows',
  source: hendrycks,
  strengths: [6, 10, 16, 24, 30],
  corrupt: (image, length, random) =>
    motionBlurred(image, {
      length: Math.max(2, Math.round(length * scaleOf(image))),
      angle: (random.symmetric() * Math.PI) / 4,
    }),
})

/** Constants in pixels are for images of 224 pixels. */
export function scaleOf({ shape }: Tensor): number {
  return (shape[2] ?? 224) / 224
}
