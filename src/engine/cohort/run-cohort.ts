import { join } from 'node:path'
import { writeJsonFile, writeTextFile } from '../../adapters/fs/json-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { OpenedModel } from '../models/open-model.ts'
import { throwIfCancelled, type JobHooks } from '../progress.ts'
import { isInputFault } from '../study/failures.ts'
import {
  checkCohortFolder,
  cohortFiles,
  readOutcome,
  removeFailure,
  studyFolder,
  writeFailure,
} from './cohort-folder.ts'
import { cohortRecord, type CohortRecord, type DoneStudy, type FailedStudy } from './cohort-record.ts'
import type { CohortJob, CohortRequest } from './cohort-request.ts'
import { cohortCsv } from './cohort-table.ts'
import type { StudyResult } from './study-result.ts'
import { type StudyWork, workOf } from './study-work.ts'
import type { CohortStudy } from './studies.ts'

export interface CohortReport {
  readonly folder: string
  readonly record: CohortRecord
}

/**
 * Does a job on one study after the other, each into a folder of its own, and puts them into one record and
 * table. Stopped at any moment, the same request goes on where it was and comes to the same bytes. One study
 * is open at a time. A study that can't be used is listed, and doesn't stop the others.
 * @throws RadversaryError for whatever stops all of them: as `attackStudy`, `compareStudy`, `evaluateStudy`
 */
export async function runCohort(request: CohortRequest, hooks: JobHooks = {}): Promise<CohortReport> {
  await checkCohortFolder(request.out, request.studies, request.sources)
  await doStudies(request, hooks)
  const { record, missing } = await gatherCohort(request.job, request.out, request.studies)
  const [first] = missing
  if (first !== undefined)
    throw new RadversaryError('verification-failed', `Cohort: expected what came of ${first}, got nothing`, {
      file: studyFolder(request.out, { name: first }),
      tip: 'Something has taken it away: run the same command again.',
    })
  await writeCohort(request.out, record)
  return { folder: request.out, record }
}

/** Does the studies of a request that are not done. @throws as `runCohort` */
export async function doStudies(request: CohortRequest, hooks: JobHooks): Promise<void> {
  const { studies } = request
  const said = saidOnce(hooks)
  const work = workOf(request)
  const opened = await work.openModels(said)
  for (const [index, study] of studies.entries()) {
    throwIfCancelled(hooks.signal)
    const naming = namingStudy(said, `${study.name}, ${index + 1} of ${studies.length}`)
    await doOne(study, { request, work, opened }, naming)
  }
}

interface Work {
  readonly request: CohortRequest
  readonly work: StudyWork
  readonly opened: readonly OpenedModel[]
}

async function doOne(study: CohortStudy, { request, work, opened }: Work, hooks: JobHooks): Promise<void> {
  const { out } = request
  try {
    await work.doStudy({ study: [study.path], out: studyFolder(out, study) }, opened, hooks)
    await removeFailure(out, study)
  } catch (error) {
    if (!isInputFault(error)) throw error
    await writeFailure(out, study, isNameless(request) ? namelessFault(error) : error)
  }
}

function isNameless(request: CohortRequest): boolean {
  if (request.job !== 'attack') return false
  const { identity } = request
  return identity !== undefined && identity.choice !== 'keep'
}

/**
 * What a cohort without identities may say of a study that gave nothing: messages may hold a source's texts.
 */
function namelessFault({ code }: RadversaryError): RadversaryError {
  return new RadversaryError(code, 'Study: expected one that can be attacked, got another', {
    tip: 'Attack it alone with --identity keep to see why.',
  })
}

/** Notices that are the same of many studies are said once. */
function saidOnce(hooks: JobHooks): JobHooks {
  const said = new Set<string>()
  return {
    ...hooks,
    onNotice: (sentence) => {
      if (said.has(sentence)) return
      said.add(sentence)
      hooks.onNotice?.(sentence)
    },
  }
}

function namingStudy(hooks: JobHooks, name: string): JobHooks {
  return {
    ...hooks,
    onProgress: (progress) =>
      hooks.onProgress?.({ ...progress, note: [`study ${name}`, progress.note].filter(Boolean).join(', ') }),
  }
}

/** What a cohort has come to. */
export interface GatheredCohort {
  readonly record: CohortRecord
  /** Names of the studies that are yet to be done. */
  readonly missing: readonly string[]
}

/**
 * Puts together what the records of a cohort's studies say, one open at a time. @throws RadversaryError
 * export-conflict for those of different runs; io-failed, verification-failed
 */
export async function gatherCohort(
  job: CohortJob,
  out: string,
  studies: readonly CohortStudy[],
): Promise<GatheredCohort> {
  const rows: (DoneStudy | FailedStudy)[] = []
  const missing: string[] = []
  let common: Common | undefined
  for (const study of studies) {
    const outcome = await readOutcome(job, out, study)
    if (outcome === undefined) missing.push(study.name)
    else rows.push(outcome.row)
    common ??= outcome?.common
    if (outcome?.common && common) checkSame(outcome.common, common, studyFolder(out, study))
  }
  const { run, cells } = common ?? { run: null, cells: [] }
  return { record: cohortRecord({ job, run, cells }, rows), missing }
}

type Common = Pick<StudyResult, 'run' | 'cells'>

function checkSame(one: Common, first: Common, file: string): void {
  const [a, b] = [one, first].map(({ run, cells }) => new Map(Object.entries({ ...run, cells })))
  const keys = [...new Set([...(a?.keys() ?? []), ...(b?.keys() ?? [])])]
  const other = keys.find((key) => JSON.stringify(a?.get(key)) !== JSON.stringify(b?.get(key)))
  if (other === undefined) return
  throw new RadversaryError(
    'export-conflict',
    `Cohort: expected studies of one run, got two that differ in ${other}`,
    { file, tip: 'Move that folder away and run the same command again: it is made anew.' },
  )
}

/** Writes record and table; those of an earlier state are replaced. */
export async function writeCohort(out: string, record: CohortRecord): Promise<void> {
  await writeJsonFile(join(out, cohortFiles.record), record)
  await writeTextFile(join(out, cohortFiles.table), cohortCsv(record))
}
