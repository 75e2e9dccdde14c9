import { entry } from '../../core/entry.ts'
import type { Notice } from '../../core/errors.ts'
import { joinedBeside } from '../../core/model/beside.ts'
import { concatenate, type Tensor } from '../../core/tensor/tensor.ts'
import { connectModel } from '../models/open-model.ts'
import { pixelModel, type PixelModel } from '../models/pixel-model.ts'
import { leftOut } from '../study/failures.ts'
import { modelBatches } from '../study/image-groups.ts'
import { createImageLoader, type ImageLoader, type StudyFrame } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import { spaceOf } from '../study/stack-context.ts'
import type { AttackRun } from './attack-run.ts'

/**
 * What a record says of gradients that went straight through a quantised model's rounding: how far its
 * outputs are from those without any rounding, on the first images of the run. None for other models and
 * methods.
 */
export async function roundingNotices(run: AttackRun): Promise<Notice[]> {
  const { opened, method } = run
  if (opened.straightThrough === undefined || method.entry.access !== 'white-box') return []
  const rounded = await connected(run, 'gradients')
  const unrounded = await connected(run, 'unrounded')
  try {
    return await comparedOn(run, rounded, unrounded)
  } finally {
    await Promise.all([rounded.dispose(), unrounded.dispose()])
  }
}

async function connected(
  { opened, runtime }: AttackRun,
  straightThrough: 'gradients' | 'unrounded',
): Promise<PixelModel> {
  return pixelModel(await connectModel({ ...opened, straightThrough }, runtime), opened.card)
}

async function comparedOn(run: AttackRun, rounded: PixelModel, unrounded: PixelModel): Promise<Notice[]> {
  const [stack] = run.stacks
  if (stack === undefined) return []
  const isVolume = rounded.context === Infinity
  const images = stack.images.slice(0, isVolume ? undefined : run.request.batch)
  const loader = createImageLoader(run.study, run.opened.card, run)
  const frames = firstRun(await loadedFrames(images, loader), rounded)
  if (frames.length === 0) return []
  const x = concatenate(frames.map(({ float }) => float.relative))
  const beside = joinedBeside(frames.map((frame) => frame.beside))
  const around = { space: spaceOf(rounded, stack.images, frames) }
  const predict = (model: PixelModel) => model.forShape(x.shape, around).predict(x, beside)
  const seen = isVolume ? 'the first volume' : firstImages(frames.length)
  return [roundingNotice(await predict(rounded), await predict(unrounded), seen)]
}

/** Images that can't be read are left out; they are reported when their turn comes. */
async function loadedFrames(images: readonly StudyImage[], loader: ImageLoader): Promise<StudyFrame[]> {
  const loaded = await Promise.all(images.map((image) => loader.load(image).catch(leftOut)))
  return loaded.flatMap((each) => ('frames' in each ? each.frames : []))
}

/** Those of the first one's size; of models that see neighbouring slices the first run of them. */
function firstRun(all: readonly StudyFrame[], { context }: PixelModel): StudyFrame[] {
  const shape = all[0]?.float.relative.shape.join()
  const frames = all.filter(({ float }) => float.relative.shape.join() === shape)
  return (modelBatches(frames, { context })[0] ?? []).map((at) => entry(frames, at))
}

/** What is looked at first, in words. */
export function firstImages(count: number): string {
  return count === 1 ? 'the first image' : `the first ${count} images`
}

/** @param where it was looked at, in words */
export function roundingNotice(rounded: Tensor, floats: Tensor, where: string): Notice {
  const [difference, range] = differences(rounded, floats)
  const part = range === 0 ? 0 : difference / range
  return {
    message: `Gradients went straight through the rounding of the quantised model, as if it were not there; without rounding its outputs differ by up to ${Number(difference.toPrecision(2))} (${Number((100 * part).toPrecision(2))} % of their range) on ${where}.`,
    tip: 'Predictions see the rounding. Where the difference is large, such gradients may lead astray: compare with square, spsa or hopskipjump.',
  }
}

/** The largest difference, and the range of the first. */
function differences({ data }: Tensor, { data: others }: Tensor): [difference: number, range: number] {
  let [difference, lowest, highest] = [0, Infinity, -Infinity]
  data.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(value - entry(others, i)))
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
  })
  return [difference, highest - lowest]
}
