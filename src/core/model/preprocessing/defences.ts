import {
  denoise,
  fingerprint,
  fromBytes,
  fromYcc,
  gather,
  jpegTable,
  medianIndices,
  scatter,
  throughJpeg,
  toBytes,
  toLevels,
  toYcc,
  type PlaneSize,
} from '../../math/defences.ts'
import { addNormal, randomSource, type RandomSource } from '../../random.ts'
import { imageBatchExtents, planeOf } from '../../tensor/image-batch.ts'
import { drawnPlace, shrinkAndPad } from '../../tensor/shrink-and-pad.ts'
import { gaussianMap } from '../../tensor/smoothing.ts'
import { sampleOf, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { Defence, DefenceKind, DefenceStep } from '../defence.ts'
import { defenceText } from '../defence-steps.ts'
import type { PreprocessingStep } from './step.ts'

/**
 * Which of its draws a random step takes. Draws follow from the step's seed, from the image that it is given
 * and from these: the same image is answered in the same way whenever it is asked, in any batch and on any
 * thread, and an attack's draws are none of a prediction's.
 */
export interface Draw {
  readonly of: 'prediction' | 'gradient'
  /** Counts from 0. */
  readonly index: number
}

export interface DefenceContext {
  readonly draw: Draw
  /** Whether three channels are red, green and blue. */
  readonly isColour: boolean
}

type StepOf<Kind extends DefenceKind> = Extract<DefenceStep, { kind: Kind }>
type Made = Omit<PreprocessingStep, 'name'>
type Maker<Kind extends DefenceKind> = (step: StepOf<Kind>, context: DefenceContext, place: number) => Made

/** What each kind of step does to images [N, C, H, W] in [0, 1]; docs/model-card.md has their sources. */
const makers: { readonly [Kind in DefenceKind]: Maker<Kind> } = {
  jpeg: ({ quality }, { isColour }) => straightThrough((x) => compressed(x, quality, isColour)),
  'bit-depth': ({ bits }) =>
    straightThrough((x) => {
      const out = tensor(x.shape)
      toLevels(x.data, 2 ** bits, out.data)
      return out
    }),
  median: ({ size }) => medianFilter(size),
  gaussian: ({ sigma }) => ({
    apply: (x) => gaussianMap(x.shape, sigma).apply(x),
    adjoint: (cotangent) => gaussianMap(cotangent.shape, sigma).adjoint(cotangent),
  }),
  'total-variation': ({ weight, iterations }) =>
    straightThrough((x) =>
      byPlanes(x, (plane, size) => {
        denoise(plane, { ...size, weight, iterations })
      }),
    ),
  'resize-pad': (step, { draw }, place) => {
    const mapOf = (x: Tensor) => {
      const { channels, rows, columns } = imageBatchExtents(x, 'Resize and pad')
      const random = sourceOf(x, step.seed, draw, place)
      return shrinkAndPad(
        drawnPlace([channels, rows, columns], step.smallest, [random.open(), random.open(), random.open()]),
      )
    }
    return {
      apply: (x) => bySamples(x, (one) => mapOf(one).apply(one.data)),
      adjoint: (cotangent, x) => bySamples(x, (one, n) => mapOf(one).adjoint(sampleOf(cotangent, n).data)),
    }
  },
  noise: (step, { draw }, place) =>
    straightThrough((x) =>
      bySamples(x, (one) => {
        const noisy = one.data.slice()
        addNormal(noisy, step.sigma, sourceOf(one, step.seed, draw, place))
        return noisy
      }),
    ),
}

/** @param from how many steps of the defence come before: the same step twice makes other draws */
export function defenceSteps(defence: Defence, context: DefenceContext, from = 0): PreprocessingStep[] {
  return defence.map((step, n) => ({ name: defenceText(step), ...madeOf(step, context, from + n) }))
}

function madeOf<Kind extends DefenceKind>(step: StepOf<Kind>, context: DefenceContext, place: number): Made {
  const make = makers[step.kind] as Maker<Kind>
  return make(step, context, place)
}

/** BPDA (Athalye, Carlini and Wagner 2018, section 4.1) with the identity for the derivative. */
function straightThrough(apply: Made['apply']): Made {
  return { apply, adjoint: (cotangent) => cotangent }
}

function sourceOf({ data }: Tensor, seed: number, draw: Draw, place: number): RandomSource {
  const own =
    Math.imul(seed, 0x9e3779b1) ^ Math.imul(draw.index + 1, 0x85ebca77) ^ Math.imul(place, 0xc2b2ae3d)
  return randomSource(fingerprint(data, draw.of === 'gradient' ? ~own : own), 0)
}

function bySamples(x: Tensor, make: (one: Tensor, n: number) => Float32Array): Tensor {
  const { count } = imageBatchExtents(x, 'Defence')
  const out = tensor(x.shape)
  for (let n = 0; n < count; n++) sampleOf(out, n).data.set(make(sampleOf(x, n), n))
  return out
}

/** A copy, each plane of which was changed in its place. */
function byPlanes(x: Tensor, change: (plane: Float32Array, size: PlaneSize, n: number) => void): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'Defence')
  const out = tensor(x.shape, x.data.slice())
  for (let plane = 0; plane < count * channels; plane++) change(planeOf(out, plane), { rows, columns }, plane)
  return out
}

/** The gradient goes to the pixel that is the median. */
function medianFilter(size: number): Made {
  const filtered = (x: Tensor, visit: (indices: Int32Array, plane: number) => void) => {
    const { count, channels, rows, columns } = imageBatchExtents(x, 'Median')
    const indices = new Int32Array(rows * columns)
    for (let plane = 0; plane < count * channels; plane++) {
      medianIndices(planeOf(x, plane), { rows, columns }, size, indices)
      visit(indices, plane)
    }
  }
  return {
    apply: (x) => {
      const out = tensor(x.shape)
      filtered(x, (indices, plane) => {
        gather(planeOf(out, plane), planeOf(x, plane), indices)
      })
      return out
    },
    adjoint: (cotangent, x) => {
      const back = tensor(x.shape)
      filtered(x, (indices, plane) => {
        scatter(planeOf(back, plane), planeOf(cotangent, plane), indices)
      })
      return back
    },
  }
}

/** As 8-bit grey images, or as RGB images whose colours are not subsampled (4:4:4). */
export function compressed(x: Tensor, quality: number, isColour: boolean): Tensor {
  const { count, channels, rows, columns } = imageBatchExtents(x, 'JPEG')
  const isRgb = isColour && channels === 3
  const out = tensor(x.shape, x.data.slice())
  toBytes(out.data)
  for (let n = 0; n < count; n++) {
    const planes = Array.from({ length: channels }, (_, c) => planeOf(out, n * channels + c))
    const [r, g, b] = planes
    const colours = isRgb && r && g && b ? ([r, g, b] as const) : undefined
    if (colours) toYcc(...colours)
    for (const [c, plane] of planes.entries())
      throughJpeg(plane, { rows, columns }, jpegTable(quality, isRgb && c > 0))
    if (colours) fromYcc(...colours)
  }
  fromBytes(out.data)
  return out
}
