import { csv, type CsvCell } from '../../core/evaluate/csv.ts'
import {
  pooled,
  type CohortRecord,
  type DoneStudy,
  type FailedStudy,
  type PooledStudies,
} from './cohort-record.ts'
import type { StudyCell } from './study-result.ts'

/** What only a study has; empty where several are taken together. */
const ofStudies = [
  ...['confidence_before', 'confidence_after', 'window_linf', 'window_psnr_db', 'window_ssim'],
  ...['inputs_failed', 'error'],
]

const header = [
  ...['level', 'study', 'patient', 'studies', 'studies_failed', 'images'],
  ...['model', 'method', 'budget', 'slices', 'met_before', 'fooled', 'attacked', 'fooled_rate'],
  ...['rate_lower', 'rate_upper', 'by_patient_lower', 'by_patient_upper'],
  ...ofStudies,
]

/**
 * Returns the table as CSV (RFC 4180): for each cell a row of each study, then of each patient, then of all.
 * A study that failed has one row.
 */
export function cohortCsv(record: CohortRecord): string {
  const { studies, patients, summary } = record
  return csv([
    header,
    ...studies.flatMap((study) => studyRows(study, record)),
    ...patients.flatMap((each) => pooledRows(['patient', null, each.patient], each, record)),
    ...pooledRows(['cohort', null, null], summary, record),
  ])
}

function studyRows(study: DoneStudy | FailedStudy, record: CohortRecord): CsvCell[][] {
  const start = ['study', study.name, study.patient]
  if ('failure' in study) return [padded([...start, 1, 1, 0], [study.failure.code])]
  const rows = pooledRows(start, pooled([study], record.cells.length), record)
  return rows.map((row, cell) => [
    ...row.slice(0, -ofStudies.length),
    ...measured(study.results[cell]),
    study.failures,
    null,
  ])
}

function measured(result: StudyCell | undefined): CsvCell[] {
  if (result === undefined) return [null, null, null, null, null]
  const { meanConfidenceBefore, meanConfidenceAfter, meanLinf, meanPsnr, meanSsim } = result
  return [meanConfidenceBefore, meanConfidenceAfter, meanLinf, meanPsnr, meanSsim]
}

/** A row for each cell; one without any where there is none. */
function pooledRows(start: CsvCell[], of: PooledStudies, { cells }: CohortRecord): CsvCell[][] {
  const counts = [of.studies, of.failed, of.images]
  if (cells.length === 0) return [padded([...start, ...counts], [])]
  return cells.map(({ model, method, budget }, cell) =>
    padded([...start, ...counts, model, method, budget, ...headlineCells(of.results[cell])], []),
  )
}

function headlineCells(result: PooledStudies['results'][number] | undefined): CsvCell[] {
  if (result === undefined) return []
  const { slices, metBefore, fooled, byPatient } = result
  const { successes, count, rate, lower, upper } = fooled
  const interval = rate === null ? [null, null] : [lower, upper]
  const patients = byPatient === null ? [null, null] : [byPatient.lower, byPatient.upper]
  return [slices, metBefore, successes, count, rate, ...interval, ...patients]
}

/** As many fields as the header has. */
function padded(start: readonly CsvCell[], end: readonly CsvCell[]): CsvCell[] {
  const between = header.length - start.length - end.length
  return [...start, ...Array.from({ length: between }, () => null), ...end]
}
