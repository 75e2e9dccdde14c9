import { readdir, rmdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileExists } from '../../adapters/fs/atomic-write.ts'
import { refuseSources } from '../../adapters/fs/export-folder.ts'
import { errorCode, ioError } from '../../adapters/fs/io-error.ts'
import { madeAnew, readJsonFile, writeJsonFile } from '../../adapters/fs/json-file.ts'
import { filesBelow, manifestName, markerName } from '../../adapters/fs/manifest.ts'
import { RadversaryError } from '../../core/errors.ts'
import { studyFailure, type DoneStudy, type FailedStudy, type StudyFailure } from './cohort-record.ts'
import type { CohortJob } from './cohort-request.ts'
import { readResult, type StudyResult } from './study-result.ts'
import type { CohortStudy } from './studies.ts'

/** Names of what a cohort's folder holds. */
export const cohortFiles = {
  record: 'cohort.json',
  table: 'cohort.csv',
  studies: 'studies',
  failures: 'failures',
} as const

/** What comes of one study. */
export function studyFolder(cohort: string, { name }: Pick<CohortStudy, 'name'>): string {
  return join(cohort, cohortFiles.studies, name)
}

function failureFile(cohort: string, { name }: Pick<CohortStudy, 'name'>): string {
  return join(cohort, cohortFiles.failures, `${name}.json`)
}

/**
 * Checks that a folder may be, or is, that of a cohort of these studies and of nothing else. @throws
 * RadversaryError export-conflict that names what is in the way; io-failed
 */
export async function checkCohortFolder(
  cohort: string,
  studies: readonly CohortStudy[],
  sources: readonly string[],
): Promise<void> {
  await refuseSources(resolve(cohort), sources)
  await refuseOthers(cohort, Object.values(cohortFiles))
  const names = studies.map(({ name }) => name)
  await refuseOthers(join(cohort, cohortFiles.studies), names)
  await refuseOthers(
    join(cohort, cohortFiles.failures),
    names.map((name) => `${name}.json`),
  )
}

async function refuseOthers(folder: string, known: readonly string[]): Promise<void> {
  const own = new Set(known)
  const entries = await readdir(folder).catch((cause: unknown) => {
    if (errorCode(cause) === 'ENOENT') return []
    throw ioError('list folder', folder, cause)
  })
  const other = entries.find((name) => !own.has(name) && !name.startsWith('.'))
  if (other === undefined) return
  throw new RadversaryError('export-conflict', `Cohort: expected its own studies only, got ${other}`, {
    file: join(folder, other),
    tip: 'Nothing is overwritten: choose another folder, or move what is there.',
  })
}

/** Lists a study as failed; what an attack without any image has left goes. */
export async function writeFailure(
  cohort: string,
  study: CohortStudy,
  { code, message, tip }: RadversaryError,
): Promise<void> {
  await removeUnused(studyFolder(cohort, study))
  const failure: StudyFailure = { schema: 'radversary/cohort-failure/1', code, message, tip: tip ?? null }
  await writeJsonFile(failureFile(cohort, study), failure)
}

/** Takes a study off those that failed: another attempt has succeeded. */
export async function removeFailure(cohort: string, study: CohortStudy): Promise<void> {
  await rm(failureFile(cohort, study), { force: true })
  await rmdir(join(cohort, cohortFiles.failures)).catch(() => undefined)
}

async function removeUnused(folder: string): Promise<void> {
  const files = (await fileExists(folder)) ? await filesBelow(folder) : undefined
  if (files?.every((file) => file === markerName) === true) await rm(folder, { recursive: true })
}

/** What has become of a study so far. */
export interface StudyOutcome {
  readonly row: DoneStudy | FailedStudy
  /** Undefined of one that failed. */
  readonly common: Pick<StudyResult, 'run' | 'cells'> | undefined
}

/**
 * Reads what a study has come to; undefined where it is yet to be done, or to be gone on with. @throws
 * RadversaryError io-failed, verification-failed
 */
export async function readOutcome(
  job: CohortJob,
  cohort: string,
  study: CohortStudy,
): Promise<StudyOutcome | undefined> {
  const { name, patient } = study
  const folder = studyFolder(cohort, study)
  if (await fileExists(join(folder, manifestName))) {
    const { run, cells, ...result } = await readResult(job, folder)
    return { row: { name, patient, ...result }, common: { run, cells } }
  }
  const failed = await readJsonFile(failureFile(cohort, study), studyFailure, madeAnew)
  if (failed === undefined) return undefined
  const { code, message, tip } = failed
  return { row: { name, patient, failure: { code, message, tip } }, common: undefined }
}
