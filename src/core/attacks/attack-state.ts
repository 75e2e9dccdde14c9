import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import type { Notice } from '../errors.ts'
import type { LossKind, LossTerm } from '../model/ports.ts'
import type { PixelInterval } from '../image/float-image.ts'
import { extentOf, sampleOf, tensor, type Tensor } from '../tensor/tensor.ts'
import type {
  Answer,
  AttackLoss,
  AttackMethod,
  AttackProblem,
  BatchFeatures,
  Rows,
  AttackState,
} from './attack.ts'
import { batchModel, type BatchModel, batchFeatures } from './batch-model.ts'
import type { Best, Offer } from './best.ts'
import type { DecisionBoundary } from './decision-boundary.ts'
import type { GradientTally } from './gradient-tally.ts'
import { BestCandidates, scorerOf } from './candidates.ts'
import type { Judge } from './judge.ts'
import { clip, hasFrozen, stretch, zeroWhereFrozen } from '../math/kernels.ts'
import { randomSource, type RandomSource } from '../random.ts'
import { rowOf, sameNumbers } from './rows.ts'
import { roundPastBoundary, type RoundedSuccess } from './rounding-search.ts'

/** f(x_t) of the samples that were at work, and whether they succeed. */
export interface Evaluation {
  readonly logits: Rows
  readonly success: ReadonlyMap<number, boolean>
}

export interface RestartOptions {
  readonly method: AttackMethod
  readonly problem: AttackProblem
  /** Bounds and, where it is one, the ball's box. */
  readonly box: PixelInterval
  readonly best: Best
  readonly judge: Judge
  /** Number of the restart in this method; `round` counts all rounds of the attack. */
  readonly restart: number
  readonly round: number
  /** The samples at work, rising. */
  readonly samples: readonly number[]
  readonly notify: (notice: Notice) => void
  /** Hears every gradient, frozen pixels zero. */
  readonly tally: GradientTally
}

/**
 * State of one restart: the batch as the method sees it, and the rounding, judging and retiring that the loop
 * does for all methods.
 */
export class RestartState implements AttackState {
  readonly images: Tensor
  readonly x: Tensor
  readonly box: PixelInterval
  readonly bounds: PixelInterval
  readonly loss: AttackLoss
  readonly targeted: boolean
  readonly coupled: boolean
  readonly restart: number
  readonly deviation: LossTerm
  readonly notify: (notice: Notice) => void
  /** Iterations made so far: x is x_t. */
  iteration = 0
  /** SMIA's x̃_{t−1}. */
  smoothed: Tensor | undefined
  /** What the model said at x_t; undefined until it was asked. */
  evaluation: Evaluation | undefined
  /** What it said of the images, where the method evaluates them first. */
  cleanLogits: Rows | undefined
  private hasEvaluated = false
  private readonly model: BatchModel
  private readonly sources = new Map<number, RandomSource>()
  private readonly boundaries = new Map<number, DecisionBoundary>()
  private readonly withFrozen: ReadonlySet<number>
  /** Undefined where a restart hands over its last point. */
  private bestCandidates: BestCandidates | undefined
  private samples: readonly number[]
  private retired: readonly number[] = []

  constructor(private readonly options: RestartOptions) {
    const { method, problem, box, samples } = options
    this.images = problem.images
    this.x = tensor(problem.images.shape, problem.images.data.slice())
    this.box = method.keeps === 'smallest' ? problem.bounds : box
    this.bounds = problem.bounds
    this.loss = problem.loss
    this.targeted = problem.targeted
    this.coupled = problem.coupled ?? false
    this.restart = options.restart
    this.deviation = { target: problem.targets, weight: problem.targeted ? -1 : 1 }
    this.notify = options.notify
    this.model = batchModel(problem)
    this.samples = samples
    const { lower, upper } = problem.bounds
    const isPartlyFrozen = (sample: number) => hasFrozen(rowOf(lower, sample), rowOf(upper, sample))
    this.withFrozen = new Set(samples.filter(isPartlyFrozen))
    this.bestCandidates =
      (method.keeps ?? 'last') === 'last'
        ? undefined
        : new BestCandidates(scorerOf(method, problem), options.judge)
    if (method.randomStart) for (const sample of samples) this.placeAtRandom(sample)
  }

  active(): readonly number[] {
    return this.samples
  }

  random(sample: number): RandomSource {
    const { problem, restart } = this.options
    const source = this.sources.get(sample) ?? randomSource(entry(problem.seeds, sample), restart)
    this.sources.set(sample, source)
    return source
  }

  async evaluate(terms: readonly LossTerm[], kind?: LossKind): Promise<Rows> {
    const { logits, gradient } = await this.model.gradient(this.x, this.samples, { terms, kind })
    await this.judgeLogits(logits)
    for (const sample of this.samples) this.freeze(gradient.of(sample), sample)
    this.options.tally.count(this.samples, gradient)
    return gradient
  }

  async evaluateLogits(): Promise<Rows> {
    const logits = await this.predict(this.x)
    await this.judgeLogits(logits)
    return logits
  }

  async judgeLogits(logits: Rows): Promise<void> {
    if (!this.hasEvaluated && sameNumbers(this.x.data, this.images.data)) this.cleanLogits = logits
    this.hasEvaluated = true
    this.bestCandidates?.noteAll(this.samples, this.rows(), logits)
    this.evaluation = this.options.problem.earlyStop
      ? await this.retireSuccessful(logits)
      : this.judge(logits)
  }

  logits(sample: number): Float32Array {
    return this.evaluation?.logits.of(sample) ?? new Float32Array()
  }

  async gradientAt(points: Tensor, terms: readonly LossTerm[], kind?: LossKind): Promise<Answer> {
    const answer = await this.model.gradient(points, this.samples, { terms, kind })
    this.options.tally.count(this.samples, answer.gradient)
    return answer
  }

  predict(points: Tensor): Promise<Rows> {
    return this.model.logits(points, this.samples)
  }

  innerFeatures(): BatchFeatures {
    return batchFeatures(this, this.options.problem)
  }

  freeze(values: Float32Array, sample: number): void {
    const { bounds } = this.options.problem
    if (this.withFrozen.has(sample))
      zeroWhereFrozen(values, rowOf(bounds.lower, sample), rowOf(bounds.upper, sample))
  }

  succeeds(logits: Float32Array, sample: number): boolean {
    return this.options.judge.succeeds(logits, sample)
  }

  requiredMargin(logits: Float32Array, sample: number): number {
    return this.options.judge.requiredMargin(logits, sample)
  }

  boundary(sample: number): DecisionBoundary {
    const { method, problem } = this.options
    const planes =
      this.boundaries.get(sample) ?? problem.criterion.boundary?.(sample, extentOf(problem.targets.shape, 1))
    if (planes !== undefined) {
      this.boundaries.set(sample, planes)
      return planes
    }
    throw new RadversaryError(
      'usage',
      `${method.name}: expected a goal of a classifier, which planes between logits divide, got '${problem.criterion.name}'`,
      { tip: 'Use a method that follows the loss, e.g. pgd.' },
    )
  }

  offerCandidate(sample: number, point: Float32Array, logits: Float32Array): void {
    this.bestCandidates?.note(sample, point, logits)
  }

  rankBy(value: (sample: number, logits: Float32Array) => number): void {
    const { method, problem, judge } = this.options
    if (this.bestCandidates) this.bestCandidates = new BestCandidates(scorerOf(method, problem, value), judge)
  }

  retire(sample: number): void {
    this.samples = this.samples.filter((each) => each !== sample)
    this.retired = [...this.retired, sample]
  }

  /** Rounds, judges and hands over what is left. */
  async finish(): Promise<void> {
    this.samples = [...this.samples, ...this.retired].sort((a, b) => a - b)
    await this.takeBestCandidates()
    const successes = await this.roundedPastBoundary()
    for (const sample of this.samples)
      rowOf(this.x, sample).set(successes.get(sample)?.image ?? this.rounded(sample))
    const rest = this.samples.filter((sample) => !successes.has(sample))
    const ofRest = await this.model.logits(this.x, rest)
    const logits: Rows = { of: (sample) => successes.get(sample)?.logits ?? ofRest.of(sample) }
    this.evaluation = this.judge(logits)
    this.offer(this.samples, this.rows(), logits)
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

  /** x ← the best of all points, the last one included. */
  private async takeBestCandidates(): Promise<void> {
    const { bestCandidates } = this
    if (bestCandidates === undefined) return
    bestCandidates.noteAll(this.samples, this.rows(), await this.predict(this.x))
    for (const sample of this.samples) rowOf(this.x, sample).set(bestCandidates.point(sample) ?? [])
  }

  /**
   * The smallest perturbations that succeed, as they can be stored; what does not succeed is brought into the
   * ball.
   */
  private async roundedPastBoundary(): Promise<Map<number, RoundedSuccess>> {
    if (this.options.method.keeps !== 'smallest') return new Map()
    const successes = await roundPastBoundary({
      samples: this.samples.filter((sample) => this.bestCandidates?.hasSucceeded(sample)),
      trial: (sample, factor) => this.stretched(sample, factor),
      predict: (points, samples) => this.model.logits(points, samples),
      accepts: (sample, image, logits) => this.succeeds(logits, sample) && this.isWithinBudget(image, sample),
    })
    for (const sample of this.samples) if (!successes.has(sample)) this.bringIntoBall(sample)
    return successes
  }

  private stretched(sample: number, factor: number): Float32Array {
    const box = { lower: rowOf(this.bounds.lower, sample), upper: rowOf(this.bounds.upper, sample) }
    const point = stretch(rowOf(this.x, sample), rowOf(this.images, sample), factor)
    clip(point, box.lower, box.upper)
    return this.quantized(sample, point, box)
  }

  private isWithinBudget(image: Float32Array, sample: number): boolean {
    const { ball } = this.options.method
    return ball.distance(image, rowOf(this.images, sample)) <= ball.epsilon * (1 + 1e-6)
  }

  private bringIntoBall(sample: number): void {
    const { method, box } = this.options
    const x = rowOf(this.x, sample)
    clip(x, rowOf(box.lower, sample), rowOf(box.upper, sample))
    method.ball.project(x, rowOf(this.images, sample))
  }

  private judge(logits: Rows): Evaluation {
    return {
      logits,
      success: new Map(this.samples.map((sample) => [sample, this.succeeds(logits.of(sample), sample)])),
    }
  }

  /**
   * Retires samples that succeed after rounding; one that succeeds only before goes on from where it was.
   */
  private async retireSuccessful(logits: Rows): Promise<Evaluation> {
    const candidates = this.allOrAny(
      (sample) => this.succeeds(logits.of(sample), sample) && this.mayRetire(sample),
    )
    const rounded = new Map(candidates.map((sample) => [sample, this.rounded(sample)]))
    const roundedRows: Rows = { of: (sample) => rounded.get(sample) ?? rowOf(this.x, sample) }
    const isMoved = (sample: number) => !sameNumbers(roundedRows.of(sample), rowOf(this.x, sample))
    const moved =
      this.options.problem.coupled && candidates.some(isMoved) ? candidates : candidates.filter(isMoved)
    const logitsOfMoved = await this.model.logits(roundedRows, moved)
    const logitsOf = (sample: number) => (moved.includes(sample) ? logitsOfMoved : logits).of(sample)
    const succeeded = this.allOrAny(
      (sample) => candidates.includes(sample) && this.succeeds(logitsOf(sample), sample),
    )
    this.offer(succeeded, roundedRows, { of: logitsOf })
    const success = new Map(this.samples.map((sample) => [sample, succeeded.includes(sample)]))
    this.samples = this.samples.filter((sample) => !succeeded.includes(sample))
    return { logits, success }
  }

  /** The samples at work of which something holds; where they depend on each other, all of them or none. */
  private allOrAny(holds: (sample: number) => boolean): readonly number[] {
    const found = this.samples.filter(holds)
    return this.options.problem.coupled && found.length < this.samples.length ? [] : found
  }

  /** A search for the smallest perturbation goes on to its end, unless a budget says what is small enough. */
  private mayRetire(sample: number): boolean {
    const { keeps, ball } = this.options.method
    const isBounded = Number.isFinite(ball.epsilon)
    return keeps !== 'smallest' || (isBounded && this.isWithinBudget(rowOf(this.x, sample), sample))
  }

  private rounded(sample: number): Float32Array {
    const { method, box } = this.options
    const x = rowOf(this.x, sample)
    const own = { lower: rowOf(box.lower, sample), upper: rowOf(box.upper, sample) }
    return this.quantized(sample, x, method.ball.roundingBox(x, rowOf(this.images, sample), own))
  }

  private quantized(
    sample: number,
    x: Float32Array,
    { lower, upper }: { lower: Float32Array; upper: Float32Array },
  ): Float32Array {
    const { quantize } = this.options.problem
    if (quantize === undefined) return x
    const { shape } = sampleOf(this.x, sample)
    return quantize(tensor(shape, x), { lower: tensor(shape, lower), upper: tensor(shape, upper) }, sample)
      .data
  }

  private rows(): Rows {
    return { of: (sample) => rowOf(this.x, sample) }
  }

  private offer(samples: readonly number[], images: Rows, logits: Rows): void {
    const { best, judge, method, round } = this.options
    const common = { iterations: this.iteration, restart: round, member: method.name }
    const offerOf = (sample: number): Offer => ({
      ...common,
      image: images.of(sample),
      logits: logits.of(sample),
      success: judge.succeeds(logits.of(sample), sample),
      margin: judge.margin(logits.of(sample), sample),
      smoothed: this.smoothed && rowOf(this.smoothed, sample),
    })
    best.offer(new Map(samples.map((sample) => [sample, offerOf(sample)])))
  }
}
