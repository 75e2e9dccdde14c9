import { classesOfAnswer } from '../../core/tasks/answers.ts'
import type { AttackMethod, CleanBatch, CleanImages, LearningProgress } from '../../core/attacks/attack.ts'
import type { Learned } from '../../core/attacks/learned.ts'
import { prepared } from '../../core/attacks/preparation.ts'
import { randomSource, sampleSeed, shuffled, type RandomSource } from '../../core/random.ts'
import { internalError, RadversaryError } from '../../core/errors.ts'
import { toEnd } from '../../core/to-end.ts'
import type { ConfiguredMethod } from '../attack/method-settings.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import { throwIfCancelled, type JobHooks } from '../progress.ts'
import { leftOut } from '../study/failures.ts'
import { parted } from '../study/image-groups.ts'
import type { StudyImage } from '../study/open-study.ts'
import { frameProblem, type FrameAttack, type FrameTask } from './frame-attack.ts'
import { connectPixelModels, inLanes, type ModelsToConnect } from './lanes.ts'
import type { LoadTasks } from './load-tasks.ts'

/** Images that are about to be attacked, and whatever is needed to learn from them. */
interface ToPrepare {
  /** In groups that are attacked together, in order. */
  readonly groups: readonly (readonly StudyImage[])[]
  readonly method: ConfiguredMethod
  /** They share the work. */
  readonly lanes: readonly PixelModel[]
  /** Frames that a model takes at once, at most. */
  readonly batch: number
  readonly attack: Omit<FrameAttack, 'model' | 'onIteration'>
  /** Loads an image; one that can't be loaded is left out here and listed when its turn comes. */
  readonly tasksOf: (image: StudyImage, model: PixelModel) => Promise<readonly FrameTask[]>
  readonly onProgress?: JobHooks['onProgress']
  /** What an earlier attempt has learned, and where what is learned now is kept. */
  readonly store?: LearnedStore | undefined
}

/** The same with models that are yet to be connected, for as long as is learned. */
interface ToLearn extends Omit<ToPrepare, 'lanes' | 'tasksOf'> {
  readonly models: Omit<ModelsToConnect, 'groups'>
  readonly load: LoadTasks
}

/** What was learned of the group `index` (from 0) of images. */
export interface LearnedStore {
  find(index: number): Promise<Learned | undefined>
  keep(index: number, learned: Learned, images: readonly StudyImage[]): Promise<void>
}

/** What a method has learned, by the groups of images that it learned from; plain values. */
export type LearnedOfGroups = ReadonlyMap<string, Learned>

/**
 * Lets a method learn before any image is changed: from each group of images that it wants to be together,
 * one after the other. Nothing for a method that has nothing to learn. @throws RadversaryError as
 * `Preparation.learn`.
 */
export async function learnFromGroups({ models, load, ...given }: ToLearn): Promise<LearnedOfGroups> {
  const { learns } = given.method
  if (learns === undefined) return new Map()
  refuseOtherTasks(given)
  const lanes = await connectPixelModels({ ...models, groups: given.groups.length })
  const tasksOf: ToPrepare['tasksOf'] = async (image, model) => (await load(image, model)).tasks
  try {
    return await learned({ ...given, lanes, tasksOf }, learns)
  } finally {
    await Promise.all(lanes.map((model) => model.dispose()))
  }
}

async function learned(given: ToPrepare, learns: Learns): Promise<LearnedOfGroups> {
  const groups = learningGroups(given.groups.flat(), learns)
  const known = new Map<string, Learned>()
  for (const [index, [key, images]] of [...groups].entries()) {
    const found = await learnedFrom(images, { given, index, count: groups.size })
    if (found !== undefined) known.set(key, found)
  }
  return known
}

/** The method that attacks an image, prepared where it has learned. */
export type MethodFor = (method: AttackMethod, image: StudyImage) => AttackMethod

export function preparedMethods({ learns }: ConfiguredMethod, known: LearnedOfGroups): MethodFor {
  if (learns === undefined) return (method) => method
  return (method, image) => {
    const learned = known.get(groupKey(image, learns))
    if (learned === undefined) throw internalError('a method has learned nothing for an image')
    return prepared(method, learned)
  }
}

function refuseOtherTasks({
  method: { entry },
  attack: { card },
}: Pick<ToPrepare, 'method' | 'attack'>): void {
  if (entry.tasks === undefined || entry.tasks.includes(card.task)) return
  throw new RadversaryError(
    'usage',
    `${entry.title}: expected a model for ${entry.tasks.join(' or ')}, got one for ${card.task}`,
  )
}

type Learns = NonNullable<ConfiguredMethod['learns']>

/**
 * Images that are learned from together. By headers alone, in the order of their first images, so that a run
 * that goes on where another stopped has the same groups.
 */
function learningGroups(images: readonly StudyImage[], learns: Learns): Map<string, StudyImage[]> {
  const groups = new Map<string, StudyImage[]>()
  for (const image of images) {
    const group = groups.get(groupKey(image, learns))
    if (group === undefined) groups.set(groupKey(image, learns), [image])
    else group.push(image)
  }
  return groups
}

/** Equal for images of one group: of a series, or all; of one size and colour where each pixel counts. */
function groupKey({ header, series }: StudyImage, { over, perPixel }: Learns): string {
  const { rows, columns, photometricInterpretation = '' } = header
  const colour = photometricInterpretation.startsWith('MONOCHROME') ? 'grey' : 'colour'
  return [...(over === 'series' ? [series] : []), ...(perPixel ? [rows, columns, colour] : [])].join('/')
}

interface Group {
  readonly given: ToPrepare
  readonly index: number
  readonly count: number
}

/** Undefined where no image can be loaded. */
async function learnedFrom(
  images: readonly StudyImage[],
  { given, index, count }: Group,
): Promise<Learned | undefined> {
  const kept = await given.store?.find(index)
  if (kept !== undefined) return kept
  const first = await firstTask(images, given)
  if (first === undefined) return undefined
  const preparation = given.method.forScale(first.frame.scale).prepare
  if (preparation === undefined) throw internalError('a method that learns has no preparation')
  const learned = await toEnd(preparation.learn(cleanImages({ images, first, given })), (progress) => {
    given.onProgress?.(ofGroup(progress, index, count))
  })
  await given.store?.keep(index, learned, images)
  return learned
}

/** Progress through all groups. */
function ofGroup(progress: LearningProgress, index: number, count: number): LearningProgress {
  return count === 1 ? progress : { ...progress, done: index + progress.done / progress.total, total: count }
}

async function firstTask(
  images: readonly StudyImage[],
  { lanes: [model], tasksOf }: ToPrepare,
): Promise<FrameTask | undefined> {
  for (const image of images) {
    const [task] = model === undefined ? [] : await tasksOf(image, model).catch(leftOut)
    if (task !== undefined) return task
  }
  return undefined
}

interface ImagesToRead {
  readonly images: readonly StudyImage[]
  readonly first: FrameTask
  readonly given: ToPrepare
}

/**
 * Read from their files again whenever they are asked for: no more than a batch (and a multi-frame file) is
 * held.
 */
function cleanImages({ images, first, given }: ImagesToRead): CleanImages {
  const { attack } = given
  return {
    shape: first.frame.float.relative.shape,
    count: images.length,
    seed: attack.seed,
    earlyStop: attack.earlyStop,
    inOrder: (work) => inOrder(images, given, work),
    shuffled: async function* (epoch, size, work) {
      const seed = sampleSeed(attack.seed, `universal/${first.frame.image.sopInstanceUid}`)
      const order = inRandomOrder(images, given, randomSource(seed, epoch))
      for await (const tasks of miniBatches(order, size, { first, method: given.method }))
        yield await inParts(tasks, given, work)
    },
  }
}

type Work<T> = (batch: CleanBatch) => Promise<T>

async function* inOrder<T>(
  images: readonly StudyImage[],
  { groups, lanes, attack, batch, tasksOf }: ToPrepare,
  work: Work<T>,
): AsyncGenerator<T> {
  const chosen = new Set(images)
  const items = groups.map((group) => group.filter((image) => chosen.has(image)))
  const found = inLanes({ items, lanes, signal: attack.signal }, async (group, model) => {
    const tasks: FrameTask[] = []
    for (const image of group) tasks.push(...(await tasksOf(image, model).catch(leftOut)))
    const results: T[] = []
    for (let at = 0; at < tasks.length; at += batch)
      results.push(await work(await cleanBatch(tasks.slice(at, at + batch), { ...attack, model })))
    return results
  })
  for await (const results of found) yield* results
}

/** Files in random order, and of each its frames. */
async function* inRandomOrder(
  images: readonly StudyImage[],
  { lanes: [model], tasksOf, attack }: ToPrepare,
  random: RandomSource,
): AsyncGenerator<FrameTask> {
  for (const image of shuffled(images, random)) {
    throwIfCancelled(attack.signal)
    if (model !== undefined) yield* shuffled(await tasksOf(image, model).catch(leftOut), random)
  }
}

async function* miniBatches(
  order: AsyncIterable<FrameTask>,
  size: number,
  { first, method }: Pick<ImagesToRead, 'first'> & Pick<ToPrepare, 'method'>,
): AsyncGenerator<readonly FrameTask[]> {
  let tasks: FrameTask[] = []
  for await (const task of order) {
    checkFits(task, first, method.forScale(task.frame.scale) === method.forScale(first.frame.scale))
    tasks.push(task)
    if (tasks.length < size) continue
    yield tasks
    tasks = []
  }
  if (tasks.length > 0) yield tasks
}

/** One perturbation needs one shape, and one budget in the unit that it is in. */
function checkFits({ frame }: FrameTask, first: FrameTask, sameBudget: boolean): void {
  const [got, expected] = [frame, first.frame].map(({ float }) => `[${float.relative.shape.join(', ')}]`)
  if (got !== expected)
    throw new RadversaryError(
      'dicom-unsupported',
      `Universal perturbation: expected images of ${expected ?? ''}, got one of ${got ?? ''}`,
    )
  if (!sameBudget)
    throw new RadversaryError(
      'usage',
      'Universal perturbation: expected a budget that is the same part of every image’s intensity range, got images of different ranges',
      {
        tip: 'Give budget and step as fractions, e.g. 8/255, or a model card whose intensity range is the same for all images.',
      },
    )
}

/** A mini-batch is divided among the lanes. */
async function inParts<T>(
  tasks: readonly FrameTask[],
  { lanes, batch, attack }: ToPrepare,
  work: Work<T>,
): Promise<T[]> {
  const items = parted(tasks, { most: batch, atATime: lanes.length })
  const parts: T[] = []
  for await (const part of inLanes({ items, lanes, signal: attack.signal }, async (own, model) =>
    work(await cleanBatch(own, { ...attack, model })),
  ))
    parts.push(part)
  return parts
}

async function cleanBatch(
  tasks: readonly FrameTask[],
  attack: Omit<FrameAttack, 'onIteration'>,
): Promise<CleanBatch> {
  const { problem, labels } = await frameProblem(tasks, attack)
  return { problem, labels: labels.map((label) => classesOfAnswer(label)[0]) }
}
