import type { EChartsCoreOption } from 'echarts/core'
import { csv } from '../../../../core/evaluate/csv.ts'
import type { TracePoint } from '../../state/live-run.ts'
import { texts } from '../../texts.ts'

/** What of a trace can be drawn. */
export type CurveName =
  'deviation' | 'stabilization' | 'klToLabel' | 'klToSmoothed' | 'klToPrevious' | 'perturbationVariance'

/** One point for each iteration; null where the method has no such value. */
type Curve = readonly (readonly [iteration: number, value: number | null])[]

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

export interface NamedCurve {
  readonly name: string
  readonly curve: Curve
  readonly colour: string
  /** Told apart without colour too. */
  readonly dash: 'solid' | 'dashed' | 'dotted'
}

/** Colours of a chart besides its curves'. */
interface ChartColours {
  readonly ink: string
  readonly faint: string
  readonly grid: string
  /** A curve's colour on this ground. */
  readonly curve: (colour: string) => string
}

/** On a dark screen. */
export const onDark: ChartColours = {
  ink: '#d5dce4',
  faint: '#9aa6b2',
  grid: '#29313a',
  curve: (colour) => colour,
}

/** On white, as a page of print is: curves are darkened, so that they stand out there. */
export const inPrint: ChartColours = { ink: '#111111', faint: '#444444', grid: '#d5d5d5', curve: darkened }

/** '#ffa94d' at 60 % of its strength. */
export function darkened(colour: string): string {
  const parts = [1, 3, 5].map((at) => Math.round(0.6 * parseInt(colour.slice(at, at + 2), 16)))
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

/**
 * ECharts' option for curves over iterations, or over what `over` names. No HTML: the page's content security
 * policy allows no generated styles.
 */
export function lineChart(
  title: string,
  curves: readonly NamedCurve[],
  over?: string,
  { ink, faint, grid, curve: curveColour }: ChartColours = onDark,
): EChartsCoreOption {
  const axis = {
    axisLabel: { color: faint, fontSize: 11 },
    axisLine: { lineStyle: { color: grid } },
    splitLine: { lineStyle: { color: grid } },
  }
  return {
    animation: false,
    aria: { enabled: true },
    title: { text: title, left: 0, top: 0, textStyle: { color: ink, fontSize: 12, fontWeight: 600 } },
    legend: {
      top: 18,
      left: 0,
      icon: 'roundRect',
      itemWidth: 14,
      itemHeight: 3,
      textStyle: { color: faint, fontSize: 11 },
    },
    tooltip: { trigger: 'axis', renderMode: 'richText', confine: true },
    grid: { left: 4, right: 10, top: 44, bottom: 18, containLabel: true },
    xAxis: {
      type: 'value',
      max: 'dataMax',
      ...(over === undefined ? { min: 1, minInterval: 1 } : { min: 0 }),
      name: over ?? texts.results.iteration,
      nameLocation: 'middle',
      nameGap: 20,
      nameTextStyle: { color: faint, fontSize: 11 },
      ...axis,
      splitLine: { show: false },
    },
    yAxis: { type: 'value', scale: true, ...axis, axisLabel: { ...axis.axisLabel, formatter: tick } },
    series: curves.map(({ name, curve, colour, dash }) => ({
      type: 'line',
      name,
      data: curve,
      symbolSize: 4,
      showSymbol: curve.length < 40,
      lineStyle: { width: 1.8, type: dash },
      color: curveColour(colour),
    })),
  }
}

/** Short enough for a narrow axis. */
export function tick(value: number): string {
  const size = Math.abs(value)
  return size !== 0 && (size < 0.001 || size >= 100_000)
    ? value.toExponential(1)
    : String(Number(value.toPrecision(4)))
}
