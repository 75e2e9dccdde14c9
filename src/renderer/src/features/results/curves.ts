import { csv } from '../../../../core/evaluate/csv.ts'
import type { TracePoint } from '../../state/live-run.ts'

/** What of a trace can be drawn. */
export type CurveName =
  'deviation' | 'stabilization' | 'klToLabel' | 'klToSmoothed' | 'klToPrevious' | 'perturbationVariance'

/** One point for each iteration; null where the method has no such value. */
export type Curve = readonly (readonly [iteration: number, value: number | null])[]

/** A value over the iterations of one slice. Restarts follow one another. */
export function curveOf(trace: readonly TracePoint[], name: CurveName): Curve {
  return trace.map((point, i) => [i + 1, point[name]])
}

/** The mean of a value over several slices, iteration by iteration, of those that have it. */
export function meanCurve(traces: readonly (readonly TracePoint[])[], name: CurveName): Curve {
  const longest = traces.reduce((most, trace) => Math.max(most, trace.length), 0)
  return Array.from({ length: longest }, (_, i) => {
    const values = traces
      .map((trace) => trace[i]?.[name])
      .filter((value) => value !== undefined && value !== null)
    const mean = values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length
    return [i + 1, mean]
  })
}

/** Whether there is anything to draw. */
export function hasValues(curve: Curve): boolean {
  return curve.some(([, value]) => value !== null)
}

/**
 * Curves as CSV: one line for each iteration (or whatever `axis` names), one column for each curve; empty
 * where there is no value.
 */
export function curvesCsv(
  curves: readonly { readonly name: string; readonly curve: Curve }[],
  axis = 'iteration',
): string {
  const rows =
    curves[0]?.curve.map(([iteration], i) => [
      iteration,
      ...curves.map(({ curve }) => curve[i]?.[1] ?? null),
    ]) ?? []
  return csv([[axis, ...curves.map(({ name }) => name)], ...rows])
}
