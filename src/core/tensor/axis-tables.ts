import { entry } from '../entry.ts'
import { type AxisWeights, tableOf } from '../math/resample.ts'
import { linearRun, type Run } from './interpolation.ts'

/** The root within the unit circle of the cubic B-spline's inverse filter (Unser, IEEE SPM 16:22, 1999). */
const pole = Math.sqrt(3) - 2
/** Beyond this distance the filter's answer is below 1e-11 of its largest. */
const reach = 19

/** What coefficients of the spline are of samples at these distances. */
const filter = Array.from(
  { length: 2 * reach + 1 },
  (_, n) => (-6 * pole * pole ** Math.abs(n - reach)) / (1 - pole ** 2),
)

/**
 * Weights of cubic spline interpolation of an axis from `inputs` voxels to `outputs` that lie between the
 * same edges, the end repeated beyond them: SciPy's `ndimage.zoom(order=3, mode="nearest", grid_mode=True)`.
 */
export function splineTable(inputs: number, outputs: number): AxisWeights {
  return tableOf(
    inputs,
    Array.from({ length: outputs }, (_, i) => splineRun(((i + 0.5) * inputs) / outputs - 0.5, inputs)),
  )
}

function splineRun(position: number, inputs: number): Run {
  const inside = (index: number) => Math.min(inputs - 1, Math.max(0, index))
  const first = Math.floor(position) - 1 - reach
  const start = inside(first)
  const weights = new Array<number>(inside(first + 3 + 2 * reach) - start + 1).fill(0)
  for (let knot = first + reach; knot < first + reach + 4; knot++) {
    const height = cubic(position - knot)
    for (const [n, part] of filter.entries()) {
      const at = inside(knot + n - reach) - start
      weights[at] = entry(weights, at) + height * part
    }
  }
  return { start, weights }
}

/** The cubic B-spline. */
function cubic(x: number): number {
  const t = Math.abs(x)
  if (t < 1) return 2 / 3 - t * t * (1 - t / 2)
  return t < 2 ? (2 - t) ** 3 / 6 : 0
}

/** Weights by which output i is the input at i · `step`, linear between inputs, the end's beyond it. */
export function linearTable(inputs: number, outputs: number, step: number): AxisWeights {
  return tableOf(
    inputs,
    Array.from({ length: outputs }, (_, i) => linearRun(i * step, inputs)),
  )
}
