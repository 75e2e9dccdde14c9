import type { Rows } from './attack.ts'
import type { Gradients } from './attack-result.ts'

/**
 * Counts, sample by sample, which gradients of an attack were zero throughout: where nothing is to be
 * followed.
 */
export class GradientTally {
  private readonly counts = new Map<number, Gradients>()

  /** @param gradient before a method writes over it */
  count(samples: readonly number[], gradient: Rows): void {
    for (const sample of samples) {
      const { asked, zero } = this.counts.get(sample) ?? { asked: 0, zero: 0 }
      const isZero = gradient.of(sample).every((value) => value === 0)
      this.counts.set(sample, { asked: asked + 1, zero: zero + Number(isZero) })
    }
  }

  /** Undefined where none was asked for. */
  of(sample: number): Gradients | undefined {
    return this.counts.get(sample)
  }
}
