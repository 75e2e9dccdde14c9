import { entry } from '../../entry.ts'
import { RadversaryError } from '../../errors.ts'
import { extents4, tensor, type Tensor } from '../../tensor/tensor.ts'
import { imageBatchExtents, planeOf } from '../../tensor/image-batch.ts'
import type { PreprocessingStep } from './step.ts'
import type { ModelCard } from '../card.ts'
import { stepsAt } from '../normalisation.ts'
import { perChannel } from './normalise.ts'
import { addScaled, transposed, addThroughWindow, addTo, windowInto } from '../../math/planes.ts'
import type { RelativeWindow } from '../channel-list.ts'

/** ITU-R BT.601 luma, as Pillow's and OpenCV's conversions to grey. */
const luminance = [0.299, 0.587, 0.114]

/**
 * [N, from, H, W] to [N, to, H, W]: grey to copies of it, RGB to luminance, or no step at all when the counts
 * agree. Linear. Throws `model-unsupported` for RGB to any other count.
 */
export function channels(from: number, to: number): PreprocessingStep[] {
  if (from === to) return []
  if (from === 1)
    return [
      mix(
        `grey to ${to} copies`,
        Array.from({ length: to }, () => [1]),
      ),
    ]
  if (from === 3 && to === 1) return [mix('RGB to luminance', [luminance])]
  throw new RadversaryError(
    'model-unsupported',
    `Channels: expected a model of 1 or ${from} channels for images of ${from}, got ${to}`,
  )
}

/** weights[to][from], the same at every pixel. */
function mix(name: string, weights: readonly (readonly number[])[]): PreprocessingStep {
  const back = (weights[0] ?? []).map((_, from) => weights.map((row) => entry(row, from)))
  return { name, apply: (x) => mixed(x, weights), adjoint: (cotangent) => mixed(cotangent, back) }
}

function mixed(x: Tensor, weights: readonly (readonly number[])[]): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Channels')
  const inputs = entry(weights, 0).length
  if (channels !== inputs)
    throw new RadversaryError('tensor-invalid', `Channels: expected ${inputs} channels, got ${channels}`)
  const out = tensor([count, weights.length, rows, columns])
  const plane = ({ data }: Tensor, index: number) =>
    data.subarray(index * rows * columns, (index + 1) * rows * columns)
  for (let n = 0; n < count; n++)
    weights.forEach((row, to) => {
      const sum = plane(out, n * weights.length + to)
      for (const [from, weight] of row.entries()) addScaled(sum, weight, plane(x, n * inputs + from))
    })
  return out
}

/**
 * How the channels of a model's input follow from its first one, x, where an image is grey: channel c is
 * scale[c]·x + offset[c].
 */
export interface GreyInput {
  readonly scale: readonly number[]
  readonly offset: readonly number[]
}

type NormalisedCard = Pick<ModelCard, 'input' | 'normalisation' | 'mean' | 'std'>

/**
 * Grey input of a model [N, C, H, W] of several channels, each normalised by its own mean m and standard
 * deviation s: y_c = (s_0·y_0 + m_0 − m_c) / s_c. Undefined for other layouts, where slices or patches of
 * volumes take the channels' place, and where statistics are taken of all channels.
 */
export function greyInputOf(card: NormalisedCard): GreyInput | undefined {
  const { input, mean, std } = card
  const { channels, layout, slices, volume } = input
  if (
    typeof channels !== 'number' ||
    channels === 1 ||
    layout !== 'NCHW' ||
    slices !== undefined ||
    volume !== undefined
  )
    return undefined
  if (stepsAt(card, 'input').length > 0) return undefined
  const each = Array.from({ length: channels }, (_, c) => c)
  return {
    scale: each.map((c) => perChannel(std, 0) / perChannel(std, c)),
    offset: each.map((c) => (perChannel(mean, 0) - perChannel(mean, c)) / perChannel(std, c)),
  }
}

/** The card of the same model seen from its input's first channel alone. */
export function firstChannelOf<Card extends NormalisedCard>(card: Card): Card {
  return {
    ...card,
    input: { ...card.input, channels: 1 },
    mean: card.mean.slice(0, 1),
    std: card.std.slice(0, 1),
  }
}

/** [N, C, H, W] to [N, H, W, C], as TensorFlow's models take it. Linear. */
export const channelsLast: PreprocessingStep = {
  name: 'NCHW to NHWC',
  apply: (x) => {
    const { count, channels, rows, columns } = imageBatchExtents(x, 'Layout')
    return tensor([count, rows, columns, channels], transposed(x.data, channels, rows * columns))
  },
  adjoint: (cotangent) => {
    const [count, rows, columns, channels] = extents4(cotangent.shape, 'Layout')
    return tensor([count, channels, rows, columns], transposed(cotangent.data, rows * columns, channels))
  },
}

/**
 * Grey images [N, 1, H, W] in relative intensity to what each window shows of them, [N, windows, H, W]: 0 and
 * 1 are a window's ends, and what lies beyond them is clipped. As of `clip`, the gradient passes at the ends.
 */
export function windowPlanes(windows: readonly RelativeWindow[]): PreprocessingStep {
  return {
    name: windows.length === 1 ? '1 window' : `${windows.length} windows`,
    apply: (x) => {
      const { count, rows, columns } = imageBatchExtents(x, 'Windows')
      const seen = tensor([count, windows.length, rows, columns])
      eachPlane(windows, count, (window, image, plane) => {
        if (window === undefined) planeOf(seen, plane).set(planeOf(x, image))
        else windowInto(planeOf(seen, plane), planeOf(x, image), window)
      })
      return seen
    },
    adjoint: (cotangent, x) => {
      const back = tensor(x.shape)
      eachPlane(windows, imageBatchExtents(x, 'Windows').count, (window, image, plane) => {
        if (window === undefined) addTo(planeOf(back, image), planeOf(cotangent, plane))
        else addThroughWindow(planeOf(back, image), planeOf(cotangent, plane), planeOf(x, image), window)
      })
      return back
    },
  }
}

function eachPlane(
  windows: readonly RelativeWindow[],
  count: number,
  visit: (window: RelativeWindow, image: number, plane: number) => void,
): void {
  for (let image = 0; image < count; image++)
    for (const [at, window] of windows.entries()) visit(window, image, image * windows.length + at)
}
