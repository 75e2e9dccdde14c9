import { decimal, exponential, noNumber, percent } from '../../../../core/number-texts.ts'
import type { ComparedCell, Comparison } from '../../../../engine/compare/comparison.ts'
import { comparedName } from '../../../../core/spec/compared-methods.ts'
import { texts } from '../../texts.ts'
import { csv } from '../../../../core/evaluate/csv.ts'
import type { NamedCurve } from '../results/curves.ts'

export type ComparisonColumn = keyof typeof texts.comparisons.columns

const columns = Object.keys(texts.comparisons.columns) as ComparisonColumn[]

/** With one model its column says nothing. */
export function columnsOf({ models }: Comparison): readonly ComparisonColumn[] {
  return models.length > 1 ? columns : columns.filter((column) => column !== 'model')
}

/** The table as CSV (RFC 4180), with numbers as they are, not as they are shown. */
export function cellsCsv({ models, cells }: Comparison): string {
  const header = [
    'model',
    'method',
    'budget',
    'wrong_before',
    'fooled',
    'fooled_rate',
    'wilson_lower',
    'wilson_upper',
    'confidence',
    'linf',
    'psnr_db',
    'ssim',
    'variance',
  ]
  const rows = cells.map((cell) => [
    ...[models[cell.model]?.name ?? '', comparedName(cell), cell.budget],
    ...[
      cell.metBefore,
      cell.fooled.successes,
      cell.fooled.rate,
      cell.fooled.lower,
      cell.fooled.upper,
      cell.meanConfidenceAfter,
      cell.meanLinf,
      cell.meanPsnr,
      cell.meanSsim,
      cell.perturbation.variance,
    ],
    ...[cell.varianceOverSlices.variance, cell.varianceOverIterations, cell.secondsPerSlice],
  ])
  return csv([
    [...header, 'variance_over_slices', 'variance_over_iterations', 'seconds_per_slice'],
    ...rows.map((row) => row.map((value) => value ?? null)),
  ])
}

/** A cell of the table in words. */
export function cellText({ models }: Comparison, cell: ComparedCell, column: ComparisonColumn): string {
  return texted[column](cell, models[cell.model]?.name ?? '')
}

const texted: Readonly<Record<ComparisonColumn, (cell: ComparedCell, model: string) => string>> = {
  model: (_, model) => model,
  method: comparedName,
  budget: ({ budget }) => budget ?? noNumber,
  fooled: ({ fooled: { successes, count, rate } }) =>
    rate === null ? noNumber : `${percent(rate, 0)} (${successes} of ${count})`,
  interval: ({ fooled: { rate, lower, upper } }) =>
    rate === null ? noNumber : `${percent(lower, 0)} – ${percent(upper, 0)}`,
  confidence: ({ meanConfidenceAfter }) => percent(meanConfidenceAfter, 0),
  linf: ({ meanLinf }) => decimal(meanLinf, 4),
  psnr: ({ meanPsnr }) => decimal(meanPsnr, 1),
  ssim: ({ meanSsim }) => decimal(meanSsim, 4),
  variance: ({ perturbation }) => exponential(perturbation.variance),
  overSlices: ({ varianceOverSlices }) => exponential(varianceOverSlices.variance),
  overIterations: ({ varianceOverIterations }) => exponential(varianceOverIterations),
  seconds: ({ secondsPerSlice }) => decimal(secondsPerSlice, 2),
}

/**
 * Okabe and Ito's on dark, which colour-blind readers distinguish; dashes distinguish where they begin anew.
 */
const colours = ['#56b4e9', '#e69f00', '#009e73', '#cc79a7', '#f0e442', '#d55e00', '#8fa2ff', '#bbbbbb']
const dashes = ['solid', 'dashed', 'dotted'] as const

/**
 * A curve for each method at least two budgets of which are there, over the budgets as fractions of the
 * intensity range.
 */
export function successCurves(cells: readonly ComparedCell[]): NamedCurve[] {
  return byMethod(cells, (own) => {
    const points = own.flatMap(({ budget, fooled }) => {
      const size = budgetSize(budget)
      return size === undefined ? [] : [[size, fooled.rate] as const]
    })
    return points.length < 2 ? undefined : points.sort(([a], [b]) => a - b)
  })
}

/** The perturbation's variance over the iterations at each method's last budget. */
export function varianceCurves(cells: readonly ComparedCell[]): NamedCurve[] {
  return byMethod(cells, (own) => {
    const points =
      own
        .at(-1)
        ?.iterations.map(({ iteration, perturbationVariance: { mean } }) => [iteration, mean] as const) ?? []
    return points.length < 2 ? undefined : points
  })
}

function byMethod(
  cells: readonly ComparedCell[],
  curveOf: (cells: readonly ComparedCell[]) => NamedCurve['curve'] | undefined,
): NamedCurve[] {
  const methods = [...new Set(cells.map(comparedName))]
  return methods.flatMap((name, index) => {
    const curve = curveOf(cells.filter((cell) => comparedName(cell) === name))
    const colour = colours[index % colours.length] ?? '#fff'
    const dash = dashes[Math.floor(index / colours.length) % dashes.length] ?? 'solid'
    return curve === undefined ? [] : [{ name, curve, colour, dash }]
  })
}

/**
 * The number of a budget, for an axis: fractions of the range and what is given in another unit do not share
 * one.
 */
export function budgetSize(budget: string | null): number | undefined {
  const [, numerator, denominator = '1'] = /^([\d.]+)(?:\/([\d.]+))?\s*[a-z%]*$/i.exec(budget ?? '') ?? []
  return numerator === undefined ? undefined : Number(numerator) / Number(denominator)
}

/**
 * What was fooled by what one model's cell made (rows) on each model (columns), at the method's last budget;
 * null where it wasn't judged.
 */
export function transferMatrix({ models, cells }: Comparison, method: string): (number | null)[][] {
  return models.map((_, made) => {
    const cell = cells.findLast((one) => comparedName(one) === method && one.model === made)
    return models.map((__, judge) => {
      if (judge === made) return cell?.fooled.rate ?? null
      return cell?.transfer.find(({ model }) => model === judge)?.fooled.rate ?? null
    })
  })
}
