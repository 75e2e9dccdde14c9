import type { Notice } from '../errors.ts'
import type { BesideImages } from '../model/beside.ts'
import type { PixelInterval } from '../image/float-image.ts'
import type { DifferentiableModel, LossKind, LossTerm } from '../model/ports.ts'
import type { AnchorLoss } from '../tasks/detection/losses.ts'
import type { ValueLoss } from '../tasks/regression/losses.ts'
import type { DenseLoss } from '../tasks/segmentation/losses.ts'
import type { Shape, Tensor } from '../tensor/tensor.ts'
import type { Ball } from './balls.ts'
import type { Criterion, DecisionBoundary } from './decision-boundary.ts'
import type { Learned } from './learned.ts'
import type { RandomSource } from '../random.ts'

/**
 * Losses that attacks raise: of heads with logits [N, K], of numbers [N, K], of dense outputs [N, K, h, w],
 * or of a detector's [N, 4 + K, A].
 */
export type AttackLoss =
  Extract<LossKind, 'cross-entropy' | 'binary-cross-entropy'> | ValueLoss | DenseLoss | AnchorLoss

/** The images' model as far as inner tensors that a method names (`AttackMethod.inner`). */
export interface InnerFeatures {
  /** Takes what the images' model takes, gives the tensors' features [N, D]. */
  readonly model: DifferentiableModel
  /** How many of the D features each tensor has, in their order. */
  readonly sizes: readonly number[]
}

/** An AbortSignal is one. */
export interface CancelSignal {
  readonly aborted: boolean
}

/** One batch to be attacked: the threat model, but for the budget, which belongs to the method. */
export interface AttackProblem {
  /** Evaluation from the images' own pixel grid: takes [N, C, H, W] in units of the intensity range. */
  readonly model: DifferentiableModel
  /** [N, C, H, W], relative intensity. Never written. */
  readonly images: Tensor
  /** What the model takes beside each image; nobody changes it. */
  readonly beside?: BesideImages | undefined
  readonly loss: AttackLoss
  /** [N, K] or [N, K, h, w], one-hot or multi-hot: the labels, or the wanted classes when `targeted`. */
  readonly targets: Tensor
  /** Whether the loss is lowered towards `targets` instead of raised away from them. */
  readonly targeted: boolean
  /**
   * What each pixel can be, finite, [N, C, H, W] each; both ends are the image's value where a pixel is
   * frozen (padding, outside the region).
   */
  readonly bounds: PixelInterval
  /**
   * Sample `sample`, [1, C, H, W], rounded to values that can be stored and lie in `allowed`, which holds the
   * image. `FloatImage.quantize` is one; without it nothing is rounded.
   */
  readonly quantize?: (x: Tensor, allowed: PixelInterval, sample: number) => Tensor
  readonly criterion: Criterion
  /** One per sample, so that a sample's randomness does not depend on its batch; see `sampleSeed`. */
  readonly seeds: readonly number[]
  /** Whether a sample is left alone once it succeeds, rounded. */
  readonly earlyStop: boolean
  /**
   * Whether samples are neighbouring slices on which each other's logits depend: then they start, are kept
   * and leave together. For methods whose entry says `stacks`.
   */
  readonly coupled?: boolean
  readonly signal?: CancelSignal | undefined
  /** For methods that look at inner tensors. */
  readonly inner?: InnerFeatures | undefined
}

/** Values per sample, e.g. gradients of the samples at work. */
export interface Rows {
  of(sample: number): Float32Array
}

/** What the model says at some points of the samples at work. */
export interface Answer {
  /** [K] each. */
  readonly logits: Rows
  /** [C·H·W] each, frozen pixels included; the caller's to overwrite. */
  readonly gradient: Rows
}

/** The features of a batch at its inner tensors. Both throw `cancelled`. */
export interface BatchFeatures extends Pick<InnerFeatures, 'sizes'> {
  /** [D] at x_t of the samples at work. */
  features(): Promise<Rows>
  /** Gradient of Σ_d target_d · feature_d at x_t; target is [N, D]. */
  gradient(target: Tensor): Promise<Rows>
}

/** State of an attack as a method sees it: the batch, x_t, what may be done with it, and the model. */
export interface AttackState {
  /** [N, C, H, W] */
  readonly images: Tensor
  /** The iterate x_t, [N, C, H, W]; methods write it in place, for the samples at work only. */
  readonly x: Tensor
  /**
   * Where x may be: bounds and budget together, where the budget's ball is a box; bounds alone for the
   * smallest perturbation.
   */
  readonly box: PixelInterval
  /** What each pixel can be, whatever the budget. */
  readonly bounds: PixelInterval
  /** J(f(x), y), turned for targeted attacks, so that attacks always ascend. */
  readonly deviation: LossTerm
  readonly loss: AttackLoss
  readonly targeted: boolean
  /** Whether samples are neighbouring slices of one stack, in order; then all of them are at work. */
  readonly coupled: boolean
  /** Which of the method's starts this is; counts from 0. */
  readonly restart: number
  /** The samples at work. It changes while `evaluate` is awaited: samples that have succeeded leave. */
  active(): readonly number[]
  /** The images' own random numbers, one source per sample and restart. */
  random(sample: number): RandomSource
  /**
   * Gradient of Σ terms at x_t, of the problem's loss unless another is named; zero where a pixel is frozen.
   * The rows are the caller's to overwrite. x_t is judged. Throws `cancelled`.
   */
  evaluate(terms: readonly LossTerm[], kind?: LossKind): Promise<Rows>
  /** Logits at x_t, which is judged, for methods that want no gradient there. Throws `cancelled`. */
  evaluateLogits(): Promise<Rows>
  /** Judges x_t where its logits, of the samples at work, are known already. */
  judgeLogits(logits: Rows): Promise<void>
  /** f(x_t) [K], after `evaluate`, `evaluateLogits` or `judgeLogits`. */
  logits(sample: number): Float32Array
  /**
   * Gradient and logits at other points [N, C, H, W], of the samples at work; nothing is judged. Throws
   * `cancelled`.
   */
  gradientAt(points: Tensor, terms: readonly LossTerm[], kind?: LossKind): Promise<Answer>
  /** Logits at other points [N, C, H, W], of the samples at work. Throws `cancelled`. */
  predict(points: Tensor): Promise<Rows>
  /** Features at the inner tensors that the method names. */
  innerFeatures(): BatchFeatures
  /** values ← 0 where a pixel of the sample is frozen. */
  freeze(values: Float32Array, sample: number): void
  /** Whether logits [K] meet the sample's criterion, by a margin where the method looks for the smallest. */
  succeeds(logits: Float32Array, sample: number): boolean
  /** That margin beyond the goal's planes; 0 where none is needed. */
  requiredMargin(logits: Float32Array, sample: number): number
  /** How the sample's criterion divides the logits. Throws `usage` where it does not by planes. */
  boundary(sample: number): DecisionBoundary
  /**
   * A point that is not x_t, and its logits: it is handed over if it is better than all others of this
   * restart. Copied.
   */
  offerCandidate(sample: number, point: Float32Array, logits: Float32Array): void
  /**
   * What makes a point of this restart stronger than another, of those that succeed and those that don't; the
   * loss by default.
   */
  rankBy(value: (sample: number, logits: Float32Array) => number): void
  /** Takes a sample out of the work, when the method has done with it. */
  retire(sample: number): void
  /** Notes something that whoever reads the results should know. */
  notify(notice: Notice): void
}

/** What one iteration leaves to be watched. */
export interface StepTaken {
  /** The direction that each sample at work was moved in. */
  readonly direction: Rows
  /** SMIA's x̃_t, [N, C, H, W], and s_t, [N, K]. */
  readonly smoothed?: { readonly x: Tensor; readonly target: Tensor }
}

/** What a method that goes for one plane of the goal after the other has to choose from. */
export interface Choice {
  /** 1 where all planes have to be passed. */
  readonly choices: number
}

/** A batch of images, none of them changed yet. */
export interface CleanBatch {
  readonly problem: AttackProblem
  /** Class of each image, as a file or the model says it; undefined where none is known. */
  readonly labels: readonly (number | undefined)[]
}

/** Images that a method is about to attack, read again whenever they are asked for. */
export interface CleanImages {
  /** [1, C, H, W] of the first. */
  readonly shape: Shape
  readonly count: number
  readonly seed: number
  readonly earlyStop: boolean
  /**
   * What `work` makes of each batch, as they will be attacked; in order, also where several are worked on at
   * a time.
   */
  inOrder<T>(work: (batch: CleanBatch) => Promise<T>): AsyncIterable<T>
  /**
   * What `work` makes of each mini-batch of `size` images, in the order of this epoch, which counts from 1;
   * in parts, where several work on one. All images have the same shape and budget. Throws `usage` where not.
   */
  shuffled<T>(
    epoch: number,
    size: number,
    work: (batch: CleanBatch) => Promise<T>,
  ): AsyncIterable<readonly T[]>
}

/** How far a method has learned. */
export interface LearningProgress {
  /** e.g. 'fitting features'. */
  readonly phase: string
  readonly done: number
  readonly total: number
  readonly note: string
}

/** What a method has to learn before it can attack: `prepared` makes the method that can. */
export interface Preparation {
  /** Which images it learns from together: those of a series, or all. */
  readonly over: 'series' | 'cohort'
  /** Whether what is learned has a value for each pixel: then images of other sizes or colours are others. */
  readonly perPixel: boolean
  /** Throws `cancelled`, `usage` for images that it can't learn from, and what the model throws. */
  learn(images: CleanImages): AsyncGenerator<LearningProgress, Learned, void>
  /** The method once that is known. */
  apply(learned: Learned): UnnamedMethod
}

/** What a method defines of itself; `defineMethod` adds the name. */
export type UnnamedMethod = Omit<AttackMethod, 'name'>

/** One method with its settings: the parts of the loop in run-attack.ts that differ. */
export interface AttackMethod {
  readonly name: string
  /** What the perturbation must stay in. */
  readonly ball: Ball
  readonly steps: number
  /**
   * Independent starts of which the best is kept; for methods that choose among planes (classes), how many it
   * takes to try them.
   */
  readonly restarts: number | ((goal: Choice) => number)
  /** Whether x_0 is a random point of the ball instead of the image. */
  readonly randomStart: boolean
  /**
   * Which of a restart's points is handed over: the last one, by default; the strongest, which succeeds and
   * has the greatest loss; or the smallest perturbation that succeeds, for methods that look for one. Then
   * `ball` bounds what may be handed over, not where their iterates go.
   */
  readonly keeps?: 'last' | 'strongest' | 'smallest'
  /** What makes one image stronger than another in the place of the loss, of logits [K, …] of a sample. */
  readonly ranks?: (problem: AttackProblem) => (sample: number, logits: Float32Array) => number
  /** An ensemble: what runs one after the other, instead of `begin`, on the samples that still hold. */
  readonly members?: readonly AttackMethod[]
  /** Names of the model's inner tensors, [N, C, …], that it looks at; a feature is a channel's mean. */
  readonly inner?: readonly string[]
  /**
   * What has to be learned first. The loop takes its batch for all images where nothing else was prepared.
   */
  readonly prepare?: Preparation
  /**
   * What the method has to say of points [N, C, H, W] beside the model's predictions, the classes given: how
   * far their inner features are from clean ones; null where it has nothing to compare them with.
   */
  readonly featureDeviation?: (
    problem: AttackProblem,
    points: Tensor,
    classes: readonly (number | undefined)[],
  ) => Promise<(number | null)[]>
  /** The loop's body: each call makes x_{t+1} of x_t. Called once per restart. */
  begin(state: AttackState): () => Promise<StepTaken>
}
