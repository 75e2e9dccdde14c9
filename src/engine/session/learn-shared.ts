import type { AttackMethod, UniversalPlan } from '../../core/attacks/attack.ts'
import { learnUniversal, type Epoch, type MiniBatch } from '../../core/attacks/learn-universal.ts'
import { randomSource, sampleSeed, shuffled, type RandomSource } from '../../core/attacks/random.ts'
import { RadversaryError } from '../../core/errors.ts'
import { tensor, type Tensor } from '../../core/tensor/tensor.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import { throwIfCancelled } from '../progress.ts'
import { leftOut } from '../study/failures.ts'
import { parted } from '../study/image-groups.ts'
import type { StudyImage } from '../study/open-study.ts'
import { frameProblem, type FrameAttack, type FrameTask } from '../session/frame-attack.ts'
import { inLanes } from '../session/lanes.ts'
import type { ConfiguredMethod } from '../attack/method-settings.ts'

/** A group of images (`sharedGroups`) and whatever is needed to learn their perturbation. */
export interface SharedLearning {
  readonly images: readonly StudyImage[]
  readonly method: ConfiguredMethod
  /** A mini-batch is divided among them. */
  readonly lanes: readonly PixelModel[]
  /** Frames that a model takes at once, at most. */
  readonly batch: number
  readonly attack: Omit<FrameAttack, 'model' | 'onIteration'>
  /** Loads an image; one that can't be loaded is left out here and told when its turn comes. */
  readonly tasksOf: (image: StudyImage, model: PixelModel) => Promise<readonly FrameTask[]>
  readonly onEpoch?: (epoch: Epoch, epochs: number) => void
}

export interface LearnedPerturbation {
  /** [1, C, H, W], relative intensity. */
  readonly v: Tensor
  readonly epochs: readonly Epoch[]
}

/**
 * Learns the perturbation of a group, which is read from its files again in every epoch: no more than a
 * mini-batch (and a multi-frame file) is held at a time. undefined where no image can be loaded. @throws
 * RadversaryError usage where the budget is not the same part of every image's intensity range; cancelled;
 * and what the model throws.
 */
export async function learnShared(learning: SharedLearning): Promise<LearnedPerturbation | undefined> {
  const first = await firstTask(learning)
  if (first === undefined) return undefined
  const [method, { shape, data }] = [learning.method.forScale(first.frame.scale), first.frame.float.relative]
  const { universal } = method
  if (universal === undefined) return undefined
  const group = { size: data.length, earlyStop: learning.attack.earlyStop }
  const running = learnUniversal(universal, {
    ...group,
    miniBatches: (epoch) => miniBatches(epoch, { learning, method, plan: universal, first }),
  })
  const epochs: Epoch[] = []
  for (;;) {
    const next = await running.next()
    if (next.done) return { v: tensor(shape, next.value), epochs }
    epochs.push(next.value)
    learning.onEpoch?.(next.value, universal.epochs)
  }
}

async function firstTask({ images, lanes, tasksOf }: SharedLearning): Promise<FrameTask | undefined> {
  const [model] = lanes
  for (const image of images) {
    const [task] = model === undefined ? [] : await tasksOf(image, model).catch(leftOut)
    if (task !== undefined) return task
  }
  return undefined
}

interface Group {
  readonly learning: SharedLearning
  readonly method: AttackMethod
  readonly plan: UniversalPlan
  readonly first: FrameTask
}

/** All frames in the epoch's order. */
async function* miniBatches(
  epoch: number,
  { learning, method, plan, first }: Group,
): AsyncGenerator<MiniBatch> {
  const seed = sampleSeed(learning.attack.seed, `universal/${first.frame.image.sopInstanceUid}`)
  let tasks: FrameTask[] = []
  for await (const task of framesInOrder(learning, randomSource(seed, epoch))) {
    checkFits(task, first, learning.method.forScale(task.frame.scale) === method)
    tasks.push(task)
    if (tasks.length < plan.miniBatch) continue
    yield miniBatch(tasks, learning)
    tasks = []
  }
  if (tasks.length > 0) yield miniBatch(tasks, learning)
}

/** Files in random order, and of each its frames. */
async function* framesInOrder(
  { images, lanes, tasksOf, attack }: SharedLearning,
  random: RandomSource,
): AsyncGenerator<FrameTask> {
  const [model] = lanes
  for (const image of shuffled(images, random)) {
    throwIfCancelled(attack.signal)
    if (model !== undefined) yield* shuffled(await tasksOf(image, model).catch(leftOut), random)
  }
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

function miniBatch(tasks: readonly FrameTask[], { lanes, batch, attack }: SharedLearning): MiniBatch {
  return async (work) => {
    const parts = []
    for await (const part of inLanes(
      { items: parted(tasks, { most: batch, atATime: lanes.length }), lanes, signal: attack.signal },
      async (items, model) => {
        const { problem } = await frameProblem(items, { ...attack, model })
        return work(problem)
      },
    ))
      parts.push(part)
    return parts
  }
}
