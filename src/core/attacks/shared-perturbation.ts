import type { AttackMethod, UniversalPlan } from './attack.ts'
import type { RowInterval } from './balls.ts'
import { accumulate, addScaled, clip } from './kernels.ts'
import { rowOf } from './rows.ts'

/**
 * v, the one perturbation of a group of images, [C·H·W] in relative intensity: 0 at first, and a step for
 * each mini-batch.
 */
export class SharedPerturbation {
  readonly values: Float32Array
  private readonly sum: Float32Array

  constructor(
    private readonly plan: UniversalPlan,
    size: number,
  ) {
    this.values = new Float32Array(size)
    this.sum = new Float32Array(size)
  }

  /** Adds the gradient of an image, or of several, [C·H·W], to those of the mini-batch. */
  add(gradient: Float32Array): void {
    accumulate(this.sum, 1, gradient, 1)
  }

  /** v ← project(v + step(Σ gradients)); then another mini-batch begins. Returns the step. */
  step(): Float32Array {
    const direction = this.sum.slice()
    this.plan.ascend(this.values, direction)
    this.sum.fill(0)
    return direction
  }
}

/** x ← image + v, as far as the image's pixels can be stored and may change. */
export function perturb(
  x: Float32Array,
  image: Float32Array,
  v: Float32Array,
  { lower, upper }: RowInterval,
): void {
  addScaled(x, image, v, 1)
  clip(x, lower, upper)
}

/** The method once its perturbation is known, [C·H·W]: what is left is to add it to each image. */
export function withPerturbation({ name, ball }: AttackMethod, v: Float32Array): AttackMethod {
  return {
    ...{ name, ball, steps: 1, restarts: 1, randomStart: false },
    begin: (walk) => () => {
      const { x, images, box } = walk
      for (const sample of walk.active())
        perturb(rowOf(x, sample), rowOf(images, sample), v, {
          lower: rowOf(box.lower, sample),
          upper: rowOf(box.upper, sample),
        })
      return Promise.resolve({ direction: { of: () => v } })
    },
  }
}
