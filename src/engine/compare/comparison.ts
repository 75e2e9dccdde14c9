import { departs, type ReferenceReport } from '../../core/model/references.ts'
import { csv, type CsvCell } from '../../core/evaluate/csv.ts'
import { summariseCell, type CellSummary } from '../../core/evaluate/comparison.ts'
import { headlineOf, type Headline } from '../../core/evaluate/headline.ts'
import { warningsOf, type AttackWarning } from '../../core/evaluate/warnings.ts'
import { methodNamed } from '../../core/attacks/attack-methods.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { defenceReportOf, type DefenceReport } from '../../core/model/defence-report.ts'
import { defenceOf } from '../attack/defence.ts'
import { evidenceOf } from '../attack/evidence.ts'
import { researchNotice } from '../export/record.ts'
import { version } from '../version.ts'
import type { CellResult } from './cell-result.ts'
import { comparedName } from '../../core/spec/compared-methods.ts'
import type { ComparisonSpec } from '../../core/spec/comparison-spec.ts'
import type { ComparedModel, CompareRun } from './compare-run.ts'

/** docs/comparison.md explains every field. */
export const comparisonSchema = 'radversary/comparison/2'

/** One cell over all slices, without them. */
export interface ComparedCell extends Omit<CellResult, 'schema' | 'slices' | 'failures'>, CellSummary {
  /** On each of the other models. */
  readonly transfer: readonly Transfer[]
}

/** What was made on one model, judged on another. */
export interface Transfer extends Headline {
  readonly model: number
}

export interface Comparison extends Pick<ComparisonSpec, 'criterion' | 'loss' | 'slices'> {
  readonly schema: typeof comparisonSchema
  readonly notice: string
  readonly exportId: string
  readonly software: { readonly name: 'Radversary'; readonly version: string }
  readonly models: readonly {
    readonly name: string
    readonly sha256: string
    readonly device: string
    readonly references?: ReferenceReport
    /** How the card's defence is attacked by methods that follow gradients. */
    readonly defence?: DefenceReport
  }[]
  readonly labels: 'file' | 'prediction'
  readonly target: string | null
  /** SHA-256 of the wanted masks' files, and of the region's. */
  readonly targetMasks?: string | undefined
  readonly region?: string | undefined
  readonly earlyStop?: true
  readonly forceIntensity?: true
  readonly forceReferences?: true
  /** Whether gradients of quantised models went straight through their rounding. */
  readonly straightThrough?: true
  readonly seed: number
  /** Images of the study that were to be attacked. */
  readonly images: number
  readonly cells: readonly ComparedCell[]
  readonly failures: CellResult['failures']
  /** Signs, for each model, that its success rates say something else than they seem to. */
  readonly warnings: readonly ModelWarning[]
}

export interface ModelWarning extends AttackWarning {
  readonly model: number
}

export function comparisonOf(
  { request, models, study, images, region, exportId }: CompareRun,
  cells: readonly CellResult[],
): Comparison {
  return {
    schema: comparisonSchema,
    notice: researchNotice,
    exportId,
    software: { name: 'Radversary', version },
    models: models.map(({ opened, device, references }) => ({
      name: opened.card.name,
      sha256: opened.sha256,
      device: device.name,
      ...(references && { references }),
      ...defencePart(opened.card, request),
    })),
    labels: request.labels === undefined ? 'prediction' : 'file',
    target: request.target ?? null,
    criterion: request.criterion,
    loss: request.loss,
    slices: request.slices,
    targetMasks: models[0]?.wanted?.sha256,
    region: region?.sha256,
    ...(request.earlyStop && { earlyStop: true }),
    ...(request.forceIntensity && { forceIntensity: true }),
    ...(models.some(({ references }) => departs(references)) && { forceReferences: true }),
    ...(models.some(({ opened }) => opened.straightThrough) && { straightThrough: true }),
    seed: request.seed,
    images: images.length,
    cells: cells.map((cell) => comparedCell(cell, request.forceIntensity)),
    failures: [
      ...study.failures.map(({ file, code, message, tip }) => ({ file, code, message, ...(tip && { tip }) })),
      ...distinctFailures(cells),
    ],
    warnings: models.flatMap((compared, model) => [
      ...modelWarnings(cells, { model, compared, request }),
      ...judgeWarnings(cells, model, request.forceIntensity),
    ]),
  }
}

function defencePart(card: ModelCard, { eot, oblivious }: ComparisonSpec) {
  const defence = defenceReportOf(card, { access: 'white-box', eot, oblivious })
  return defence && { defence }
}

interface WarnedModel {
  readonly model: number
  readonly compared: ComparedModel
  readonly request: ComparisonSpec
}

function modelWarnings(
  cells: readonly CellResult[],
  { model, compared: { opened, goal }, request }: WarnedModel,
): ModelWarning[] {
  const { task } = opened.card
  const evidence = cells
    .filter((cell) => cell.model === model)
    .map(({ method, norm, budget, slices }) =>
      evidenceOf({
        method,
        norm,
        budget,
        task,
        target: goal.target,
        defence: defenceOf({ entry: methodNamed(method) }, [opened.card], request),
        slices: slices.map((slice) => ({ ...slice, changed: slice.stored.changed })),
      }),
    )
  return warningsOf(evidence).map((warning) => ({ model, ...warning }))
}

/** Images made on other models that a judge's card does not suit, by reason. */
function judgeWarnings(cells: readonly CellResult[], model: number, isForced: boolean): ModelWarning[] {
  const frames = cells
    .filter((cell) => cell.model !== model)
    .flatMap(({ slices }) =>
      slices.flatMap(({ file, sopInstanceUid, frame, transferred }) =>
        transferred
          .filter((judged) => judged.model === model)
          .map(({ unsuited }) => ({ unsuited, key: `${file} ${sopInstanceUid} ${frame}` })),
      ),
    )
  const all = [...new Map(frames.map(({ key, unsuited }) => [key, unsuited])).values()]
  const then = isForced ? 'They were judged all the same.' : 'They are left out of the transfer.'
  return [...new Set(all)].flatMap((reason) =>
    reason === undefined
      ? []
      : [
          {
            model,
            check: 'unsuited-judge' as const,
            message: `${all.filter((each) => each === reason).length} of ${all.length} slices made on other models do not suit this model's card. ${reason} ${then}`,
            tip: 'Compare models on series that all of their cards are for, or choose another intensity in the model card.',
          },
        ],
  )
}

function comparedCell(
  { slices, model, method, as, settings, budget, norm, secondsPerSlice }: CellResult,
  isForced: boolean,
): ComparedCell {
  return {
    model,
    method,
    ...(as !== undefined && { as }),
    settings,
    budget,
    norm,
    secondsPerSlice,
    ...summariseCell(slices),
    transfer: transfersOf(slices, isForced),
  }
}

/** Images that a judge's card does not suit are left out, as in its own cells, unless that was forced. */
function transfersOf(slices: CellResult['slices'], isForced: boolean): Transfer[] {
  const judged = slices.flatMap(({ transferred }) => transferred)
  return [...new Set(judged.map(({ model }) => model))].map((model) => ({
    model,
    ...headlineOf(judged.filter((one) => one.model === model && (isForced || one.unsuited === undefined))),
  }))
}

function distinctFailures(cells: readonly CellResult[]): CellResult['failures'] {
  return [
    ...new Map(cells.flatMap(({ failures }) => failures).map((failure) => [failure.file, failure])).values(),
  ]
}

const tableColumns: readonly (readonly [name: string, value: (cell: ComparedCell) => CsvCell])[] = [
  ['method', comparedName],
  ['norm', (cell) => cell.norm],
  ['budget', (cell) => cell.budget],
  ['slices', (cell) => cell.slices],
  ['wrong_before', (cell) => cell.metBefore],
  ['fooled', (cell) => cell.fooled.successes],
  ['fooled_rate', (cell) => cell.fooled.rate],
  ['wilson_lower', (cell) => cell.fooled.lower],
  ['wilson_upper', (cell) => cell.fooled.upper],
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
  const rows = cells.flatMap(({ model, method, as, budget, iterations }) =>
    iterations.map(({ iteration, slices, deviation, klToSmoothed, perturbationVariance, signAgreement }) => [
      ...[models[model]?.name ?? '', comparedName({ method, as }), budget, iteration, slices],
      ...[deviation.mean, deviation.variance, klToSmoothed.mean],
      ...[perturbationVariance.mean, perturbationVariance.variance, signAgreement.mean],
    ]),
  )
  return csv([
    [...header, 'perturbation_variance_mean', 'perturbation_variance_variance', 'sign_agreement_mean'],
    ...rows,
  ])
}

/** made on (rows) against judged on, per method and budget: what fooled the judge of what it had right. */
export function transferCsv({ models, cells }: Comparison): string {
  const rows = cells.flatMap(({ model, method, as, budget, fooled: own, transfer }) =>
    [{ model, fooled: own }, ...transfer].map(({ model: judge, fooled }) => [
      ...[models[model]?.name ?? '', models[judge]?.name ?? '', comparedName({ method, as }), budget],
      ...[fooled.rate, fooled.lower, fooled.upper, fooled.count],
    ]),
  )
  return csv([
    ['made_on', 'judged_on', 'method', 'budget', 'fooled_rate', 'wilson_lower', 'wilson_upper', 'slices'],
    ...rows,
  ])
}
