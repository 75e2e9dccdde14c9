import type { LossTerm } from '../model/ports.ts'
import type { PixelInterval } from '../tensor/float-image.ts'
import { sampleOf, tensor, type Tensor } from '../tensor/tensor.ts'
import type { AttackLoss, AttackMethod, AttackProblem, Rows, Walk } from './attack.ts'
import { batchModel, type BatchModel } from './batch-model.ts'
import type { Best } from './best.ts'
import { clip, zeroWhereFrozen } from './kernels.ts'
import { randomSource, type RandomSource } from './random.ts'
import { rowOf } from './rows.ts'

/** f(x_t) of the samples that were at work, and whether they succeed. */
export interface Seen {
  readonly logits: Rows
  readonly success: ReadonlyMap<number, boolean>
}

export interface WalkOptions {
  readonly method: AttackMethod
  readonly problem: AttackProblem
  readonly box: PixelInterval
  readonly best: Best
  readonly restart: number
  /** The samples at work, rising. */
  readonly samples: readonly number[]
}

/** One restart: the batch as the method sees it (`Walk`), and the rounding, judging and leaving that the loop does for all methods. */
export class RestartWalk implements Walk {
  readonly images: Tensor
  readonly x: Tensor
  readonly box: PixelInterval
  readonly loss: AttackLoss
  readonly deviation: LossTerm
  /** Iterations made so far: x is x_t. */
  iteration = 0
  /** SMIA's x̃_{t−1}. */
  smoothed: Tensor | undefined
  /** What the model said at x_t; undefined until it was asked. */
  seen: Seen | undefined
  private readonly model: BatchModel
  private readonly sources = new Map<number, RandomSource>()
  private readonly withFrozen: ReadonlySet<number>
  private samples: readonly number[]

  constructor(private readonly options: WalkOptions) {
    const { method, problem, box, samples } = options
    this.images = problem.images
    this.x = tensor(problem.images.shape, problem.images.data.slice())
    this.box = box
    this.loss = problem.loss
    this.deviation = { target: problem.targets, weight: problem.targeted ? -1 : 1 }
    this.model = batchModel(problem)
    this.samples = samples
    this.withFrozen = new Set(samples.filter((sample) => hasFrozenPixels(problem.bounds, sample)))
    if (method.randomStart) for (const sample of samples) this.placeAtRandom(sample)
  }

  active(): readonly number[] {
    return this.samples
  }

  random(sample: number): RandomSource {
    const { problem, restart } = this.options
    const source = this.sources.get(sample) ?? randomSource(problem.seeds[sample] ?? 0, restart)
    this.sources.set(sample, source)
    return source
  }

  async evaluate(terms: readonly LossTerm[]): Promise<Rows> {
    const { bounds, earlyStop } = this.options.problem
    const { logits, gradient } = await this.model.gradient(this.x, this.samples, terms)
    this.seen = earlyStop ? await this.retire(logits) : this.judge(logits)
    for (const sample of this.samples)
      if (this.withFrozen.has(sample))
        zeroWhereFrozen(gradient.of(sample), rowOf(bounds.lower, sample), rowOf(bounds.upper, sample))
    return gradient
  }

  predict(points: Tensor): Promise<Rows> {
    return this.model.logits(points, this.samples)
  }

  /** Rounds and judges the samples still at work. */
  async finish(): Promise<void> {
    for (const sample of this.samples) rowOf(this.x, sample).set(this.rounded(sample))
    const logits = await this.model.logits(this.x, this.samples)
    this.seen = this.judge(logits)
    for (const sample of this.samples) this.offer(sample, rowOf(this.x, sample), logits.of(sample))
    this.samples = []
  }

  /** x_0 ← a random point of the ball, as far as the bounds go. */
  placeAtRandom(sample: number): void {
    const { ball } = this.options.method
    const x = rowOf(this.x, sample)
    const image = rowOf(this.images, sample)
    ball.randomPoint(x, image, this.random(sample))
    clip(x, rowOf(this.box.lower, sample), rowOf(this.box.upper, sample))
    ball.project(x, image)
  }

  private judge(logits: Rows): Seen {
    return { logits, success: new Map(this.samples.map((sample) => [sample, this.isMet(logits.of(sample), sample)])) }
  }

  /** Samples that succeed after rounding leave; one that succeeds only before it walks on from where it was. */
  private async retire(logits: Rows): Promise<Seen> {
    const candidates = this.samples.filter((sample) => this.isMet(logits.of(sample), sample))
    const rounded = new Map(candidates.map((sample) => [sample, this.rounded(sample)]))
    const roundedRows: Rows = { of: (sample) => rounded.get(sample) ?? rowOf(this.x, sample) }
    const moved = candidates.filter((sample) => !sameNumbers(roundedRows.of(sample), rowOf(this.x, sample)))
    const logitsOfMoved = await this.model.logits(roundedRows, moved)
    const logitsOf = (sample: number) => (moved.includes(sample) ? logitsOfMoved : logits).of(sample)
    const succeeded = candidates.filter((sample) => this.isMet(logitsOf(sample), sample))
    for (const sample of succeeded) this.offer(sample, roundedRows.of(sample), logitsOf(sample))
    const success = new Map(this.samples.map((sample) => [sample, succeeded.includes(sample)]))
    this.samples = this.samples.filter((sample) => !succeeded.includes(sample))
    return { logits, success }
  }

  private isMet(logits: Float32Array, sample: number): boolean {
    return this.options.problem.criterion.isMet(logits, sample)
  }

  private rounded(sample: number): Float32Array {
    const { method, problem } = this.options
    const x = rowOf(this.x, sample)
    if (problem.quantize === undefined) return x
    const [, ...rest] = this.x.shape
    const box = { lower: rowOf(this.box.lower, sample), upper: rowOf(this.box.upper, sample) }
    const { lower, upper } = method.ball.roundingBox(x, rowOf(this.images, sample), box)
    const allowed = { lower: tensor([1, ...rest], lower), upper: tensor([1, ...rest], upper) }
    return problem.quantize(sampleOf(this.x, sample), allowed, sample).data
  }

  private offer(sample: number, image: Float32Array, logits: Float32Array): void {
    const { best, restart } = this.options
    const success = this.isMet(logits, sample)
    const smoothed = this.smoothed && rowOf(this.smoothed, sample)
    best.offer(sample, { image, logits, success, iterations: this.iteration, restart, smoothed })
  }
}

function hasFrozenPixels({ lower, upper }: PixelInterval, sample: number): boolean {
  const highest = rowOf(upper, sample)
  return rowOf(lower, sample).some((lowest, i) => lowest === highest[i])
}

function sameNumbers(a: Float32Array, b: Float32Array): boolean {
  return a === b || a.every((value, i) => value === b[i])
}
