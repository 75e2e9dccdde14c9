import type { ChartOption } from '../../adapters/charts/svg-chart.ts'
import { percent } from '../../core/number-texts.ts'
import { budgetText } from './evaluation-texts.ts'
import type { EvaluatedMethod, EvaluatedModel, EvaluatedPerformance, Evaluation } from './evaluation.ts'
import { axis, layout, legend, upright } from './figure-style.ts'

/** The cell of SMIA at the reference budget, where it left curves. */
function stabilisedCell({ methods }: EvaluatedModel): EvaluatedMethod | undefined {
  return methods.find(({ isReference, stabilisation }) => isReference && stabilisation.length > 1)
}

/** The divergence that the stabilisation follows and the perturbation's variance, an axis each. */
export function stabilisationOption(model: EvaluatedModel): ChartOption | undefined {
  const cell = stabilisedCell(model)
  if (cell === undefined) return undefined
  const [kl, variance] = ['KL to the smoothed image', 'variance of the perturbation']
  const line = (name: string, index: number, values: readonly (number | null)[]) => ({
    type: 'line',
    name,
    symbol: 'none',
    yAxisIndex: index,
    data: values.map((value, i) => [i + 1, value]),
  })
  return {
    ...layout,
    grid: { ...layout.grid, right: 110, top: 45 },
    legend: { top: 5, data: [kl, variance] },
    xAxis: { type: 'value', minInterval: 1, min: 1, ...axis('iteration') },
    yAxis: [upright(kl), { ...upright(variance), nameGap: 80, axisLabel: { formatter: exponent } }],
    series: [
      line(
        kl,
        0,
        cell.stabilisation.map((point) => point.klToSmoothed),
      ),
      line(
        variance,
        1,
        cell.stabilisation.map((point) => point.variance),
      ),
    ],
  }
}

/** A tick of a logarithmic axis, whose values come with errors of rounding. */
function powerOfTen(value: number): string {
  return String(Number(value.toPrecision(3)))
}

function exponent(value: number): string {
  return value === 0 ? '0' : value.toExponential(1)
}

/** J of SMIA by itself: it is many times the divergence to the smoothed image. */
export function divergenceOption(model: EvaluatedModel): ChartOption | undefined {
  const cell = stabilisedCell(model)
  if (cell === undefined) return undefined
  return {
    ...layout,
    grid: { ...layout.grid, right: 30 },
    xAxis: { type: 'value', minInterval: 1, min: 1, ...axis('iteration') },
    yAxis: upright('J, divergence to the label'),
    series: [{ type: 'line', symbol: 'none', data: cell.losses.map((loss, i) => [i + 1, loss]) }],
  }
}

/** Shares of energy by spatial frequency, a curve for each case that is shown, on a logarithmic axis. */
export function spectrumOption({ cases }: EvaluatedModel): ChartOption | undefined {
  const curves = cases.flatMap(({ kind, spectrum }) => (spectrum === null ? [] : [{ kind, spectrum }]))
  if (curves.length === 0) return undefined
  return {
    ...layout,
    legend: legend(curves.map(({ kind }) => kind)),
    xAxis: { type: 'value', min: 0, max: 0.7, ...axis('spatial frequency, cycles per pixel') },
    yAxis: { ...upright('share of the energy'), type: 'log', axisLabel: { formatter: powerOfTen } },
    series: curves.map(({ kind, spectrum }) => ({
      type: 'line',
      name: kind,
      symbol: 'none',
      data: spectrum.map((share, band) => [
        ((band + 0.5) * Math.SQRT1_2) / spectrum.length,
        share > 0 ? share : null,
      ]),
    })),
  }
}

/** Kaplan and Meier's estimate without censoring: an image has died by the smallest budget that fools it. */
export function survivalOption({ survival: curves }: EvaluatedModel): ChartOption | undefined {
  if (curves.length === 0) return undefined
  return {
    ...layout,
    legend: legend(curves.map(({ method }) => method)),
    xAxis: { type: 'value', min: 0, ...axis('smallest budget that fools') },
    yAxis: { ...upright('right before, not fooled yet'), min: 0, max: 1 },
    series: curves.map(({ method, smallestBudgets }) => ({
      type: 'line',
      step: 'end',
      symbol: 'none',
      name: method,
      data: survivalOf(smallestBudgets),
    })),
  }
}

/** Points of the survival curve; null is an image that no budget fools. */
function survivalOf(budgets: readonly (number | null)[]): [number, number][] {
  const deaths = budgets.filter((budget) => budget !== null).sort((a, b) => a - b)
  const steps = [...new Set(deaths)].map((budget): [number, number] => [
    budget,
    budgets.filter((each) => each === null || each > budget).length / budgets.length,
  ])
  return [[0, 1], ...steps]
}

interface Matrix {
  readonly rows: readonly string[]
  readonly columns: readonly string[]
  /** [row][column], shade from 0 to 1 and what stands there. */
  readonly cells: readonly (readonly { readonly shade: number; readonly text: string }[])[]
  readonly across: string
  readonly down: string
}

function matrixOption({ rows, columns, cells, across, down }: Matrix): ChartOption {
  const data = cells.flatMap((row, y) => row.map(({ shade, text }, x) => ({ value: [x, y, shade], text })))
  return {
    ...layout,
    grid: { left: 170, right: 30, top: 20, bottom: 60 },
    xAxis: { type: 'category', data: columns, ...axis(across) },
    yAxis: { type: 'category', data: rows, inverse: true, name: down, nameLocation: 'middle', nameGap: 150 },
    visualMap: { show: false, min: 0, max: 1, inRange: { color: ['#ffffff', '#0072b2'] } },
    series: [
      {
        type: 'heatmap',
        label: {
          show: true,
          color: '#000000',
          formatter: ({ data: { text } }: { readonly data: { readonly text: string } }) => text,
        },
        itemStyle: { borderColor: '#bbbbbb' },
        data,
      },
    ],
  }
}

export function confusionOption(
  { classes }: EvaluatedModel,
  performance: EvaluatedPerformance | null,
): ChartOption | undefined {
  const confusion = performance?.confusion
  if (confusion === null || confusion === undefined) return undefined
  const cells = confusion.map((counts) => {
    const all = counts.reduce((sum, each) => sum + each, 0)
    return counts.map((each) => ({ shade: all === 0 ? 0 : each / all, text: String(each) }))
  })
  return matrixOption({ rows: classes, columns: classes, cells, across: 'prediction', down: 'label' })
}

/** Methods at the reference budget against the models that judge what they made on this one. */
export function transferOption(model: EvaluatedModel, models: Evaluation['models']): ChartOption | undefined {
  const methods = model.methods.filter(({ isReference, transfer }) => isReference && transfer.length > 0)
  const [first] = methods
  if (first === undefined) return undefined
  const judges = first.transfer.map((each) => each.model)
  const cellOf = (rate: number | null) => ({ shade: rate ?? 0, text: percent(rate, 0) })
  return matrixOption({
    rows: methods.map((method) => `${method.method} ${budgetText(method)}`),
    columns: [model.name, ...judges.map((judge) => models[judge]?.name ?? '')],
    cells: methods.map(({ fooled, transfer }) =>
      [
        fooled.rate,
        ...judges.map((judge) => transfer.find((each) => each.model === judge)?.fooled.rate ?? null),
      ].map(cellOf),
    ),
    across: 'judged on',
    down: 'method',
  })
}
