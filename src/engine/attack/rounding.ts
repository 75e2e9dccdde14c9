import type { Notice } from '../../core/errors.ts'
import { joinedBeside } from '../../core/model/beside.ts'
import { concatenate, type Tensor } from '../../core/tensor/tensor.ts'
import { connectModel } from '../models/open-model.ts'
import { pixelModel, type PixelModel } from '../models/pixel-model.ts'
import { leftOut } from '../study/failures.ts'
import type { ImageLoader } from '../study/load-image.ts'
import type { AttackRun } from './attack-run.ts'

/**
 * What a record says of gradients that went straight through a quantised model's rounding: how far its outputs are
 * from those without any rounding, on the first images of the run. None for other models and methods.
 */
export async function roundingNotices(
  { opened, runtime, method, stacks, request }: AttackRun,
  { loader, model }: { readonly loader: ImageLoader; readonly model: PixelModel },
): Promise<Notice[]> {
  if (opened.straightThrough === undefined || method.entry.access !== 'white-box') return []
  const images = (stacks[0]?.images ?? []).slice(0, request.batch)
  const loaded = await Promise.all(images.map((image) => loader.load(image).catch(leftOut)))
  const all = loaded.flatMap((each) => ('frames' in each ? each.frames : []))
  const shape = all[0]?.float.relative.shape
  const frames = all.filter(({ float }) => float.relative.shape.join() === shape?.join())
  if (frames.length === 0) return []
  const x = concatenate(frames.map(({ float }) => float.relative))
  const beside = joinedBeside(frames.map((frame) => frame.beside))
  const connected = await connectModel({ ...opened, straightThrough: 'unrounded' }, runtime)
  const unrounded = pixelModel(connected, opened.card)
  try {
    const rounded = await model.forShape(x.shape).predict(x, beside)
    const floats = await unrounded.forShape(x.shape).predict(x, beside)
    return [roundingNotice(rounded, floats, frames.length)]
  } finally {
    await unrounded.dispose()
  }
}

/** @param count of images that were looked at */
export function roundingNotice(rounded: Tensor, floats: Tensor, count: number): Notice {
  const [difference, range] = differences(rounded, floats)
  const part = range === 0 ? 0 : difference / range
  const images = count === 1 ? 'the first image' : `the first ${count} images`
  return {
    message: `Gradients went straight through the rounding of the quantised model, as if it were not there; without rounding its outputs differ by up to ${Number(difference.toPrecision(2))} (${Number((100 * part).toPrecision(2))} % of their range) on ${images}.`,
    tip: 'Predictions see the rounding. Where the difference is large, such gradients may lead astray: compare with square, spsa or hopskipjump.',
  }
}

/** The largest difference, and the range of the first. */
function differences({ data }: Tensor, { data: others }: Tensor): [difference: number, range: number] {
  let [difference, lowest, highest] = [0, Infinity, -Infinity]
  data.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(value - (others[i] ?? NaN)))
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
  })
  return [difference, highest - lowest]
}
