import type { Box } from './perturbation.ts'

/** Turns the margin's gradient into the gradient of ‖x′ − x‖₂² + c·f by x′. */
export function toSlope(gradient: Float32Array, x: Float32Array, image: Float32Array, pull: number): void {
  for (let i = 0; i < gradient.length; i++) gradient[i] = 2 * (x[i] - image[i]) + pull * gradient[i]
}

/** Keeps the arc tangent finite at the box's ends. */
const inside = 1 - 1e-6

/** w of x: atanh of its place in the box; 0 where the box is a point. */
export function toTanh(x: Float32Array, { lower, upper }: Box): Float32Array {
  const w = new Float32Array(x.length)
  for (let i = 0; i < x.length; i++) {
    const width = upper[i] - lower[i]
    if (width > 0) w[i] = Math.atanh(inside * ((2 * (x[i] - lower[i])) / width - 1))
  }
  return w
}

/**
 * tanh w, once for each w, since x′ and its derivative both take it. By one exponential: Math.tanh takes half
 * as long again.
 */
export function writeTangent(tangent: Float64Array, w: Float32Array): void {
  for (let i = 0; i < w.length; i++) tangent[i] = 1 - 2 / (Math.exp(2 * w[i]) + 1)
}

/** x ← lower + (upper − lower)·(tanh w + 1) / 2 */
export function fromTanh(x: Float32Array, tangent: Float64Array, { lower, upper }: Box): void {
  for (let i = 0; i < x.length; i++) {
    const low = lower[i]
    const high = upper[i]
    const value = low + ((high - low) * (tangent[i] + 1)) / 2
    x[i] = value > high ? high : value
  }
}

/** gradient ← gradient · dx′/dw */
export function throughTanh(gradient: Float32Array, tangents: Float64Array, { lower, upper }: Box): void {
  for (let i = 0; i < gradient.length; i++) {
    const tangent = tangents[i]
    gradient[i] = (gradient[i] * (upper[i] - lower[i]) * (1 - tangent * tangent)) / 2
  }
}

/** Adam (Kingma and Ba 2015, algorithm 1) with the paper's β₁ 0.9, β₂ 0.999 and ε 1e-8, for one array. */
export class Adam {
  private readonly first: Float32Array
  private readonly second: Float32Array
  private time = 0

  constructor(
    length: number,
    private readonly rate: number,
  ) {
    this.first = new Float32Array(length)
    this.second = new Float32Array(length)
  }

  /** gradient ← the step along it: rate · m̂ / (√v̂ + ε). */
  toStep(gradient: Float32Array): void {
    const { first, second } = this
    this.time++
    const scale = this.rate / (1 - 0.9 ** this.time)
    const inverse = 1 / (1 - 0.999 ** this.time)
    for (let i = 0; i < gradient.length; i++) {
      const g = gradient[i]
      const m = 0.9 * first[i] + 0.1 * g
      const v = 0.999 * second[i] + 0.001 * g * g
      first[i] = m
      second[i] = v
      gradient[i] = (scale * m) / (Math.sqrt(inverse * v) + 1e-8)
    }
  }
}
