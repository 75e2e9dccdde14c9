import type { AxisWeights } from './resample.ts'
import { halfToEven } from './rounding.ts'

/** The level of 0 to 255 nearest to `value`, the upper one of two. */
export function level(value: number): number {
  return Math.min(255, Math.max(0, Math.floor(value + 0.5)))
}

/** The level of 0 to 255 nearest to `value`, the even one of two. */
export function levelToEven(value: number): number {
  return level(halfToEven(value))
}

/** Levels of values in [0, 1]. */
export function toLevels(values: Float32Array): Float64Array {
  const levels = new Float64Array(values.length)
  for (let i = 0; i < levels.length; i++) levels[i] = level(values[i] * 255)
  return levels
}

/** Values in [0, 1] of levels. */
export function fromLevels(levels: Float64Array): Float32Array {
  const values = new Float32Array(levels.length)
  for (let i = 0; i < values.length; i++) values[i] = levels[i] / 255
  return values
}

/**
 * One axis of `values` combined, and each sum finished.
 * @param inner how many values lie between neighbours along the axis
 */
export function combineLevels(
  values: Float64Array,
  { inputs, outputs, starts, offsets, weights }: AxisWeights,
  inner: number,
  finish: (sum: number) => number,
): Float64Array {
  const lines = values.length / (inputs * inner)
  const out = new Float64Array(lines * outputs * inner)
  for (let line = 0; line < lines; line++)
    for (let output = 0; output < outputs; output++) {
      const [begin, end] = [offsets[output], offsets[output + 1]]
      const first = (line * inputs + starts[output] - begin) * inner
      for (let at = 0; at < inner; at++) {
        let sum = 0
        for (let tap = begin; tap < end; tap++) sum += weights[tap] * values[first + tap * inner + at]
        out[(line * outputs + output) * inner + at] = finish(sum)
      }
    }
  return out
}

/** As `combineLevels`, every product and sum rounded to float32, in the order of the inputs. */
export function combineLevelsInFloat32(
  values: Float64Array,
  { inputs, outputs, starts, offsets, weights }: AxisWeights,
  inner: number,
  finish: (sum: number) => number,
): Float64Array {
  const lines = values.length / (inputs * inner)
  const out = new Float64Array(lines * outputs * inner)
  for (let line = 0; line < lines; line++)
    for (let output = 0; output < outputs; output++) {
      const [begin, end] = [offsets[output], offsets[output + 1]]
      const first = (line * inputs + starts[output] - begin) * inner
      for (let at = 0; at < inner; at++) {
        let sum = 0
        for (let tap = begin; tap < end; tap++) {
          const product = Math.fround(Math.fround(weights[tap]) * values[first + tap * inner + at])
          sum = Math.fround(sum + product)
        }
        out[(line * outputs + output) * inner + at] = finish(sum)
      }
    }
  return out
}
