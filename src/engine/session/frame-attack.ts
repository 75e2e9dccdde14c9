import type { AttackMethod, AttackProblem } from '../../core/attacks/attack.ts'
import { entry } from '../../core/entry.ts'
import type { ConfiguredMethod } from '../attack/method-settings.ts'
import { sampleSeed } from '../../core/random.ts'
import { runAttack } from '../../core/attacks/run-attack.ts'
import type { StoredValues } from '../../core/dicom/image.ts'
import { internalError, type Notice } from '../../core/errors.ts'
import { toEnd } from '../../core/to-end.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { classesOfAnswer, withWanted, type FrameLabel, type Prediction } from '../../core/tasks/answers.ts'
import { joinedBeside } from '../../core/model/beside.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import type { Mask } from '../../core/image/mask.ts'
import type { DefenceAsSeen } from '../../core/model/preprocessing/defended.ts'
import type { ContextSlices } from '../../core/model/preprocessing/neighbours.ts'
import type { VolumeSpace } from '../../core/dicom/stack-space.ts'
import { imagePredictions } from '../../core/tasks/tasks.ts'
import type { PixelInterval } from '../../core/image/float-image.ts'
import type { ImageSize } from '../../core/tensor/resample.ts'
import { extents4, concatenate, sampleOf, type Shape, type Tensor } from '../../core/tensor/tensor.ts'
import type { StudyFrame } from '../study/load-image.ts'
import type { GoalMaker } from '../../core/tasks/goal.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import type {
  AttackEvent,
  AttackResult,
  SampleEvent,
  SampleOutcome,
} from '../../core/attacks/attack-result.ts'

/** One frame to be attacked, and what it shows; without a label, what the model says it shows. */
export interface FrameTask {
  readonly frame: StudyFrame
  readonly label: FrameLabel | undefined
  /** What a targeted attack wants instead, where a file says it. */
  readonly wanted?: Mask | undefined
  /** A slice that was attacked before the others of its stack: it is judged with them, and stays as it is. */
  readonly earlier?: FrameResult | undefined
}

/** What the attack watched of one frame in one iteration. */
export interface TracePoint extends Omit<SampleEvent, 'sample'> {
  /** Counts from 1. */
  readonly iteration: number
  /** Counts from 0. */
  readonly restart: number
}

/** What became of one frame. */
export interface FrameResult {
  readonly frame: StudyFrame
  /** Name of the stack whose one answer this is (`volumeName`). */
  readonly volume?: string
  readonly label: FrameLabel
  readonly before: Prediction
  /** Prediction on the image rounded to stored values. */
  readonly after: Prediction
  readonly outcome: SampleOutcome
  readonly adversarial: StoredValues
  readonly smoothed: StoredValues
  readonly trace: readonly TracePoint[]
  /**
   * Distance of the features from clean ones of the class that the model sees; null where no features of that
   * class were fitted. Only for methods that say so (`featureDeviation`).
   */
  readonly features?: { readonly before: number | null; readonly after: number | null }
  /** What the method had to say of the frame's batch. */
  readonly notices: readonly Notice[]
}

/** What all frames of a run have in common. */
export interface FrameAttack {
  readonly model: PixelModel
  readonly card: ModelCard
  readonly goal: GoalMaker
  readonly seed: number
  readonly earlyStop: boolean
  /** Pixels [H, W] that may change, where not 0; all when undefined. */
  readonly region: Uint8Array | undefined
  readonly signal: AbortSignal | undefined
  /** What lies around the frames, of models that take them for neighbouring slices. */
  readonly contextSlices?: ContextSlices | undefined
  /** How their stack lies, for models of volumes. */
  readonly space?: VolumeSpace | undefined
  /** How gradients take the card's defence. */
  readonly seen?: DefenceAsSeen | undefined
  readonly onIteration: (event: AttackEvent) => void
}

/**
 * Attacks frames of one size by one method, as one batch: of models of neighbouring slices, a run of them.
 * @throws what `runAttack` throws.
 */
export async function attackFrames(
  tasks: readonly FrameTask[],
  method: AttackMethod,
  attack: FrameAttack,
): Promise<FrameResult[]> {
  const { problem, labels } = await frameProblem(tasks, attack)
  const { result, traces } = await watched(method, problem, attack.onIteration)
  const results = tasks.map(({ frame }, sample) =>
    resultOf(frame, sample, { labels, result, traces, card: attack.card }),
  )
  return withFeatures(results, { method, problem, adversarial: result.adversarial })
}

async function withFeatures(
  results: readonly FrameResult[],
  {
    method: { featureDeviation },
    problem,
    adversarial,
  }: {
    readonly method: AttackMethod
    readonly problem: AttackProblem
    readonly adversarial: Tensor
  },
): Promise<FrameResult[]> {
  if (featureDeviation === undefined) return [...results]
  const deviationsOf = (points: Tensor, which: 'before' | 'after') =>
    featureDeviation(
      problem,
      points,
      results.map(({ [which]: answer }) => classesOfAnswer(answer)[0]),
    )
  const before = await deviationsOf(problem.images, 'before')
  const after = await deviationsOf(adversarial, 'after')
  return results.map((result, n) => ({
    ...result,
    features: { before: before[n] ?? null, after: after[n] ?? null },
  }))
}

/**
 * What attacking frames of one size as one batch comes to; of those without a label, the model is asked
 * first.
 */
export async function frameProblem(
  tasks: readonly FrameTask[],
  attack: Omit<FrameAttack, 'onIteration'>,
): Promise<{ readonly problem: AttackProblem; readonly labels: readonly FrameLabel[] }> {
  const frames = tasks.map(({ frame }) => frame)
  const images = concatenate(tasks.map(startOf))
  const model = attack.model.forShape(images.shape, attack)
  const beside = joinedBeside(frames.map((frame) => frame.beside))
  const { labels, ...known } = await labelsOf(tasks, { images, beside }, model, attack.card)
  const problem: AttackProblem = {
    model,
    images,
    beside,
    ...attack.goal.of(labels, { image: sizeOf(images), ...known }),
    bounds: boundsOf(tasks, attack.region),
    quantize: (x, allowed, sample) =>
      tasks[sample]?.earlier ? x : (frames[sample]?.float.quantize(x, allowed) ?? x),
    seeds: frames.map(({ image, index }) => sampleSeed(attack.seed, `${image.sopInstanceUid}/${index}`)),
    earlyStop: attack.earlyStop,
    coupled: attack.model.context > 0,
    signal: attack.signal,
    inner: attack.model.inner(images.shape),
  }
  return { problem, labels }
}

async function labelsOf(
  tasks: readonly FrameTask[],
  { images, beside }: Pick<AttackProblem, 'images' | 'beside'>,
  model: DifferentiableModel,
  card: ModelCard,
): Promise<{ labels: FrameLabel[]; logits: Shape; clean?: Tensor }> {
  const known = knownShape(model)
  if (known && tasks.every(({ label }) => label !== undefined))
    return { labels: labelsOfTasks(tasks, []), logits: known }
  const logits = await model.predict(images, beside)
  const predictions = imagePredictions(card, sizeOf(images), logits)
  return { labels: labelsOfTasks(tasks, predictions), logits: logits.shape, clean: logits }
}

/** What each frame shows; without a label, what the model says it shows. */
export function labelsOfTasks(tasks: readonly FrameTask[], predictions: readonly Prediction[]): FrameLabel[] {
  return tasks.map(({ label, wanted }, sample) => {
    const shown = label ?? predictions[sample]
    if (shown === undefined) throw internalError('a frame has neither label nor prediction')
    return withWanted(shown, wanted)
  })
}

/** Shape of one sample's logits, where the model says it. */
function knownShape({ output }: DifferentiableModel): Shape | undefined {
  const [, ...rest] = output.shape
  return rest.length > 0 && rest.every((extent) => extent !== null) ? [1, ...rest] : undefined
}

/** Rows and columns of a batch of images [N, C, H, W]. */
function sizeOf({ shape }: Tensor): ImageSize {
  const [, , rows, columns] = extents4(shape)
  return [rows, columns]
}

/** The image, or what it has become already. */
function startOf({ frame: { float }, earlier }: FrameTask): Tensor {
  return earlier === undefined ? float.relative : float.toRelative(earlier.adversarial)
}

/** What each pixel can be stored as; frozen outside the region. */
function boundsOf(tasks: readonly FrameTask[], region: Uint8Array | undefined): PixelInterval {
  const endOf = (task: FrameTask, side: keyof PixelInterval) => {
    const { float } = task.frame
    if (task.earlier !== undefined) return startOf(task)
    return region === undefined ? float.limits[side] : within(region, float, side)
  }
  const end = (side: keyof PixelInterval) => concatenate(tasks.map((task) => endOf(task, side)))
  return { lower: end('lower'), upper: end('upper') }
}

function within(
  region: Uint8Array,
  { limits, relative }: StudyFrame['float'],
  side: keyof PixelInterval,
): Tensor {
  const limit = limits[side]
  const data = limit.data.map((value, i) =>
    region[i % region.length] === 0 ? entry(relative.data, i) : value,
  )
  return { shape: limit.shape, data }
}

async function watched(
  method: AttackMethod,
  problem: AttackProblem,
  onIteration: FrameAttack['onIteration'],
): Promise<{ result: AttackResult; traces: TracePoint[][] }> {
  const traces: TracePoint[][] = problem.seeds.map(() => [])
  const result = await toEnd(runAttack(method, problem), (event) => {
    const { iteration, restart, samples } = event
    for (const { sample, ...point } of samples) traces[sample]?.push({ iteration, restart, ...point })
    onIteration(event)
  })
  return { result, traces }
}

interface Attacked {
  readonly labels: readonly FrameLabel[]
  readonly result: AttackResult
  readonly traces: readonly TracePoint[][]
  readonly card: ModelCard
}

function resultOf(
  frame: StudyFrame,
  sample: number,
  { labels, result, traces, card }: Attacked,
): FrameResult {
  const { float } = frame
  const size = sizeOf(float.relative)
  const [before, after] = [result.before, result.after].map(
    (logits) => imagePredictions(card, size, sampleOf(logits, sample))[0],
  )
  const [outcome, label] = [result.samples[sample], labels[sample]]
  if (before === undefined || after === undefined || outcome === undefined || label === undefined)
    throw internalError('a sample has no result')
  return {
    frame,
    label,
    before,
    after,
    outcome,
    adversarial: float.toStored(sampleOf(result.adversarial, sample)),
    smoothed: float.toStored(sampleOf(result.smoothed, sample)),
    trace: traces[sample] ?? [],
    notices: result.notices,
  }
}

/** Frames that are attacked together: of one shape, and of one budget. */
export interface FrameBatch {
  readonly method: AttackMethod
  readonly members: FrameTask[]
}

/** @param most frames of a batch at most */
export function frameBatches(
  tasks: readonly FrameTask[],
  configured: ConfiguredMethod,
  most: number,
): FrameBatch[] {
  const all: FrameBatch[] = []
  for (const task of tasks) {
    const method = configured.forScale(task.frame.scale)
    const last = all.at(-1)
    const fits = last?.method === method && last.members.length < most && sameShape(last.members[0], task)
    if (fits) last.members.push(task)
    else all.push({ method, members: [task] })
  }
  return all
}

function sameShape(a: FrameTask | undefined, b: FrameTask): boolean {
  return a?.frame.float.relative.shape.join() === b.frame.float.relative.shape.join()
}
