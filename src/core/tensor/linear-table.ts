import { type AxisWeights, tableOf } from '../math/resample.ts'
import { linearRun } from './interpolation.ts'

/** Weights by which output i is the input at i · `step`, linear between inputs, the end's beyond it. */
export function linearTable(inputs: number, outputs: number, step: number): AxisWeights {
  return tableOf(
    inputs,
    Array.from({ length: outputs }, (_, i) => linearRun(i * step, inputs)),
  )
}
