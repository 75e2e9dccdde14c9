/**
 * Where the step size is reconsidered: w_j = ⌈p_j·N⌉, p_0 = 0, p_1 = 0.22, p_{j+1} = p_j + max(p_j − p_{j−1}
 * − 0.03, 0.06) (arXiv 2003.01690).
 */
export function checkpointsOf(steps: number): number[] {
  const fractions = [0, 0.22]
  for (let j = 1; (fractions[j] ?? 1) <= 1; j++) {
    const [before = 0, now = 0] = fractions.slice(j - 1)
    fractions.push(now + Math.max(now - before - 0.03, 0.06))
  }
  // Binary fractions of 0.03 must not make 45 of 44.999….
  return [...new Set(fractions.filter((p) => p <= 1).map((p) => Math.ceil(p * steps - 1e-9)))]
}

/** Observation of a sample's t-th iterate. */
export interface Observation {
  /** f(x_t) is the greatest so far. */
  readonly improved: boolean
  /** The step was halved, and the attack is to go on from the best point. */
  readonly halved: boolean
}

const rho = 0.75

/**
 * The step size of one sample: Croce and Hein 2020, conditions 1 and 2. It is halved at a checkpoint w_j
 * (1) when fewer than ρ = 0.75 of the steps since w_{j−1} raised the objective, or
 * (2) when neither step size nor best objective has changed since w_{j−1}.
 */
export class StepSchedule {
  best = -Infinity
  private previous = Infinity
  private time = 0
  private increases = 0
  private last: { readonly time: number; readonly size: number; readonly best: number }

  constructor(
    public size: number,
    private readonly checkpoints: readonly number[],
  ) {
    this.last = { time: 0, size, best: -Infinity }
  }

  /** f(x_t), for t = 0, 1, 2, … */
  observe(value: number): Observation {
    if (value > this.previous) this.increases++
    const improved = value > this.best
    if (improved) this.best = value
    this.previous = value
    const halved = this.time > 0 && this.checkpoints.includes(this.time) && this.isStuck()
    if (halved) this.size /= 2
    if (this.checkpoints.includes(this.time)) this.begin(halved)
    this.time++
    return { improved, halved }
  }

  private isStuck(): boolean {
    const { time, size, best } = this.last
    return this.increases < rho * (this.time - time) || (size === this.size && best === this.best)
  }

  /** A new stretch from this checkpoint on; the attack is at its best point when it was halved. */
  private begin(halved: boolean): void {
    this.last = { time: this.time, size: this.size, best: this.best }
    this.increases = 0
    if (halved) this.previous = this.best
  }
}
