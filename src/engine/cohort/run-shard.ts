import { join } from 'node:path'
import { z } from 'zod'
import { fileExists } from '../../adapters/fs/atomic-write.ts'
import { madeAnew, readJsonFile, writeJsonFile } from '../../adapters/fs/json-file.ts'
import { manifestName, verifyManifest } from '../../adapters/fs/manifest.ts'
import { RadversaryError } from '../../core/errors.ts'
import { throwIfCancelled, type JobHooks } from '../progress.ts'
import { doStudies, gatherCohort, writeCohort, type CohortReport } from './run-cohort.ts'
import { checkCohortFolder, studyFolder } from './cohort-folder.ts'
import { hashOfFile } from './input-hash.ts'
import { checkPlanned, planFiles, readPlan, requestOfPlan, type CohortPlan } from './plan.ts'

/** What a shard leaves once it is done: shards/K.json of the plan. */
const receiptSchema = z.strictObject({
  schema: z.literal('radversary/cohort-shard/1'),
  /** SHA-256 of plan.json. */
  plan: z.string(),
  shard: z.int().nonnegative(),
  /** With the SHA-256 of each export's manifest; null of a study that failed. */
  studies: z.array(z.strictObject({ name: z.string(), manifest: z.string().nullable() })),
})
type Receipt = z.output<typeof receiptSchema>

export interface ShardRequest {
  /** The plan's folder. */
  readonly folder: string
  /** Counts from 0. */
  readonly shard: number
  readonly home: string
}

/**
 * Does the studies of one shard of a plan. It may be ended and started again at any moment, on any
 * machine: what is done is kept, and the bytes are the same.
 * @throws RadversaryError usage for a shard that there is not; verification-failed where anything has changed
 * since it was planned; as `runCohort`
 */
export async function runShard({ folder, shard, home }: ShardRequest, hooks: JobHooks): Promise<Receipt> {
  const { plan, sha256 } = await readPlan(folder)
  const names = plan.shards[shard]?.studies
  if (names === undefined)
    throw new RadversaryError('usage', `Shard: expected 0 to ${plan.shards.length - 1}, got ${shard}`)
  const request = requestOfPlan(plan, { folder, names, home })
  await checkPlanned(plan, request, hooks)
  await doStudies(request, hooks)
  const studies = await Promise.all(
    names.map(async (name) => ({ name, manifest: await manifestHash(request.out, name) })),
  )
  const receipt: Receipt = { schema: 'radversary/cohort-shard/1', plan: sha256, shard, studies }
  await writeJsonFile(receiptFile(folder, shard), receipt)
  return receipt
}

function receiptFile(folder: string, shard: number): string {
  return join(folder, planFiles.shards, `${shard}.json`)
}

async function manifestHash(cohort: string, name: string): Promise<string | null> {
  const file = join(studyFolder(cohort, { name }), manifestName)
  return (await fileExists(file)) ? hashOfFile(file) : null
}

/**
 * Verifies what all shards of a plan have left, file by file, and writes the cohort's record and table: the
 * bytes that one machine writes.
 * @throws RadversaryError verification-failed that names which shards are missing, or which file of an export
 * has changed; io-failed
 */
export async function mergeCohort(folder: string, hooks: JobHooks): Promise<CohortReport> {
  const { plan, sha256 } = await readPlan(folder)
  const out = join(folder, planFiles.cohort)
  await checkCohortFolder(out, plan.studies, [])
  const receipts = await receiptsOf(folder, plan, sha256)
  const studies = receipts.flatMap((receipt) => receipt.studies)
  for (const [index, study] of studies.entries()) {
    throwIfCancelled(hooks.signal)
    await verifyStudy(out, study)
    hooks.onProgress?.({ done: index + 1, total: studies.length, phase: 'verifying', note: study.name })
  }
  const { record, missing } = await gatherCohort(plan.job.name, out, plan.studies)
  if (missing.length > 0) throw incomplete(`studies ${named(missing)}`)
  await writeCohort(out, record)
  return { folder: out, record }
}

/** All shards' receipts. @throws RadversaryError verification-failed that names those that are missing */
async function receiptsOf(folder: string, { shards }: CohortPlan, plan: string): Promise<Receipt[]> {
  const receipts: Receipt[] = []
  const missing: number[] = []
  for (const shard of shards.keys()) {
    const receipt = await readJsonFile(receiptFile(folder, shard), receiptSchema, madeAnew)
    if (receipt?.plan === plan) receipts.push(receipt)
    else missing.push(shard)
  }
  if (missing.length > 0) throw incomplete(`shards ${named(missing.map(String))}`)
  return receipts
}

async function verifyStudy(out: string, { name, manifest }: Receipt['studies'][number]): Promise<void> {
  if (manifest === null) return
  const folder = studyFolder(out, { name })
  if ((await manifestHash(out, name)) !== manifest) throw incomplete(`the export of study ${name}`)
  const { missing, changed, unlisted } = await verifyManifest(folder)
  const [first] = [...missing, ...changed, ...unlisted]
  if (first === undefined) return
  throw new RadversaryError(
    'verification-failed',
    `Study ${name}: expected the files of its manifest, got ${missing.length} missing, ${changed.length} changed, ${unlisted.length} others; the first: ${first}`,
    { file: folder, tip: 'Remove the study’s export and run its shard again.' },
  )
}

const mostNamed = 20

function named(names: readonly string[]): string {
  const rest = names.length - mostNamed
  return `${names.slice(0, mostNamed).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

function incomplete(what: string): RadversaryError {
  return new RadversaryError('verification-failed', `Merge: expected every shard done, got none of ${what}`, {
    tip: 'Run the shard that has it again (`radversary cohort run PLAN --shard K`): it goes on where it was.',
  })
}
