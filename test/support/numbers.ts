import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { tensor, type Shape, type Tensor } from '../../src/core/tensor/tensor.ts'

/** Seeded uniform numbers in [lower, upper). */
export function uniformTensor(
  shape: Shape,
  seed: number,
  [lower, upper]: readonly [number, number] = [-1, 1],
): Tensor {
  const generator = xoroshiro128plus(seed)
  const x = tensor(shape)
  for (let i = 0; i < x.data.length; i++)
    x.data[i] = lower + (upper - lower) * ((generator.next() >>> 0) / 2 ** 32)
  return x
}

/** Σ a·b, in double precision. */
export function innerProduct(a: Tensor, b: Tensor): number {
  return a.data.reduce((sum, value, i) => sum + value * (b.data[i] ?? 0), 0)
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity
  return Array.from(a).reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] ?? NaN))), 0)
}

/**
 * x with every value at least 0.02 off the kinks of a clip to [0, 1], so that differences across them don't
 * blur its derivative.
 */
export function awayFromKinks({ shape, data }: Tensor): Tensor {
  const near = (value: number) => Math.abs(value) < 0.02 || Math.abs(value - 1) < 0.02
  return tensor(
    shape,
    data.map((value) => (near(value) ? value + 0.05 : value)),
  )
}
