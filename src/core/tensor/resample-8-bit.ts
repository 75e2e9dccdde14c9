import {
  combineLevels,
  combineLevelsInFloat32,
  fromLevels,
  level,
  levelToEven,
  toLevels,
} from '../math/levels.ts'
import { blendedColumns, blendedRows, type TwoTaps } from '../math/two-taps.ts'
import type { AxisWeights } from '../math/resample.ts'
import { axisWeights, runOf, type AxisKernel, type Interpolation } from './interpolation.ts'
import { axisKernel, createResampler, extentsOfSize, type ImageSize, type Resampler } from './resample.ts'
import { tensor } from './tensor.ts'

/**
 * Whose arithmetic on bytes, as model cards spell it:
 *
 * - `uint8`: Pillow's up to 12 for the antialiased ways, OpenCV's for the others;
 * - `uint8-pillow-13`: Pillow's from 13 on, which takes rows before columns where they shrink much more;
 * - `uint8-pytorch`: PyTorch's on tensors of bytes, whose weights have 16 bits.
 */
export const roundings = ['uint8', 'uint8-pillow-13', 'uint8-pytorch'] as const
export type Rounding = (typeof roundings)[number]

/**
 * Resampling as image libraries do it on bytes: values in [0, 1] are rounded to 256 levels before and after,
 * and held between the ends. To the bit it is the library's own, but for OpenCV's bicubic, which may be a
 * level off. The adjoint is that of the resampling alone: straight through the rounding (Bengio et al.,
 * arXiv:1308.3432).
 */
export function create8BitResampler(
  from: ImageSize,
  to: ImageSize,
  interpolation: Interpolation,
  rounding: Rounding = 'uint8',
): Resampler {
  const resampled = passesFor(from, to, interpolation, rounding)
  const exact = createResampler(from, to, interpolation)
  return {
    apply: (x) => {
      const { count, channels } = extentsOfSize(x, from)
      return tensor([count, channels, ...to], fromLevels(resampled(toLevels(x.data))))
    },
    adjoint: (cotangent) => exact.adjoint(cotangent),
  }
}

/** Levels of whole images to levels of resampled ones. */
type Passes = (image: Float64Array) => Float64Array

function passesFor(from: ImageSize, to: ImageSize, interpolation: Interpolation, rounding: Rounding): Passes {
  const kernel = axisKernel(from, to, interpolation)
  const [rows, columns] = [axisWeights(from[0], to[0], kernel), axisWeights(from[1], to[1], kernel)]
  if (rounding === 'uint8-pytorch')
    return fixedPasses(fixedPoint(rows, unitOf16Bits(rows)), fixedPoint(columns, unitOf16Bits(columns)))
  if (kernel.endsWith('-antialiased'))
    return fixedPasses(
      fixedPoint(rows, pillowUnit),
      fixedPoint(columns, pillowUnit),
      rounding === 'uint8-pillow-13' && shrinksByRows(from, to),
    )
  if (kernel === 'bilinear' || kernel === 'area-growing') return twoTapPasses(from, to, kernel)
  if (kernel === 'area') return areaPasses(rows, columns)
  return singleRounding(rows, columns)
}

/** Weights in whole parts of a unit. */
interface FixedWeights {
  readonly table: AxisWeights
  readonly unit: number
}

/** Pillow's unit of weights on bytes: 32 bits hold a level, two bits for overshoot, and the rest. */
const pillowUnit = 2 ** 22

/** PyTorch's: the largest that leaves the heaviest weight in 16 bits. */
function unitOf16Bits({ weights }: AxisWeights): number {
  const heaviest = weights.reduce((most, weight) => Math.max(most, weight), 0)
  let unit = 1
  while (unit < pillowUnit && Math.floor(0.5 + heaviest * unit * 2) < 2 ** 15) unit *= 2
  return unit
}

function fixedPoint(table: AxisWeights, unit: number): FixedWeights {
  const rounded = (weight: number) => Math.sign(weight) * Math.floor(Math.abs(weight) * unit + 0.5)
  return { table: { ...table, weights: table.weights.map(rounded) }, unit }
}

/** Rounded between columns and rows too, halves upwards. */
function fixedPasses(rows: FixedWeights, columns: FixedWeights, isRowsFirst = false): Passes {
  const pass = (image: Float64Array, { table, unit }: FixedWeights, inner: number) =>
    combineLevels(image, table, inner, (sum) => level(sum / unit))
  if (isRowsFirst) return (image) => pass(pass(image, rows, columns.table.inputs), columns, 1)
  return (image) => pass(pass(image, columns, 1), rows, columns.table.outputs)
}

/** When Pillow 13 takes rows first. */
function shrinksByRows(from: ImageSize, to: ImageSize): boolean {
  return from[0] > to[0] && from[0] - to[0] > 2 * (from[1] - to[1])
}

/** OpenCV's bicubic and nearest, as far as they are known. */
function singleRounding(rows: AxisWeights, columns: AxisWeights): Passes {
  return (image) => combineLevels(combineLevels(image, columns, 1, Number), rows, columns.outputs, level)
}

/**
 * OpenCV's areas: of whole factors sums of levels, times a float32 number, and halved images in whole
 * numbers, halves upwards; all others in float32. Rounded to even.
 */
function areaPasses(rows: AxisWeights, columns: AxisWeights): Passes {
  const [down, across] = [rows.inputs / rows.outputs, columns.inputs / columns.outputs]
  if (!Number.isInteger(down) || !Number.isInteger(across))
    return (image) =>
      combineLevelsInFloat32(
        combineLevelsInFloat32(image, columns, 1, Number),
        rows,
        columns.outputs,
        levelToEven,
      )
  const ones = (table: AxisWeights) => ({ ...table, weights: table.weights.fill(1) })
  const [summedRows, summedColumns] = [ones(rows), ones(columns)]
  const scale = Math.fround(1 / (down * across))
  const finish =
    down === 2 && across === 2
      ? (sum: number) => level(sum / 4)
      : (sum: number) => levelToEven(Math.fround(sum * scale))
  return (image) =>
    combineLevels(combineLevels(image, summedColumns, 1, Number), summedRows, columns.outputs, finish)
}

/** OpenCV's two taps: weights of 11 bits, columns exactly, rows with bits cut off. */
function twoTapPasses(from: ImageSize, to: ImageSize, kernel: 'bilinear' | 'area-growing'): Passes {
  const rows = twoTaps(from[0], to[0], kernel, 'kept')
  const columns = twoTaps(from[1], to[1], kernel, 'one tap')
  return (image) => blendedRows(blendedColumns(image, columns), rows, to[1])
}

/**
 * The taps of an axis in 2048ths, positions in float32. Beyond the ends OpenCV takes the end alone for
 * columns; for rows it takes the end twice, whose cut-off bits differ.
 */
function twoTaps(
  inputs: number,
  outputs: number,
  kernel: 'bilinear' | 'area-growing',
  ends: 'kept' | 'one tap',
): TwoTaps {
  const [first, second] = [new Int32Array(outputs), new Int32Array(outputs)]
  const [near, far] = [new Float64Array(outputs), new Float64Array(outputs)]
  for (let output = 0; output < outputs; output++) {
    const { start, fraction } = positionOf[kernel](output, inputs, outputs)
    const isInside = ends === 'kept' || (start >= 0 && start < inputs - 1)
    first[output] = Math.min(Math.max(start, 0), inputs - 1)
    second[output] = Math.min(Math.max(start + 1, 0), inputs - 1)
    near[output] = isInside ? toEven(Math.fround(1 - fraction) * tapUnit) : tapUnit
    far[output] = isInside ? toEven(fraction * tapUnit) : 0
  }
  return { inputs, outputs, first, second, near, far }
}

const tapUnit = 2048

type PositionOf = (
  output: number,
  inputs: number,
  outputs: number,
) => { readonly start: number; readonly fraction: number }

const positionOf = {
  bilinear: (output, inputs, outputs) => {
    const position = Math.fround((output + 0.5) * (1 / (outputs / inputs)) - 0.5)
    const start = Math.floor(position)
    return { start, fraction: Math.fround(position - start) }
  },
  'area-growing': (output, inputs, outputs) => {
    const { start, weights } = runOf['area-growing'](output, inputs, outputs)
    return { start, fraction: weights[1] ?? 0 }
  },
} satisfies Partial<Record<AxisKernel, PositionOf>>

function toEven(value: number): number {
  const below = Math.floor(value)
  const isHalf = value - below === 0.5
  return isHalf ? below + (below % 2) : Math.round(value)
}
