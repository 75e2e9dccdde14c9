import { svgChart, type ChartOption } from '../../adapters/charts/svg-chart.ts'
import { curvesOf } from '../../core/evaluate/checklist.ts'
import {
  confusionOption,
  divergenceOption,
  spectrumOption,
  stabilisationOption,
  survivalOption,
  transferOption,
} from './case-figures.ts'
import { axis, layout, legend, palette, upright } from './figure-style.ts'
import { budgetText } from './evaluation-texts.ts'
import type { EvaluatedMethod, EvaluatedModel, Evaluation } from './evaluation.ts'

const size = { width: 720, height: 380 }
/** Figures by name, SVG on white, each for each model; what has no data has no figure. */
export function evaluationFigures({ models }: Evaluation): Map<string, string> {
  const figures = new Map<string, string>()
  models.forEach((model, index) => {
    const add = (name: string, option: ChartOption | undefined) => {
      if (option !== undefined) figures.set(`${name}-${index + 1}`, svgChart(option, size))
    }
    add('budgets', budgetOption(model))
    add('convergence', convergenceOption(model))
    add('reliability', reliabilityOption(model))
    add('stabilisation', stabilisationOption(model))
    add('divergence', divergenceOption(model))
    add('survival', survivalOption(model))
    add('spectrum', spectrumOption(model))
    add('transfer', transferOption(model, models))
    add('confusion-clean', confusionOption(model, model.clean))
    add('confusion-after', confusionOption(model, strongestOf(model)?.after ?? null))
  })
  return figures
}

/** The bands are intervals by patient, or Wilson's where there is one patient. */
function budgetOption({ methods }: EvaluatedModel): ChartOption | undefined {
  const curves = curvesOf(methods.map((method) => ({ ...method, budget: method.budgetValue, of: method })))
    .map((cells) => cells.map(({ of }) => of))
    .filter((curve) => curve.length > 1)
  const [longest] = curves
  if (longest === undefined) return undefined
  const names = curves.flatMap(([first]) => first?.method ?? [])
  return {
    ...layout,
    legend: legend(names),
    xAxis: {
      type: 'category',
      data: longest.map(budgetText),
      boundaryGap: false,
      ...axis('budget, largest change of a pixel'),
    },
    yAxis: { ...upright('fooled of those right before'), min: 0, max: 1 },
    series: curves.flatMap(bandedCurve),
  }
}

function bandedCurve(curve: readonly EvaluatedMethod[], index: number) {
  const color = palette[index % palette.length]
  const ends = curve.map(({ byPatient, fooled }) => byPatient ?? fooled)
  const bound = {
    type: 'line',
    symbol: 'none',
    silent: true,
    lineStyle: { opacity: 0 },
    stack: `band ${index}`,
  }
  return [
    { ...bound, data: ends.map(({ lower }) => lower) },
    { ...bound, data: ends.map(({ lower, upper }) => upper - lower), areaStyle: { color, opacity: 0.18 } },
    { type: 'line', name: curve[0]?.method, color, data: curve.map(({ fooled }) => fooled.rate) },
  ]
}

function convergenceOption({ methods }: EvaluatedModel): ChartOption | undefined {
  const curves = methods.filter(
    ({ isReference, role, losses }) => isReference && role === 'iterative' && losses.length > 1,
  )
  if (curves.length === 0) return undefined
  return {
    ...layout,
    legend: legend(curves.map(({ method }) => method)),
    xAxis: { type: 'value', minInterval: 1, min: 1, ...axis('iteration') },
    yAxis: upright('J, mean of the slices'),
    series: curves.map(({ method, losses }) => ({
      type: 'line',
      name: method,
      symbol: 'none',
      data: losses.map((loss, i) => [i + 1, loss]),
    })),
  }
}

function reliabilityOption(model: EvaluatedModel): ChartOption | undefined {
  const strongest = strongestOf(model)
  const curves = [
    ['clean images', model.clean?.calibration],
    [`after ${strongest?.method ?? ''}`, strongest?.after?.calibration],
  ] as const
  const known = curves.flatMap(([name, calibration]) =>
    calibration ? [{ name, bins: calibration.bins }] : [],
  )
  if (model.clean === null || known.length === 0) return undefined
  return {
    ...layout,
    legend: legend([...known.map(({ name }) => name), 'as confident as right']),
    xAxis: { type: 'value', min: 0, max: 1, ...axis('confidence') },
    yAxis: { ...upright('accuracy'), min: 0, max: 1 },
    series: [
      ...known.map(({ name, bins }) => ({
        name,
        type: 'line',
        data: bins.flatMap(({ confidence, accuracy }) =>
          confidence === null ? [] : [[confidence, accuracy]],
        ),
      })),
      {
        name: 'as confident as right',
        type: 'line',
        symbol: 'none',
        lineStyle: { type: 'dashed', color: '#7f7f7f' },
        color: '#7f7f7f',
        data: [
          [0, 0],
          [1, 1],
        ],
      },
    ],
  }
}

/** The method that fools most at the reference budget. */
export function strongestOf({ methods }: EvaluatedModel): EvaluatedMethod | undefined {
  return methods
    .filter(({ isReference }) => isReference)
    .sort((a, b) => b.fooled.successes - a.fooled.successes)[0]
}
