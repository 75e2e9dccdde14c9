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
