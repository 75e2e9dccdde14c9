import { z } from 'zod'
import type { ErrorCode } from '../../core/errors.ts'
import type { Headline } from '../../core/evaluate/headline.ts'
import { wilsonInterval, type Interval, bootstrapOf } from '../../core/evaluate/statistics.ts'
import { researchNotice } from '../export/record.ts'
import type { CohortJob } from './cohort-request.ts'
import type { CohortCell, CohortRun, StudyCell, StudyResult } from './study-result.ts'

/** 2: of jobs beside attacks too, by cell. */
const cohortSchema = 'radversary/cohort/2'

/** Why a study gave nothing: what `failures/NAME.json` holds. */
export const studyFailure = z.strictObject({
  schema: z.literal('radversary/cohort-failure/1'),
  code: z.custom<ErrorCode>((value) => typeof value === 'string'),
  message: z.string(),
  tip: z.string().nullable(),
})
export type StudyFailure = z.output<typeof studyFailure>

/** What the record of a study says, less its images and what all studies have in common. */
export interface DoneStudy extends Pick<StudyResult, 'exportId' | 'images' | 'failures' | 'summary'> {
  readonly name: string
  readonly patient: string | null
  /** In the order of the cohort's cells. */
  readonly results: readonly StudyCell[]
}

/** A study that gave nothing. */
export interface FailedStudy {
  readonly name: string
  readonly patient: string | null
  readonly failure: Omit<StudyFailure, 'schema'>
}

/** What a cell has come to on some studies; slices count alike, whichever study they are of. */
export interface PooledCell extends Headline {
  /** Bootstrap's interval over patients, 95 %; null where a patient is not named, or there is only one. */
  readonly byPatient: Interval | null
}

/** Some studies taken together. */
export interface PooledStudies {
  readonly studies: number
  readonly failed: number
  readonly images: number
  /** In the order of the cohort's cells. */
  readonly results: readonly PooledCell[]
}

/** cohort.json; docs/cohort.md explains every field. */
export interface CohortRecord {
  readonly schema: typeof cohortSchema
  readonly notice: string
  readonly job: CohortJob
  /** Null where no study gave anything. */
  readonly run: CohortRun | null
  readonly cells: readonly CohortCell[]
  readonly studies: readonly (DoneStudy | FailedStudy)[]
  /** By the patients that the list of studies names. */
  readonly patients: readonly (PooledStudies & { readonly patient: string })[]
  readonly summary: PooledStudies
}

/** Puts studies, in the order of their names, into one record. */
export function cohortRecord(
  common: Pick<CohortRecord, 'job' | 'run' | 'cells'>,
  studies: readonly (DoneStudy | FailedStudy)[],
): CohortRecord {
  const { length } = common.cells
  const patients = studiesByPatient(studies)
  return {
    schema: cohortSchema,
    notice: researchNotice,
    ...common,
    studies,
    patients: patients.map(([patient, ofPatient]) => ({ patient, ...pooled(ofPatient, length) })),
    summary: pooled(studies, length),
  }
}

function studiesByPatient<Study extends Pick<DoneStudy, 'patient'>>(studies: readonly Study[]) {
  const patients = new Map<string, Study[]>()
  for (const study of studies) {
    if (study.patient === null) continue
    const known = patients.get(study.patient)
    if (known === undefined) patients.set(study.patient, [study])
    else known.push(study)
  }
  return [...patients].sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Takes studies together. @param cells how many results each has */
export function pooled(studies: readonly (DoneStudy | FailedStudy)[], cells: number): PooledStudies {
  const done = studies.filter((study) => 'results' in study)
  return {
    studies: studies.length,
    failed: studies.length - done.length,
    images: done.reduce((total, { images }) => total + images, 0),
    results: Array.from({ length: cells }, (_, cell) => pooledCell(done, cell)),
  }
}

function pooledCell(studies: readonly DoneStudy[], cell: number): PooledCell {
  const found = studies.flatMap(({ patient, results }) => {
    const result = results[cell]
    return result === undefined ? [] : [{ patient, ...result }]
  })
  const sum = (numberOf: (result: StudyCell) => number) =>
    found.reduce((total, result) => total + numberOf(result), 0)
  return {
    slices: sum(({ slices }) => slices),
    metBefore: sum(({ metBefore }) => metBefore),
    fooled: wilsonInterval(
      sum(({ fooled }) => fooled.successes),
      sum(({ fooled }) => fooled.count),
    ),
    byPatient: rateByPatient(found),
  }
}

/** What a cell has come to on a study of a patient. */
interface OfPatient extends Pick<Headline, 'fooled'> {
  readonly patient: string | null
}

/**
 * The interval of a rate of slices whose patients are drawn whole (`bootstrapOf`). Null where a patient is
 * not named, and of a single one, who can't say how patients differ. Where all resamples are alike, Wilson's
 * of the same rate in as many slices as there are patients, as in evaluations.
 */
export function rateByPatient(studies: readonly OfPatient[]): Interval | null {
  const counts = countsOf(studies)
  if (counts === undefined || counts.length < 2) return null
  const rateOf = (drawn: Iterable<number>) => {
    let [successes, count] = [0, 0]
    for (const at of drawn) {
      const patient = counts[at]
      if (patient === undefined) continue
      successes += patient.successes
      count += patient.count
    }
    return count === 0 ? null : successes / count
  }
  const rate = rateOf(counts.keys())
  return bootstrapOf(counts.length, rateOf) ?? (rate === null ? null : ofAsMany(counts.length, rate))
}

function ofAsMany(patients: number, rate: number): Interval {
  const { lower, upper } = wilsonInterval(rate * patients, patients)
  return { lower, upper }
}

interface Count {
  successes: number
  count: number
}

/** Counts for each patient of whom anything was right before; undefined where one is not named. */
function countsOf(studies: readonly OfPatient[]): Count[] | undefined {
  const counts = new Map<string, Count>()
  for (const { patient, fooled } of studies) {
    if (patient === null) return undefined
    if (fooled.count === 0) continue
    const known = counts.get(patient)
    counts.set(patient, {
      successes: fooled.successes + (known === undefined ? 0 : known.successes),
      count: fooled.count + (known === undefined ? 0 : known.count),
    })
  }
  return [...counts.values()]
}
