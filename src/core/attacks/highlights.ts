import type { Rows } from './attack.ts'
import type { Judge } from './judge.ts'
import { isBetter, type Valuer, type Worth } from './worth.ts'

interface Highlight {
  readonly worth: Worth
  /** A copy. */
  readonly point: Float32Array
}

/** The best point of each sample that a restart came by, before rounding. */
export class Highlights {
  private readonly kept = new Map<number, Highlight>()

  constructor(
    private readonly valuer: Valuer,
    private readonly judge: Judge,
  ) {}

  note(sample: number, point: Float32Array, logits: Float32Array): void {
    const success = this.judge.succeeds(logits, sample)
    const worth = this.valuer(sample, { image: point, logits, success })
    const known = this.kept.get(sample)
    if (known === undefined || isBetter(worth, known.worth))
      this.kept.set(sample, { worth, point: point.slice() })
  }

  noteAll(samples: readonly number[], points: Rows, logits: Rows): void {
    for (const sample of samples) this.note(sample, points.of(sample), logits.of(sample))
  }

  point(sample: number): Float32Array | undefined {
    return this.kept.get(sample)?.point
  }

  hasSucceeded(sample: number): boolean {
    return this.kept.get(sample)?.worth.success === true
  }
}
