import { join } from 'node:path'
import { writeJsonFile, writeTextFile } from '../../adapters/fs/json-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import { openAttackModel, type AttackRequest } from '../attack/attack-run.ts'
import { attackStudy } from '../attack/attack-study.ts'
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
import {
  cohortCsv,
  cohortRecord,
  type CohortRecord,
  type CohortRun,
  type DoneStudy,
  type FailedStudy,
} from './cohort-record.ts'
import type { CohortStudy } from './studies.ts'

/** An attack on each of many studies. */
export interface CohortRequest extends Omit<AttackRequest, 'study' | 'out'> {
  /** As `listStudies` lists them. */
  readonly studies: readonly CohortStudy[]
  /** Files and folders that the cohort may not be written into. */
  readonly sources: readonly string[]
  /** The cohort's folder. */
  readonly out: string
}

export interface CohortReport {
  readonly folder: string
  readonly record: CohortRecord
}

/**
 * Attacks one study after the other, each into an export of its own, and puts them into one record and table.
 * Stopped at any moment, the same request goes on where it was and comes to the same bytes. One study is open
 * at a time. A study that can't be used is listed, and doesn't stop the others.
 * @throws RadversaryError for whatever stops all of them: as `attackStudy`
 */
export async function attackCohort(request: CohortRequest, hooks: JobHooks = {}): Promise<CohortReport> {
  await checkCohortFolder(request.out, request.studies, request.sources)
  await attackStudies(request, hooks)
  const { record, missing } = await gatherCohort(request.out, request.studies)
  const [first] = missing
  if (first !== undefined)
    throw new RadversaryError('verification-failed', `Cohort: expected an export of ${first}, got none`, {
      file: studyFolder(request.out, { name: first }),
      tip: 'Something has taken it away: run the same command again.',
    })
  await writeCohort(request.out, record)
  return { folder: request.out, record }
}

/** Attacks the studies of a request that are not done. @throws as `attackCohort` */
export async function attackStudies(request: CohortRequest, hooks: JobHooks): Promise<void> {
  const { studies } = request
  const said = saidOnce(hooks)
  const opened = await openAttackModel(request, said)
  for (const [index, study] of studies.entries()) {
    throwIfCancelled(hooks.signal)
    await attackOne(study, request, opened, namingStudy(said, `${study.name}, ${index + 1} of ${studies.length}`)) // prettier-ignore
  }
}

async function attackOne(
  study: CohortStudy,
  { studies: _studies, sources: _sources, out, ...request }: CohortRequest,
  opened: OpenedModel,
  hooks: JobHooks,
): Promise<void> {
  try {
    await attackStudy({ ...request, study: [study.path], out: studyFolder(out, study) }, hooks, opened)
    await removeFailure(out, study)
  } catch (error) {
    if (!isInputFault(error)) throw error
    await writeFailure(out, study, isNameless(request.identity) ? namelessFault(error) : error)
  }
}

function isNameless(identity: CohortRequest['identity']): boolean {
  return identity !== undefined && identity.choice !== 'keep'
}

/** What a cohort without identities may say of a study that gave nothing: messages may hold a source's texts. */
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
    onProgress: (progress) => hooks.onProgress?.({ ...progress, note: [`study ${name}`, progress.note].filter(Boolean).join(', ') }), // prettier-ignore
  }
}

/** What a cohort has come to. */
export interface GatheredCohort {
  readonly record: CohortRecord
  /** Names of the studies that are yet to be done. */
  readonly missing: readonly string[]
}

/**
 * Puts together what the exports of a cohort's studies say, one open at a time. @throws RadversaryError
 * export-conflict for exports of different runs; io-failed, verification-failed
 */
export async function gatherCohort(out: string, studies: readonly CohortStudy[]): Promise<GatheredCohort> {
  const rows: (DoneStudy | FailedStudy)[] = []
  const missing: string[] = []
  let run: CohortRun | undefined
  for (const study of studies) {
    const outcome = await readOutcome(out, study)
    if (outcome === undefined) missing.push(study.name)
    else rows.push(outcome.row)
    run ??= outcome?.run
    if (outcome?.run && run) checkSame(outcome.run, run, studyFolder(out, study))
  }
  return { record: cohortRecord(run ?? null, rows), missing }
}

function checkSame(run: CohortRun, first: CohortRun, file: string): void {
  const keys = ['software', 'model', 'attack', 'identity', 'device', 'labels'] as const
  const other = keys.find((key) => JSON.stringify(run[key]) !== JSON.stringify(first[key]))
  if (other === undefined) return
  throw new RadversaryError(
    'export-conflict',
    `Cohort: expected exports of one run, got two that differ in ${other}`,
    { file, tip: 'Move the export away and run the same command again: it is made anew.' },
  )
}

/** Writes record and table; those of an earlier state are replaced. */
export async function writeCohort(out: string, record: CohortRecord): Promise<void> {
  await writeJsonFile(join(out, cohortFiles.record), record)
  await writeTextFile(join(out, cohortFiles.table), cohortCsv(record))
}
