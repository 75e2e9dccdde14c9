import { RadversaryError } from '../errors.ts'
import type { PixelInterval } from '../image/float-image.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { addScaled, distanceL2, distanceLinf, normL1, normL2 } from '../math/kernels.ts'
import { distanceL0, distanceL1, projectL1 } from '../math/l1.ts'
import { type Box, boxAround, boxBetween, placeAround, shrinkTowards } from '../math/perturbation.ts'
import { fillLaplacian, fillNormal, type RandomSource } from '../random.ts'

/** Norms by which changes are bounded or measured; L0 counts the values that change. */
export const norms = ['Linf', 'L2', 'L1', 'L0', 'none'] as const

export type Norm = (typeof norms)[number]

/**
 * What the perturbation of one image must stay in: the part of a threat model that is a norm and a budget.
 */
export interface Ball {
  readonly norm: Norm
  /** In relative intensity; Infinity for 'none'. */
  readonly epsilon: number
  /** ‖x − image‖ in the ball's norm; the Euclidean one for 'none'. */
  distance(x: Float32Array, image: Float32Array): number
  /** The smallest box [N, C, H, W] around ball and bounds; `bounds` itself where the ball adds nothing. */
  box(images: Tensor, bounds: PixelInterval): PixelInterval
  /** Brings x, which lies in the box, into the ball, in place and without leaving the box. */
  project(x: Float32Array, image: Float32Array): void
  /** A random point of the ball, before it is clipped to the box, into x. */
  randomPoint(x: Float32Array, image: Float32Array, random: RandomSource): void
  /** Where the pixels of x may be rounded to without leaving the ball. */
  roundingBox(x: Float32Array, image: Float32Array, box: RowInterval): RowInterval
}

/** The box of one sample. */
export type RowInterval = Box

/** max |x − image| ≤ epsilon: a box, so nothing is left to project. */
export function linfBall(epsilon: number): Ball {
  const radius = Math.fround(epsilon)
  return {
    norm: 'Linf',
    epsilon,
    distance: distanceLinf,
    box: (images, bounds) => boxOfBatch(images, bounds, radius),
    project: () => undefined,
    randomPoint: (x, image, random) => {
      placeAround(x, image, radius, () => random.symmetric())
    },
    roundingBox: (_x, _image, box) => box,
  }
}

/**
 * ‖x − image‖₂ ≤ epsilon, over all pixels and channels of an image. Clipping to the box and then shrinking
 * towards the image is not the nearest point of their intersection, but one in it: both are convex and hold
 * the image.
 */
export function l2Ball(epsilon: number): Ball {
  return {
    norm: 'L2',
    epsilon,
    distance: distanceL2,
    box: (_images, bounds) => bounds,
    project: (x, image) => {
      const distance = distanceL2(x, image)
      if (distance > epsilon) shrinkTowards(x, image, epsilon / distance)
    },
    // Uniform in the ball: a random direction, and a radius whose d-th power is uniform.
    randomPoint: (x, image, random) => {
      fillNormal(x, random)
      const scale = (epsilon * random.open() ** (1 / x.length)) / normL2(x)
      addScaled(x, image, x, scale)
    },
    // Rounding towards the image never lengthens the perturbation.
    roundingBox: (x, image) => boxBetween(x, image),
  }
}

/**
 * Σ|x − image| ≤ epsilon, over all pixels and channels. What lies in the box and beyond the ball goes to the
 * nearest point of the ball, which is in the box too.
 */
export function l1Ball(epsilon: number): Ball {
  return {
    norm: 'L1',
    epsilon,
    distance: distanceL1,
    box: (_images, bounds) => bounds,
    project: (x, image) => {
      if (distanceL1(x, image) > epsilon) projectL1(x, image, boxBetween(x, image), epsilon)
    },
    // Uniform in the ball, as in the Euclidean one, with a Laplacian direction.
    randomPoint: (x, image, random) => {
      fillLaplacian(x, random)
      const scale = (epsilon * random.open() ** (1 / x.length)) / normL1(x)
      addScaled(x, image, x, scale)
    },
    roundingBox: (x, image) => boxBetween(x, image),
  }
}

/** No more than epsilon values (pixels of a channel) differ from the image's; for what a search has found. */
export function l0Ball(epsilon: number): Ball {
  return {
    norm: 'L0',
    epsilon,
    distance: distanceL0,
    box: (_images, bounds) => bounds,
    project: (x, image) => {
      if (distanceL0(x, image) > epsilon) x.set(image)
    },
    randomPoint: noRandomPoint,
    roundingBox: (_x, _image, box) => box,
  }
}

/** No budget but the bounds. */
export function noBall(): Ball {
  return {
    norm: 'none',
    epsilon: Infinity,
    distance: distanceL2,
    box: (_images, bounds) => bounds,
    project: () => undefined,
    randomPoint: noRandomPoint,
    roundingBox: (_x, _image, box) => box,
  }
}

function noRandomPoint(): never {
  throw new RadversaryError('usage', 'Random start: expected a budget to draw within, got none')
}

function boxOfBatch({ shape, data }: Tensor, bounds: PixelInterval, radius: number): PixelInterval {
  const { lower, upper } = boxAround(data, { lower: bounds.lower.data, upper: bounds.upper.data }, radius)
  return { lower: tensor(shape, lower), upper: tensor(shape, upper) }
}
