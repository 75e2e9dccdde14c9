import { join } from 'node:path'
import type { AttackMethod } from '../../core/attacks/attack.ts'
import { internalError, RadversaryError } from '../../core/errors.ts'
import { imagePredictions } from '../../core/model/predictions.ts'
import type { Prediction } from '../../core/tasks/classification/heads.ts'
import { joinedSlices, type Beyond } from '../../core/model/preprocessing/neighbours.ts'
import { reachOf } from '../../core/model/slices.ts'
import { concatenate, sampleOf, type Tensor } from '../../core/tensor/tensor.ts'
import type { FrameLabel } from '../labels/labels.ts'
import { parted } from '../study/image-groups.ts'
import { inputFailure, stackFailure, type InputFailure } from '../study/failures.ts'
import type { StudyFrame } from '../study/load-image.ts'
import { stackNotices } from '../study/surroundings.ts'
import {
  loadAll,
  ofAllFrames,
  type GroupContext,
  type GroupOutcome,
  type NumberedLoaded,
  type NumberedResult,
} from '../session/attack-group.ts'
import type { NumberedImage } from '../attack/attack-run.ts'
import { attackFrames, type FrameResult, type FrameTask } from '../session/frame-attack.ts'
import { frameReport } from '../export/frame-report.ts'
import { exportedPath, exportPixels, recordImage } from '../export/record-image.ts'
import { checkPixels, checkPrediction, judge, readStored } from '../export/reread.ts'

/** Values of the slices that are attacked at once, at most: some twelve tensors of as many are needed. */
const mostValues = 2 ** 24
/** The same of a volume, which is not parted: 256 slices of 512x512. */
const mostOfVolume = 2 ** 26

/** Slices that have been attacked together, with what was before them. */
interface Block {
  readonly images: readonly NumberedLoaded[]
  readonly method: AttackMethod
  /** In order; those that reach into the next block are judged once more when that was attacked. */
  readonly results: FrameResult[]
  readonly exported: readonly Awaited<ReturnType<typeof exportPixels>>[]
  /** Adversarial. */
  readonly before: Tensor | undefined
}

/**
 * Attacks a stack of which a model takes neighbouring slices: block by block, so that memory does not grow
 * with its length. The slices before a block are adversarial already; as many of them as see the block are
 * judged and lowered with it, but stay as they are. A block is exported once it was attacked, and judged on
 * what is read back once the next one was. A stack with a slice that can't be read fails.
 */
export async function attackStack(
  group: readonly NumberedImage[],
  context: GroupContext,
): Promise<GroupOutcome> {
  const blocks = parted(group, { most: blockSize(group, context) })
  const { loaded, failures } = await checkedStack(group, blocks.length, context)
  if (failures.length > 0) return { results: [], failures }
  const results: NumberedResult[] = []
  const walk = new StackWalk(group, context)
  let last: Block | undefined
  for (const [index, block] of blocks.entries()) {
    const images = loaded ?? (await loadSound(block, context))
    const next = await walk.attack(images, blocks[index + 1] ?? [], last)
    if (last) results.push(...(await walk.finish(last, next.results)))
    last = next
  }
  if (last) results.push(...(await walk.finish(last, [])))
  return { results, failures }
}

/** A block holds at least what its neighbours' windows reach into. */
function blockSize(group: readonly NumberedImage[], { run }: GroupContext): number {
  const { rows = 1, columns = 1 } = group[0]?.image.header ?? {}
  const reach = reachOf(run.opened.card.input)
  if (reach === Infinity) return checkedVolume(group, rows * columns)
  const most = run.request.slices ?? Math.floor(mostValues / (rows * columns))
  return Math.max(1, most, 2 * reach)
}

/** A volume is one block. @throws RadversaryError usage where that takes too much memory. */
function checkedVolume(group: readonly NumberedImage[], pixels: number): number {
  const slices = group.reduce((sum, { image }) => sum + image.header.numberOfFrames, 0)
  if (slices * pixels <= mostOfVolume) return group.length
  throw new RadversaryError(
    'usage',
    `Volume: expected at most ${mostOfVolume} pixels in a series, got ${slices * pixels}`,
    {
      tip: 'A model of volumes needs the whole series in memory some twelve times: attack a part of it, in a folder of its own.',
    },
  )
}

/** All slices are read before the first is attacked; they are kept where they make one block. */
async function checkedStack(group: readonly NumberedImage[], blocks: number, context: GroupContext) {
  const failures: InputFailure[] = []
  const loaded: NumberedLoaded[] = []
  for (const one of group) {
    const [found] = await loadAll([one], context, failures)
    if (found && blocks === 1) loaded.push(found)
  }
  const [first] = failures
  const failed = new Set(failures.map(({ file }) => file))
  if (first !== undefined)
    for (const { image } of group)
      if (!failed.has(image.name)) failures.push(inputFailure(stackFailure(first), image))
  return { loaded: blocks === 1 ? loaded : undefined, failures }
}

async function loadSound(block: readonly NumberedImage[], context: GroupContext): Promise<NumberedLoaded[]> {
  const failures: InputFailure[] = []
  const loaded = await loadAll(block, context, failures)
  const [first] = failures
  if (first !== undefined)
    throw new RadversaryError(first.code, first.message, { tip: first.tip, file: first.file })
  return loaded
}

/** A stack on its way from its first block to its last. */
class StackWalk {
  private readonly reach: number
  /** The last slices that were attacked, as many as anything after them depends on. */
  private trail: FrameResult[] = []
  private done = 0

  constructor(
    private readonly group: readonly NumberedImage[],
    private readonly context: GroupContext,
  ) {
    this.reach = reachOf(context.run.opened.card.input)
  }

  async attack(
    images: readonly NumberedLoaded[],
    next: readonly NumberedImage[],
    last: Block | undefined,
  ): Promise<Block> {
    const { reach, trail } = this
    const after = await this.originals(next.slice(0, reach))
    const own = images.flatMap(({ tasks }) => tasks)
    const clean = await this.clean(own, { before: sourcesOf(trail.slice(-reach)), after })
    const held = trail.slice(-reach)
    const tasks = [...held.map(heldTask), ...own.map((task, n) => ({ ...task, label: clean.labels[n] }))]
    const method = this.method(own)
    const found = await this.attackTasks(tasks, method, { before: madeOf(trail.slice(0, -reach)), after })
    last?.results.splice(-held.length, held.length, ...held.map((result, n) => judgedAgain(result, found[n])))
    const results = found.slice(held.length).map((result, n) => withClean(result, clean.of(n)))
    const block = {
      images,
      method,
      results,
      before: madeOf(held),
      exported: await this.exportAll(images, results),
    }
    this.trail = [...trail, ...results].slice(-2 * reach)
    this.done += own.length
    return block
  }

  /** Reads a block's files again, among their neighbours as they are now, and writes the images' results. */
  async finish(
    { images, method, results, exported, before }: Block,
    next: readonly FrameResult[],
  ): Promise<NumberedResult[]> {
    const { run, model, folder } = this.context
    const { card } = run.opened
    const paths = images.map(({ number }) => join(folder.folder, exportedPath('series', number)))
    const stored = await Promise.all(paths.map(readStored))
    const own = dealt(results, images)
    own.forEach((made, n) => {
      checkPixels(made.map(({ adversarial }) => adversarial), stored[n] ?? [], paths[n] ?? '') // prettier-ignore
    })
    const judged = await judge(model, card, {
      frames: results.map(({ frame }) => frame),
      values: stored.flat(),
      labels: results.map(({ label }) => label),
      goal: run.goal.maker,
      beyond: { before, after: madeOf(next.slice(0, this.reach)) },
    })
    const rereads = dealt(judged, images)
    const finished: NumberedResult[] = []
    const stack = this.group.map(({ image }) => image)
    const told = stackNotices(stack, run.study, card.input)
    for (const [index, { number, loaded }] of images.entries()) {
      const made = own[index] ?? []
      const frames = made.map((result, n) => {
        const reread = rereads[index]?.[n]
        if (reread === undefined) throw internalError('a slice was not judged')
        checkPrediction(result.after, reread.prediction, paths[index] ?? '')
        return frameReport(result, { method, card }, reread)
      })
      const image = { ...loaded, notices: [...loaded.notices, ...told] }
      const pixels = exported[index] ?? []
      finished.push({
        number,
        result: await recordImage({ number, image, results: made, pixels, frames }, this.context),
      })
    }
    return finished
  }

  /** What the model says of slices and whether the goal is met, before anything around them is changed. */
  private async clean(tasks: readonly FrameTask[], beyond: Beyond) {
    const { model, run } = this.context
    const images = concatenate(tasks.map(({ frame }) => frame.float.relative))
    const [, , rows = 0, columns = 0] = images.shape
    const logits = await model.forShape(images.shape, beyond).predict(images)
    const predictions = imagePredictions(run.opened.card, [rows, columns], logits)
    const labels = tasks.map(({ label, wanted }, n): FrameLabel => {
      const own = label ?? predictions[n] ?? { classes: [] }
      return wanted === undefined ? own : { ...own, wanted }
    })
    const { criterion } = run.goal.maker.of(labels, {
      image: [rows, columns],
      logits: logits.shape,
      clean: logits,
    })
    const of = (n: number): Clean => {
      const before = predictions[n]
      if (before === undefined) throw internalError('a slice was not predicted')
      return { before, metBefore: criterion.isMet(sampleOf(logits, n).data, n) }
    }
    return { labels, of }
  }

  /** @throws RadversaryError usage where slices would have budgets of their own. */
  private method(tasks: readonly FrameTask[]): AttackMethod {
    const [method, ...others] = new Set(
      tasks.map(({ frame }) => this.context.run.method.forScale(frame.scale)),
    )
    if (method !== undefined && others.length === 0) return method
    throw new RadversaryError(
      'usage',
      'Budget: expected the same for all slices, got others: their intensity ranges differ',
      {
        tip: 'Give it as a part of the intensity range, such as 8/255.',
      },
    )
  }

  private attackTasks(
    tasks: readonly FrameTask[],
    method: AttackMethod,
    beyond: Beyond,
  ): Promise<FrameResult[]> {
    const { run, model, signal, onIteration } = this.context
    const held = tasks.filter((task) => task.held !== undefined).length
    const frames = tasks.slice(held).map(({ frame }) => frame)
    const all = this.group.reduce((sum, { image }) => sum + image.header.numberOfFrames, 0)
    return attackFrames(tasks, method, {
      ...{ model, ...ofAllFrames(run), signal, beyond },
      onIteration: (event) => {
        const samples = event.samples
          .filter(({ sample }) => sample >= held)
          .map((told) => ({ ...told, sample: told.sample - held }))
        onIteration({ event: { ...event, samples }, frames, done: this.done, all })
      },
    })
  }

  private async originals(images: readonly NumberedImage[]): Promise<Tensor | undefined> {
    const loaded = await loadSound(images, this.context)
    return joinedSlices(
      loaded.flatMap(({ loaded: { frames } }) => frames.map(({ float }: StudyFrame) => float.relative)),
    )
  }

  private async exportAll(
    images: readonly NumberedLoaded[],
    results: readonly FrameResult[],
  ): Promise<Block['exported']> {
    const exported: Block['exported'][number][] = []
    for (const [index, made] of dealt(results, images).entries()) {
      const image = images[index]
      if (image) exported.push(await exportPixels(image.number, image.loaded, made, this.context))
    }
    return exported
  }
}

interface Clean {
  readonly before: Prediction
  readonly metBefore: boolean
}

function withClean(result: FrameResult, { before, metBefore }: Clean): FrameResult {
  return { ...result, before, outcome: { ...result.outcome, metBefore } }
}

/** Its neighbours have changed since, and so may its prediction. */
function judgedAgain(result: FrameResult, again: FrameResult | undefined): FrameResult {
  return again === undefined ? result : { ...result, after: again.after }
}

function heldTask(held: FrameResult): FrameTask {
  return { frame: held.frame, label: held.label, held }
}

function sourcesOf(results: readonly FrameResult[]): Tensor | undefined {
  return joinedSlices(results.map(({ frame }) => frame.float.relative))
}

function madeOf(results: readonly FrameResult[]): Tensor | undefined {
  return joinedSlices(results.map(({ frame, adversarial }) => frame.float.toRelative(adversarial)))
}

/** What there is for every frame of some images, image by image. */
function dealt<T>(all: readonly T[], images: readonly NumberedLoaded[]): T[][] {
  let first = 0
  return images.map(({ tasks }) => all.slice(first, (first += tasks.length)))
}
