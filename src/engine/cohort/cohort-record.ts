import { z } from 'zod'
import type { ErrorCode } from '../../core/errors.ts'
import { csv, type CsvCell } from '../../core/evaluate/csv.ts'
import type { Headline } from '../../core/evaluate/headline.ts'
import { wilsonInterval } from '../../core/evaluate/statistics.ts'
import { researchNotice, type AttackRecord } from '../export/record.ts'

const cohortSchema = 'radversary/cohort/1'

/** Why a study gave nothing: what `failures/NAME.json` holds. */
export const studyFailure = z.strictObject({
  schema: z.literal('radversary/cohort-failure/1'),
  code: z.custom<ErrorCode>((value) => typeof value === 'string'),
  message: z.string(),
  tip: z.string().nullable(),
})
export type StudyFailure = z.output<typeof studyFailure>

/** What a study's export says, less its images. */
export interface DoneStudy {
  readonly name: string
  readonly patient: string | null
  readonly exportId: string
  readonly images: number
  /** Inputs of it that could not be read or attacked. */
  readonly failures: number
  readonly summary: AttackRecord['summary']
}

/** A study that gave nothing. */
export interface FailedStudy {
  readonly name: string
  readonly patient: string | null
  readonly failure: Omit<StudyFailure, 'schema'>
}

/** What all exports of a cohort have in common. */
export type CohortRun = Pick<AttackRecord, 'software' | 'model' | 'attack' | 'identity' | 'device' | 'labels'>

/** Some studies taken together; slices count alike, whichever study they are of. */
export interface PooledStudies extends Headline {
  readonly studies: number
  readonly failed: number
  readonly images: number
}

/** cohort.json; docs/cohort.md explains every field. */
export interface CohortRecord {
  readonly schema: typeof cohortSchema
  readonly notice: string
  /** Null where no study gave anything. */
  readonly run: CohortRun | null
  readonly studies: readonly (DoneStudy | FailedStudy)[]
  /** By the patients that the list of studies names. */
  readonly patients: readonly (PooledStudies & { readonly patient: string })[]
  readonly summary: PooledStudies
}

/** Puts studies, in the order of their names, into one record. */
export function cohortRecord(
  run: CohortRun | null,
  studies: readonly (DoneStudy | FailedStudy)[],
): CohortRecord {
  const patients = [...new Set(studies.flatMap(({ patient }) => patient ?? []))].sort()
  return {
    schema: cohortSchema,
    notice: researchNotice,
    run,
    studies,
    patients: patients.map((patient) => ({
      patient,
      ...pooled(studies.filter((study) => study.patient === patient)),
    })),
    summary: pooled(studies),
  }
}

function pooled(studies: readonly (DoneStudy | FailedStudy)[]): PooledStudies {
  const done = studies.filter((study) => 'summary' in study)
  const sum = (numberOf: (study: DoneStudy) => number) =>
    done.reduce((total, study) => total + numberOf(study), 0)
  return {
    studies: studies.length,
    failed: studies.length - done.length,
    images: sum(({ images }) => images),
    slices: sum(({ summary }) => summary.slices),
    metBefore: sum(({ summary }) => summary.metBefore),
    fooled: wilsonInterval(
      sum(({ summary }) => summary.fooled.successes),
      sum(({ summary }) => summary.fooled.count),
    ),
  }
}

const header = [
  ...['level', 'study', 'patient', 'studies', 'studies_failed', 'images', 'slices', 'met_before'],
  ...['fooled', 'attacked', 'fooled_rate', 'rate_lower', 'rate_upper'],
  ...['confidence_before', 'confidence_after', 'window_linf', 'window_psnr_db', 'window_ssim'],
  ...['inputs_failed', 'error'],
]

/** Returns the table as CSV (RFC 4180): a row for each study, then for each patient, then for all. */
export function cohortCsv({ studies, patients, summary }: CohortRecord): string {
  const rows = studies.map((study) => [
    ...['study', study.name, study.patient],
    ...pooledCells(pooled([study])),
    ...studyCells(study),
  ])
  const ofPatients = patients.map((each) => ['patient', null, each.patient, ...pooledCells(each), ...noCells])
  return csv([header, ...rows, ...ofPatients, ['cohort', null, null, ...pooledCells(summary), ...noCells]])
}

function pooledCells({ studies, failed, images, slices, metBefore, fooled }: PooledStudies): CsvCell[] {
  const { successes, count, rate, lower, upper } = fooled
  const interval = rate === null ? [null, null] : [lower, upper]
  return [studies, failed, images, slices, metBefore, successes, count, rate, ...interval]
}

const noCells: readonly CsvCell[] = header.slice(13).map(() => null)

function studyCells(study: DoneStudy | FailedStudy): readonly CsvCell[] {
  if ('failure' in study) return [...noCells.slice(1), study.failure.code]
  const { meanConfidenceBefore, meanConfidenceAfter, window } = study.summary
  const distances = [window.meanLinf, window.meanPsnr, window.meanSsim]
  return [meanConfidenceBefore, meanConfidenceAfter, ...distances, study.failures, null]
}
