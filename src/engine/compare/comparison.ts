import { accessOf } from '../../core/attacks/method-access.ts'
import { csv, type CsvCell } from '../../core/evaluate/csv.ts'
import { summariseCell, type CellSummary } from '../../core/evaluate/comparison.ts'
import { maskingWarnings, type MaskingWarning } from '../../core/evaluate/gradient-masking.ts'
import { wilsonInterval, type Proportion } from '../../core/evaluate/interval.ts'
import { parseBudget } from '../../core/model/budget.ts'
import { researchNotice } from '../attack/record.ts'
import { version } from '../version.ts'
import type { CellResult } from './cell-result.ts'
import type { CompareRun } from './compare-run.ts'

/** docs/comparison.md explains every field. */
export const comparisonSchema = 'radversary/comparison/1'

/** One cell over all slices, without them. */
export interface ComparedCell extends Omit<CellResult, 'schema' | 'slices' | 'failures'>, CellSummary {
  /** On each of the other models: success among the slices that it had not failed on before. */
  readonly transfer: readonly Transfer[]
}

export interface Transfer {
  readonly model: number
  readonly success: Proportion
}

export interface Comparison {
  readonly schema: typeof comparisonSchema
  readonly notice: string
  readonly exportId: string
  readonly software: { readonly name: 'Radversary'; readonly version: string }
  readonly models: readonly { readonly name: string; readonly sha256: string; readonly device: string }[]
  readonly labels: 'file' | 'prediction'
  readonly target: string | null
  readonly seed: number
  readonly cells: readonly ComparedCell[]
  readonly failures: CellResult['failures']
  /** Signs, for each model, that its gradients mislead. */
  readonly warnings: readonly ModelWarning[]
}

export interface ModelWarning extends MaskingWarning {
  readonly model: number
}

export function comparisonOf(
  { request, models, study, exportId }: CompareRun,
  cells: readonly CellResult[],
): Comparison {
  return {
    schema: comparisonSchema,
    notice: researchNotice,
    exportId,
    software: { name: 'Radversary', version },
    models: models.map(({ opened, device }) => ({
      name: opened.card.name,
      sha256: opened.sha256,
      device: device.name,
    })),
    labels: request.labels === undefined ? 'prediction' : 'file',
    target: request.target ?? null,
    seed: request.seed,
    cells: cells.map((cell) => comparedCell(cell, request.seed)),
    failures: [
      ...study.failures.map(({ file, code, message, tip }) => ({ file, code, message, ...(tip && { tip }) })),
      ...distinctFailures(cells),
    ],
    warnings: models.flatMap((_, model) => warningsOf(cells, model)),
  }
}

function warningsOf(cells: readonly CellResult[], model: number): ModelWarning[] {
  const evidence = cells
    .filter((cell) => cell.model === model)
    .map(({ method, norm, budget, slices }) => ({
      ...{ method, norm, slices, access: accessOf(method) },
      budget: budget === null ? null : parseBudget(budget),
    }))
  return maskingWarnings(evidence).map((warning) => ({ model, ...warning }))
}

function comparedCell(
  { slices, model, method, settings, budget, norm, secondsPerSlice }: CellResult,
  seed: number,
): ComparedCell {
  return {
    ...{ model, method, settings, budget, norm, secondsPerSlice },
    ...summariseCell(slices, seed),
    transfer: transfersOf(slices),
  }
}

function transfersOf(slices: CellResult['slices']): Transfer[] {
  const judged = slices.flatMap(({ transferred }) => transferred)
  return [...new Set(judged.map(({ model }) => model))].map((model) => {
    const unmet = judged.filter((one) => one.model === model && !one.metBefore)
    return { model, success: wilsonInterval(unmet.filter(({ success }) => success).length, unmet.length) }
  })
}

function distinctFailures(cells: readonly CellResult[]): CellResult['failures'] {
  return [
    ...new Map(cells.flatMap(({ failures }) => failures).map((failure) => [failure.file, failure])).values(),
  ]
}

const tableColumns: readonly (readonly [name: string, value: (cell: ComparedCell) => CsvCell])[] = [
  ['method', (cell) => cell.method],
  ['norm', (cell) => cell.norm],
  ['budget', (cell) => cell.budget],
  ['slices', (cell) => cell.slices],
  ['success_rate', (cell) => cell.success.rate],
  ['success_rate_of_unmet', (cell) => cell.successOfUnmet.rate],
  ['bootstrap_lower', (cell) => cell.bootstrap?.lower ?? null],
  ['bootstrap_upper', (cell) => cell.bootstrap?.upper ?? null],
  ['wilson_lower', (cell) => cell.successOfUnmet.lower],
  ['wilson_upper', (cell) => cell.successOfUnmet.upper],
  ['confidence_before', (cell) => cell.meanConfidenceBefore],
  ['confidence_after', (cell) => cell.meanConfidenceAfter],
  ['linf', (cell) => cell.meanLinf],
  ['l2', (cell) => cell.meanL2],
  ['psnr_db', (cell) => cell.meanPsnr],
  ['ssim', (cell) => cell.meanSsim],
  ['perturbation_mean', (cell) => cell.perturbation.mean],
  ['perturbation_variance', (cell) => cell.perturbation.variance],
  ['variance_over_slices', (cell) => cell.varianceOverSlices.variance],
  ['variance_over_iterations', (cell) => cell.varianceOverIterations],
  ['iterations', (cell) => cell.meanIterations],
  ['seconds_per_slice', (cell) => cell.secondsPerSlice],
]

/** A row for each cell. */
export function comparisonCsv({ models, cells }: Comparison): string {
  const rows = cells.map((cell) => [
    models[cell.model]?.name ?? '',
    ...tableColumns.map(([, value]) => value(cell)),
  ])
  return csv([['model', ...tableColumns.map(([name]) => name)], ...rows])
}

/** A row for each cell and iteration: the slices' means and variances. */
export function iterationsCsv({ models, cells }: Comparison): string {
  const header = [
    'model',
    'method',
    'budget',
    'iteration',
    'slices',
    'deviation_mean',
    'deviation_variance',
    'kl_to_smoothed_mean',
  ]
  const rows = cells.flatMap(({ model, method, budget, iterations }) =>
    iterations.map(({ iteration, slices, deviation, klToSmoothed, perturbationVariance, signAgreement }) => [
      ...[models[model]?.name ?? '', method, budget, iteration, slices],
      ...[deviation.mean, deviation.variance, klToSmoothed.mean],
      ...[perturbationVariance.mean, perturbationVariance.variance, signAgreement.mean],
    ]),
  )
  return csv([
    [...header, 'perturbation_variance_mean', 'perturbation_variance_variance', 'sign_agreement_mean'],
    ...rows,
  ])
}

/**
 * made on (rows) against judged on, per method and budget: success among the slices that the judge had not
 * failed on before.
 */
export function transferCsv({ models, cells }: Comparison): string {
  const rows = cells.flatMap(({ model, method, budget, successOfUnmet, transfer }) =>
    [{ model, success: successOfUnmet }, ...transfer].map(({ model: judge, success }) => [
      ...[models[model]?.name ?? '', models[judge]?.name ?? '', method, budget],
      ...[success.rate, success.lower, success.upper, success.count],
    ]),
  )
  return csv([
    ['made_on', 'judged_on', 'method', 'budget', 'success_rate', 'wilson_lower', 'wilson_upper', 'slices'],
    ...rows,
  ])
}
