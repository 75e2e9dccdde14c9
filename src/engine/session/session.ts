import { performance } from 'node:perf_hooks'
import type { AttackMethod } from '../../core/attacks/attack.ts'
import { entry } from '../../core/entry.ts'
import { internalError, RadversaryError } from '../../core/errors.ts'
import type { ContextSlices } from '../../core/model/preprocessing/neighbours.ts'
import { joinedSlices } from '../../core/model/preprocessing/neighbours.ts'
import type { Prediction } from '../../core/tasks/answers.ts'
import { imagePredictions } from '../../core/tasks/tasks.ts'
import { extents4, concatenate, sampleOf, type Tensor } from '../../core/tensor/tensor.ts'
import { joinedBeside } from '../../core/model/beside.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { AttackSpec } from '../../core/spec/attack-spec.ts'
import { usualDraws } from '../../core/spec/presets.ts'
import type { GoalMaker } from '../../core/tasks/goal.ts'
import type { ConfiguredMethod } from '../attack/method-settings.ts'
import type { InputFailure } from '../study/failures.ts'
import { modelBatches } from '../study/image-groups.ts'
import { spaceOf, volumeOf } from '../study/stack-context.ts'
import type { LoadedImage, StudyFrame } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import {
  attackFrames,
  frameBatches,
  labelsOfTasks,
  type FrameAttack,
  type FrameBatch,
  type FrameResult,
  type FrameTask,
} from './frame-attack.ts'
import { checkedStack, loadBlock, type LoadedBlock, type Loading } from './load-tasks.ts'
import type { MethodFor } from './preparation.ts'
import type { Region } from './region.ts'
import type { Stack } from './stacks.ts'
import type { AttackEvent } from '../../core/attacks/attack-result.ts'

/** A model, a method and what they are to do with a study's images: the same for every stack. */
export interface Session extends Loading {
  readonly method: ConfiguredMethod
  readonly methodFor: MethodFor
  /** Frames that are attacked together, where they don't depend on each other, at most. */
  readonly batch: number
  /** Goal, seed, early stop, region and signal. */
  readonly attack: SessionAttack
  readonly onIteration: (iteration: BatchIteration) => void
}

export type SessionAttack = Omit<FrameAttack, 'model' | 'contextSlices' | 'space' | 'onIteration'>

/** What a job asks of every attack. */
export interface AskedOfAttacks {
  readonly opened: { readonly card: ModelCard }
  readonly goal: { readonly maker: GoalMaker }
  readonly request: Pick<AttackSpec, 'seed' | 'earlyStop' | 'eot' | 'oblivious'>
  readonly region: Region | undefined
}

export function sessionAttack(
  { opened, goal, request, region }: AskedOfAttacks,
  signal: AbortSignal | undefined,
): SessionAttack {
  const { seed, earlyStop, eot = usualDraws, oblivious = false } = request
  const seen = { draws: eot, isOblivious: oblivious }
  return { card: opened.card, goal: goal.maker, seed, earlyStop, region: region?.mask, seen, signal }
}

/** One iteration of a batch of a stack's frames. */
export interface BatchIteration {
  readonly event: AttackEvent
  /** The frames of the event's samples. */
  readonly frames: readonly StudyFrame[]
  /** How many of the stack's `all` frames were done before. */
  readonly done: number
  readonly all: number
}

export interface AttackedFrame {
  readonly method: AttackMethod
  readonly result: FrameResult
}

/** Images that were attacked, rounded and judged at once, and are not changed any more. */
export interface AttackedBlock {
  readonly images: readonly LoadedImage[]
  /** Their frames, as they were attacked together. */
  readonly batches: readonly (readonly AttackedFrame[])[]
  /** What lies around them, changed as well; undefined where nothing does. */
  readonly contextSlices: ContextSlices | undefined
  /** Images that could not be attacked. */
  readonly failures: readonly InputFailure[]
  /** Wall time of the attack alone, s. */
  readonly seconds: number
}

/**
 * The one loop of all jobs that attack: load a block, attack it, round and judge it, hand it over. Slices
 * before a block are adversarial already; as many of them as see the block are judged and lowered with it,
 * but stay as they are. So a block is handed over once the next one was attacked. Of models of single images
 * nothing lies around a block. @throws RadversaryError for whatever is no fault of a single image or stack.
 */
export async function* attackStack(stack: Stack, session: Session): AsyncGenerator<AttackedBlock> {
  const { blocks } = stack
  const attack = new StackAttack(stack, session)
  const read = await checkedStack(stack, session)
  if (read.failures.length > 0) {
    yield { images: [], batches: [], contextSlices: undefined, failures: read.failures, seconds: 0 }
    return
  }
  let last: OpenBlock | undefined
  for (const block of blocks) {
    const own = read.loaded ?? (await loadBlock(block.own, session))
    const next = await attack.next(own, block.after, last)
    if (last) yield closed(last, next)
    last = next
  }
  if (last) yield closed(last, undefined)
}

/** A block whose last slices are judged once more when the next one is attacked. */
interface OpenBlock extends Omit<AttackedBlock, 'batches' | 'contextSlices' | 'images'> {
  readonly images: readonly LoadedImage[]
  batches: AttackedFrame[][]
  /** Changed slices before it. */
  readonly before: Tensor | undefined
  /** How many slices after it its predictions depend on. */
  readonly context: number
}

function closed({ before, context, ...block }: OpenBlock, next: OpenBlock | undefined): AttackedBlock {
  const after = next?.batches.flat().slice(0, context) ?? []
  return { ...block, contextSlices: around(before, madeOf(after.map(({ result }) => result))) }
}

/** An attack on a stack, from its first block to its last. */
class StackAttack {
  /** The last slices that were attacked, as many as anything after them depends on. */
  private trail: FrameResult[] = []
  private done = 0

  constructor(
    private readonly stack: Stack,
    private readonly session: Session,
  ) {}

  async next(
    { loaded, failures }: LoadedBlock,
    following: readonly StudyImage[],
    last: OpenBlock | undefined,
  ): Promise<OpenBlock> {
    const { context } = this.session.model
    const earlier = lastOf(this.trail, context)
    const after = await this.originals(following)
    const own = loaded.flatMap(({ tasks }) => tasks)
    const clean = await this.clean(own, around(sourcesOf(earlier), after))
    const tasks = [...earlier.map(unchangedTask), ...own.map((task, n) => clean?.labelled(task, n) ?? task)]
    const before = madeOf(this.trail.slice(0, this.trail.length - earlier.length))
    const start = performance.now()
    const found = await this.attackTasks(tasks, around(before, after))
    const seconds = (performance.now() - start) / 1000
    if (last) judgeAgain(last, found.flat().slice(0, earlier.length))
    const batches = withoutEarlier(found, earlier.length).map((batch) =>
      batch.map((frame, n) => clean?.judged(frame, n) ?? frame),
    )
    const results = batches.flat().map(({ result }) => result)
    this.trail = lastOf([...this.trail, ...results], 2 * context)
    this.done += own.length
    const images = loaded.map((each) => each.loaded)
    return { images, batches, before: madeOf(earlier), context, failures, seconds }
  }

  /**
   * What the model says of slices and whether the goal is met, before anything around them is changed;
   * undefined where nothing is.
   */
  private async clean(tasks: readonly FrameTask[], contextSlices: ContextSlices | undefined) {
    const { model, attack } = this.session
    if (contextSlices === undefined) return undefined
    const images = concatenate(tasks.map(({ frame }) => frame.float.relative))
    const [, , rows, columns] = extents4(images.shape)
    const beside = joinedBeside(tasks.map(({ frame }) => frame.beside))
    const logits = await model.forShape(images.shape, { contextSlices }).predict(images, beside)
    const predictions = imagePredictions(attack.card, [rows, columns], logits)
    const labels = labelsOfTasks(tasks, predictions)
    const grid = { image: [rows, columns] as const, logits: logits.shape, clean: logits }
    const { criterion } = attack.goal.of(labels, grid)
    return {
      labelled: (task: FrameTask, n: number): FrameTask => ({ ...task, label: labels[n] }),
      judged: ({ method, result }: AttackedFrame, n: number): AttackedFrame => {
        const metBefore = criterion.isMet(sampleOf(logits, n).data, n)
        const before = predictionOf(predictions, n)
        return { method, result: { ...result, before, outcome: { ...result.outcome, metBefore } } }
      },
    }
  }

  private async attackTasks(
    tasks: readonly FrameTask[],
    contextSlices: ContextSlices | undefined,
  ): Promise<AttackedFrame[][]> {
    const { model, methodFor, attack } = this.session
    const attacked: AttackedFrame[][] = []
    let done = this.done
    for (const { method: configured, members } of this.batchesOf(tasks)) {
      const [first] = members
      const method = first ? methodFor(configured, first.frame.image) : configured
      const onIteration = this.heard(members, done)
      const slices = members.map(({ frame }) => frame)
      const space = spaceOf(model, this.stack.images, slices)
      const results = await attackFrames(members, method, {
        ...attack,
        model,
        contextSlices,
        space,
        onIteration,
      })
      const volume = volumeOf(attack.card, slices)
      attacked.push(results.map((result) => ({ method, result: { ...result, ...volume } })))
      done += members.length
    }
    return attacked
  }

  private batchesOf(tasks: readonly FrameTask[]): FrameBatch[] {
    const { model, batch } = this.session
    const runs = modelBatches(
      tasks.map(({ frame }) => frame),
      model,
    )
    const most = model.context > 0 ? Infinity : batch
    return runs.flatMap((run) =>
      this.budgetBatches(
        run.map((at) => entry(tasks, at)),
        most,
      ),
    )
  }

  /**
   * Frames of one budget are one batch. @throws RadversaryError usage where slices that depend on each other
   * have several.
   */
  private budgetBatches(frames: readonly FrameTask[], most: number): FrameBatch[] {
    const batches = frameBatches(frames, this.session.method, most)
    if (this.session.model.context === 0 || batches.length <= 1) return batches
    throw new RadversaryError(
      'usage',
      'Budget: expected the same for all slices, got others: their intensity ranges differ',
      { tip: 'Give it as a part of the intensity range, such as 8/255.' },
    )
  }

  /** Events of a batch's own frames, which come after those that were attacked earlier. */
  private heard(members: readonly FrameTask[], done: number): (event: AttackEvent) => void {
    const own = members.filter(({ earlier }) => earlier === undefined)
    const first = members.length - own.length
    const all = this.stack.images.reduce((sum, { header }) => sum + header.numberOfFrames, 0)
    return (event) => {
      const samples = event.samples.filter(({ sample }) => sample >= first)
      this.session.onIteration({
        event: { ...event, samples: samples.map((each) => ({ ...each, sample: each.sample - first })) },
        frames: own.map(({ frame }) => frame),
        done,
        all,
      })
    }
  }

  private async originals(images: readonly StudyImage[]): Promise<Tensor | undefined> {
    if (images.length === 0) return undefined
    const { loaded } = await loadBlock(images, this.session)
    return joinedSlices(loaded.flatMap(({ tasks }) => tasks.map(({ frame }) => frame.float.relative)))
  }
}

/** Its neighbours have changed since, and so may the predictions of a block's last slices. */
function judgeAgain(last: OpenBlock, again: readonly AttackedFrame[]): void {
  const frames = last.batches.flat()
  const first = frames.length - again.length
  let n = 0
  last.batches = last.batches.map((batch) =>
    batch.map(({ method, result }) => {
      const judged = again[n++ - first]
      return { method, result: judged === undefined ? result : { ...result, after: judged.result.after } }
    }),
  )
}

function withoutEarlier(batches: readonly AttackedFrame[][], earlier: number): AttackedFrame[][] {
  const [first = [], ...others] = batches
  return [first.slice(earlier), ...others]
}

function predictionOf(predictions: readonly Prediction[], n: number): Prediction {
  const found = predictions[n]
  if (found === undefined) throw internalError('a slice was not predicted')
  return found
}

function unchangedTask(earlier: FrameResult): FrameTask {
  return { frame: earlier.frame, label: earlier.label, earlier }
}

function around(before: Tensor | undefined, after: Tensor | undefined): ContextSlices | undefined {
  return before === undefined && after === undefined ? undefined : { before, after }
}

function sourcesOf(results: readonly FrameResult[]): Tensor | undefined {
  return joinedSlices(results.map(({ frame }) => frame.float.relative))
}

function madeOf(results: readonly FrameResult[]): Tensor | undefined {
  return joinedSlices(results.map(({ frame, adversarial }) => frame.float.toRelative(adversarial)))
}

function lastOf<T>(all: readonly T[], count: number): T[] {
  return all.slice(Math.max(0, all.length - count))
}
