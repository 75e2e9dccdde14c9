import { type ChartOption, svgChart } from '../../adapters/charts/svg-chart.ts'
import { comparedName } from '../../core/spec/compared-methods.ts'
import type { ComparedCell, Comparison } from './comparison.ts'

/** What the chart library gives a drawing function. */
interface DrawingApi {
  value(dimension: number): number
  coord(point: readonly [number, number]): readonly [number, number]
}

/**
 * Bars from lower to upper at places on the category axis, side by side for several series. @param intervals
 * [place, lower, upper]
 */
function errorBars(
  intervals: readonly (readonly number[])[],
  { place, color }: { readonly place: number; readonly color: string },
) {
  const shift = 3 * place
  return {
    type: 'custom',
    silent: true,
    z: 1,
    data: intervals,
    encode: { x: 0, y: [1, 2] },
    renderItem: (_params: unknown, api: DrawingApi) => {
      const [x, lower] = api.coord([api.value(0), api.value(1)])
      const [, upper] = api.coord([api.value(0), api.value(2)])
      return {
        type: 'line',
        shape: { x1: x + shift, y1: lower, x2: x + shift, y2: upper },
        style: { stroke: color, lineWidth: 1 },
      }
    },
  }
}

const size = { width: 760, height: 460 }
/** Okabe and Ito's, which colour-blind readers distinguish. */
const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#7f7f7f']
const layout = {
  grid: { left: 90, right: 190, top: 60, bottom: 60 },
  legend: { orient: 'vertical', right: 10, top: 60 },
}

/**
 * SVG charts by name: for each model and norm the success rate over budgets with Wilson's interval, for
 * each model the perturbation's variance over iterations, for each method what transfers between models. None
 * where there is nothing to draw.
 */
export function comparisonCharts(comparison: Comparison): Map<string, string> {
  const charts = new Map<string, string>()
  const add = (name: string, option: ChartOption | undefined) => {
    if (option !== undefined) charts.set(name, svgChart(option, size))
  }
  comparison.models.forEach(({ name }, model) => {
    const cells = comparison.cells.filter((cell) => cell.model === model)
    for (const norm of ['Linf', 'L2'] as const)
      add(
        `success-${model + 1}-${norm.toLowerCase()}`,
        successOption(
          cells.filter((cell) => cell.norm === norm),
          name,
        ),
      )
    add(`variance-${model + 1}`, varianceOption(cells, name))
  })
  for (const method of methodsOf(comparison.cells))
    add(`transfer-${fileWord(method)}`, transferOption(comparison, method))
  return charts
}

/** Curves need two budgets at least. */
function successOption(cells: readonly ComparedCell[], model: string): ChartOption | undefined {
  const budgets = [...new Set(cells.flatMap(({ budget }) => budget ?? []))]
  if (budgets.length < 2) return undefined
  const series = methodsOf(cells).flatMap((method, index) => {
    const own = budgets.map((budget) =>
      cells.find((cell) => comparedName(cell) === method && cell.budget === budget),
    )
    const rates = own.map((cell) => cell?.fooled.rate ?? null)
    const intervals = own.flatMap((cell, at) =>
      cell === undefined || cell.fooled.rate === null ? [] : [[at, cell.fooled.lower, cell.fooled.upper]],
    )
    const color = palette[index % palette.length] ?? ''
    return [{ name: method, type: 'line', data: rates, color }, errorBars(intervals, { place: index, color })]
  })
  return {
    ...layout,
    title: { text: `Success over budgets, ${model}`, left: 'center' },
    xAxis: { type: 'category', data: budgets, name: 'budget', nameLocation: 'middle', nameGap: 32 },
    yAxis: { ...upright('fooled of those right before'), min: 0, max: 1 },
    series,
  }
}

/** At each method's largest budget. */
function varianceOption(cells: readonly ComparedCell[], model: string): ChartOption | undefined {
  const series = methodsOf(cells).flatMap((method) => {
    const last = cells.findLast((cell) => comparedName(cell) === method)
    const points =
      last?.iterations.map(({ iteration, perturbationVariance: { mean } }) => [iteration, mean]) ?? []
    return points.length < 2
      ? []
      : [{ name: `${method} ${last?.budget ?? ''}`.trim(), type: 'line', symbol: 'none', data: points }]
  })
  if (series.length === 0) return undefined
  return {
    ...layout,
    color: palette,
    title: { text: `Variance of the perturbation over iterations, ${model}`, left: 'center' },
    xAxis: { type: 'value', name: 'iteration', nameLocation: 'middle', nameGap: 32, minInterval: 1 },
    yAxis: upright('variance, mean of the slices'),
    series,
  }
}

/** At the method's largest budget. */
function transferOption({ models, cells }: Comparison, method: string): ChartOption | undefined {
  const names = models.map(({ name }) => name)
  const data = models.flatMap((_, made) => {
    const cell = cells.findLast((one) => comparedName(one) === method && one.model === made)
    if (cell === undefined || cell.transfer.length === 0) return []
    const judged = [{ model: made, fooled: cell.fooled }, ...cell.transfer]
    return judged.map(({ model, fooled }) => [
      model,
      made,
      fooled.rate === null ? '-' : Number(fooled.rate.toFixed(2)),
    ])
  })
  if (data.length === 0) return undefined
  return {
    title: { text: `Transfer, ${method}`, left: 'center' },
    grid: { left: 160, right: 90, top: 60, bottom: 80 },
    xAxis: { type: 'category', data: names, name: 'judged on', nameLocation: 'middle', nameGap: 40 },
    yAxis: { type: 'category', data: names, name: 'made on' },
    visualMap: {
      min: 0,
      max: 1,
      right: 10,
      top: 'middle',
      dimension: 2,
      text: ['1', '0'],
      inRange: { color: ['#f5f5f5', '#b3261e'] },
    },
    series: [{ type: 'heatmap', data, label: { show: true } }],
  }
}

/** A value axis with its name along it. */
function upright(name: string) {
  return { type: 'value', name, nameLocation: 'middle', nameGap: 60 }
}

function methodsOf(cells: readonly ComparedCell[]): string[] {
  return [...new Set(cells.map(comparedName))]
}

/** smia(alpha=0.2) as a part of a file's name: smia-alpha-0.2. */
function fileWord(name: string): string {
  return name.replace(/[^\w.]+/g, '-').replace(/-$/, '')
}
