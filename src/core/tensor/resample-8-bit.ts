import { combineAxis, fromLevels, level, toLevels } from '../math/levels.ts'
import type { AxisWeights } from '../math/resample.ts'
import { axisWeights, type Interpolation } from './interpolation.ts'
import { axisKernel, createResampler, extentsOfSize, type ImageSize, type Resampler } from './resample.ts'
import { tensor } from './tensor.ts'

/**
 * Resampling as image libraries do it on bytes: values in [0, 1] are rounded to 256 levels before and after,
 * halves upwards, and held between the ends. The antialiased ways are Pillow's to the bit, which rounds
 * between columns and rows too. The adjoint is that of the resampling alone: straight through the rounding
 * (Bengio et al., arXiv:1308.3432).
 */
export function create8BitResampler(from: ImageSize, to: ImageSize, interpolation: Interpolation): Resampler {
  const kernel = axisKernel(from, to, interpolation)
  const passes = kernel.endsWith('-antialiased') ? pillowPasses : singleRounding
  const resampled = passes(axisWeights(from[0], to[0], kernel), axisWeights(from[1], to[1], kernel))
  const exact = createResampler(from, to, interpolation)
  return {
    apply: (x) => {
      const { count, channels } = extentsOfSize(x, from)
      return tensor([count, channels, ...to], fromLevels(resampled(toLevels(x.data))))
    },
    adjoint: (cotangent) => exact.adjoint(cotangent),
  }
}

type Passes = (rows: AxisWeights, columns: AxisWeights) => (image: Float64Array) => Float64Array

const pillowPasses: Passes = (rows, columns) => {
  const [fixedRows, fixedColumns] = [fixedPoint(rows), fixedPoint(columns)]
  return (image) =>
    combineAxis(combineAxis(image, fixedColumns, 1, fixedLevel), fixedRows, columns.outputs, fixedLevel)
}

const singleRounding: Passes = (rows, columns) => (image) =>
  combineAxis(combineAxis(image, columns, 1, Number), rows, columns.outputs, level)

/** Pillow's unit of weights on bytes: 32 bits hold a level, two bits for overshoot, and the rest. */
const unit = 2 ** 22

function fixedPoint(table: AxisWeights): AxisWeights {
  const rounded = (weight: number) => Math.sign(weight) * Math.floor(Math.abs(weight) * unit + 0.5)
  return { ...table, weights: table.weights.map(rounded) }
}

function fixedLevel(sum: number): number {
  return level(sum / unit)
}
