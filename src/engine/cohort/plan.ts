import { join, resolve } from 'node:path'
import { z } from 'zod'
import { fileExists } from '../../adapters/fs/atomic-write.ts'
import { physicalCores } from '../../adapters/ort/hardware.ts'
import { type JsonFault, readJson, writeTextFile } from '../../adapters/fs/json-file.ts'
import { entry } from '../../core/entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import { attackSpec } from '../../core/spec/attack-spec.ts'
import { comparisonSpec, evaluationSpec } from '../../core/spec/comparison-spec.ts'
import { type IdentityRequest, identityRequest } from '../deidentify/identity-request.ts'
import { keyFileIn } from '../deidentify/secret-key.ts'
import { cardFilePaths } from '../models/card-files.ts'
import type { OpenedModel } from '../models/open-model.ts'
import { modelRuntimes } from '../models/tfjs-model-file.ts'
import { throwIfCancelled, type JobHooks } from '../progress.ts'
import { version } from '../version.ts'
import type { AttackCohort, CohortRequest, CohortSubject } from './cohort-request.ts'
import { hashOfFile, hashOfInput, hashOfText, type InputHash } from './input-hash.ts'
import { checkCount, shardsOf } from './shards.ts'
import { workOf } from './study-work.ts'

/** Names of what a plan's folder holds, beside what a scheduler takes. */
export const planFiles = { plan: 'plan.json', cohort: 'cohort', shards: 'shards' } as const

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const input = z.strictObject({
  path: z.string(),
  files: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  sha256,
})

/** What every study is asked, its seed included; files by absolute paths. */
const job = z.discriminatedUnion('name', [
  z.strictObject({
    name: z.literal('attack'),
    asked: attackSpec,
    strictExports: z.boolean(),
    /** Absent where identities stay as the sources have them. */
    identity: identityRequest.optional(),
  }),
  z.strictObject({ name: z.literal('compare'), asked: comparisonSpec.omit({ models: true }) }),
  z.strictObject({ name: z.literal('evaluate'), asked: evaluationSpec.omit({ models: true }) }),
])

/** Paths are absolute: every machine has the same files in the same places. */
const plannedModel = z.strictObject({
  path: z.string(),
  /** SHA-256 of the model's file and its weights, as in records. */
  sha256,
  cardPath: z.string().optional(),
  /** SHA-256 of the card as it is applied, what was read off the model included. */
  card: sha256,
  runtime: z.enum(modelRuntimes).optional(),
})

/** 2: of jobs beside attacks too. */
const planSchemaName = 'radversary/cohort-plan/2'

const planSchema = z.strictObject({
  schema: z.literal(planSchemaName),
  software: z.strictObject({ name: z.literal('Radversary'), version: z.string() }),
  job,
  models: z.array(plannedModel).min(1),
  device: z.strictObject({ name: z.string(), threads: z.int().positive() }),
  /** Labels, wanted masks, region, and what cards name beside them. */
  inputs: z.array(input),
  studies: z.array(input.extend({ name: z.string(), patient: z.string().nullable() })).min(1),
  /** Names of the studies of each shard, counting from 0. */
  shards: z.array(z.strictObject({ studies: z.array(z.string()).min(1) })).min(1),
})

/** A cohort parted into shards, with the hash of everything that decides its bytes. */
export type CohortPlan = z.output<typeof planSchema>

/** What is planned: a cohort's request, on the device that every machine has. */
export type PlanRequest = CohortRequest & { readonly shards: number }

/**
 * Plans a cohort: hashes everything once, and parts the studies. @param request.out the plan's folder, new or
 * empty
 * @throws RadversaryError usage, export-conflict; as `openModel`; io-failed
 */
export async function planCohort(request: PlanRequest, hooks: JobHooks): Promise<CohortPlan> {
  if (request.device === 'auto') throw autoDevice()
  checkCount(request.shards, request.studies)
  if (await fileExists(join(request.out, planFiles.plan))) throw planned(request.out)
  const opened = await workOf(request).openModels(hooks)
  const studies: CohortPlan['studies'] = []
  for (const study of request.studies) {
    throwIfCancelled(hooks.signal)
    studies.push({ ...study, ...(await hashOfInput(study.path)) })
    const [done, total] = [studies.length, request.studies.length]
    hooks.onProgress?.({ done, total, phase: 'hashing studies', note: study.name })
  }
  const job = jobOf(request)
  return {
    schema: planSchemaName,
    software: { name: 'Radversary', version },
    job,
    models: opened.map((model) => plannedOf(model, request)),
    device: { name: request.device, threads: request.threads ?? physicalCores() },
    inputs: await Promise.all([...inputsOf(job, opened), ...identityFiles(job)].map(hashOfInput)),
    studies,
    shards: shardsOf(studies, request.shards).map((names) => ({ studies: names })),
  }
}

type PlannedJob = CohortPlan['job']

function jobOf(request: CohortRequest): PlannedJob {
  if (request.job !== 'attack') return job.parse({ name: request.job, asked: askedOf(request) })
  const { strictExports = false } = request
  const identity = identityIn(request)
  return job.parse({ name: 'attack', asked: askedOf(request), strictExports, ...(identity && { identity }) })
}

const shapes = {
  attack: attackSpec.shape,
  compare: comparisonSpec.omit({ models: true }).shape,
  evaluate: evaluationSpec.omit({ models: true }).shape,
} as const

/** The job's own fields, files by absolute paths. */
function askedOf(request: CohortRequest): Record<string, unknown> {
  const given = Object.entries(request).filter(
    ([field, value]) => field in shapes[request.job] && value !== undefined,
  )
  const files = fileFields.flatMap((field) => {
    const path = request[field]
    return path === undefined ? [] : [[field, resolve(path)] as const]
  })
  return Object.fromEntries([...given, ...files])
}

function plannedOf(
  { path, sha256, card }: OpenedModel,
  request: CohortRequest,
): CohortPlan['models'][number] {
  return {
    path: resolve(path),
    sha256,
    card: hashOfText(JSON.stringify(card)),
    ...(request.job === 'attack' && request.card !== undefined && { cardPath: resolve(request.card) }),
    ...(request.job === 'attack' && request.runtime && { runtime: request.runtime }),
  }
}

/** The same key on all machines, each of which has a workspace of its own. */
function identityIn({ identity, home }: AttackCohort): IdentityRequest | undefined {
  if (identity === undefined || identity.choice === 'keep') return identity
  const { key, pseudonyms } = identity
  return {
    ...identity,
    key: resolve(key ?? keyFileIn(home)),
    ...(pseudonyms !== undefined && { pseudonyms: resolve(pseudonyms) }),
  }
}

function identityFiles(planned: PlannedJob): string[] {
  if (planned.name !== 'attack') return []
  return [planned.identity?.key, planned.identity?.pseudonyms].filter((path) => path !== undefined)
}

const fileFields = ['labels', 'targetMasks', 'region'] as const

/** Files and folders that every study takes, each once. */
function inputsOf({ asked }: PlannedJob, models: readonly OpenedModel[]): string[] {
  const given = fileFields.flatMap((field) => asked[field] ?? [])
  return [...new Set([...given, ...models.flatMap(({ card, folder }) => cardFilePaths(card, folder))])]
}

/** A file of the plan's folder. */
export interface PlanFile {
  readonly path: string
  readonly text: string
}

/**
 * Writes plan.json and what a scheduler takes, which may hold the plan's SHA-256; returns all paths. Nothing
 * is written where the scheduler's files can't be made.
 */
export async function writePlan(
  folder: string,
  plan: CohortPlan,
  filesOf: (planSha256: string) => readonly PlanFile[],
): Promise<string[]> {
  const text = `${JSON.stringify(plan, null, 2)}\n`
  const files = [{ path: planFiles.plan, text }, ...filesOf(hashOfText(text))]
  for (const file of files) await writeTextFile(join(folder, file.path), file.text)
  return files.map(({ path }) => join(folder, path))
}

/** A plan is made anew in a moment, and is not taken over from another version. */
const ofAnotherVersion: JsonFault = {
  code: 'verification-failed',
  tip: 'Restore the file, or, where another version of Radversary has planned it, plan the cohort anew to another folder.',
}

/** @throws RadversaryError verification-failed for a damaged plan; io-failed */
export async function readPlan(folder: string): Promise<{ plan: CohortPlan; sha256: string }> {
  const file = join(folder, planFiles.plan)
  return { plan: await readJson(file, planSchema, ofAnotherVersion), sha256: await hashOfFile(file) }
}

/** The request of some of a plan's studies. @param home where this machine keeps what is its own */
export function requestOfPlan(
  plan: CohortPlan,
  {
    folder,
    names,
    home,
  }: { readonly folder: string; readonly names: readonly string[]; readonly home: string },
): CohortRequest {
  const own = new Set(names)
  return jobOfPlan(plan, {
    home,
    device: plan.device.name,
    threads: plan.device.threads,
    studies: plan.studies.filter(({ name }) => own.has(name)),
    sources: [],
    out: join(folder, planFiles.cohort),
  })
}

function jobOfPlan({ job: planned, models }: CohortPlan, subject: CohortSubject): CohortRequest {
  const paths = models.map(({ path }) => path)
  switch (planned.name) {
    case 'attack': {
      const { path: model, cardPath: card, runtime } = entry(models, 0)
      const { asked, strictExports, identity } = planned
      return { job: 'attack', ...subject, ...asked, model, card, runtime, strictExports, identity }
    }
    case 'compare':
      return { job: 'compare', ...subject, ...planned.asked, models: paths }
    case 'evaluate':
      return { job: 'evaluate', ...subject, ...planned.asked, models: paths }
  }
}

/**
 * Checks that everything a shard takes is as it was planned, before anything is computed. @throws
 * RadversaryError verification-failed that names what has changed; io-failed
 */
export async function checkPlanned(plan: CohortPlan, request: CohortRequest, hooks: JobHooks): Promise<void> {
  if (plan.software.version !== version)
    throw changed(`Radversary ${plan.software.version}, got ${version}`, 'Run the version that planned.')
  const opened = await workOf(request).openModels(hooks)
  for (const [index, model] of plan.models.entries()) checkModel(model, entry(opened, index))
  const own = new Set(request.studies.map(({ name }) => name))
  const inputs: readonly InputHash[] = [...plan.inputs, ...plan.studies.filter(({ name }) => own.has(name))]
  for (const [index, planned] of inputs.entries()) {
    throwIfCancelled(hooks.signal)
    const found = await hashOfInput(planned.path)
    if (found.sha256 !== planned.sha256)
      throw changed(`${planned.files} files as they were, got ${found.files} others`, undefined, planned.path)
    hooks.onProgress?.({ done: index + 1, total: inputs.length, phase: 'checking hashes', note: '' })
  }
}

function checkModel(planned: CohortPlan['models'][number], opened: OpenedModel): void {
  const { path } = opened
  if (opened.sha256 !== planned.sha256) throw changed('the model as it was, got another', undefined, path)
  if (hashOfText(JSON.stringify(opened.card)) !== planned.card)
    throw changed('the card as it was, got another', undefined, planned.cardPath ?? path)
}

function changed(what: string, tip?: string, file?: string): RadversaryError {
  return new RadversaryError('verification-failed', `Plan: expected ${what}`, {
    file,
    tip: tip ?? 'Put back what was planned, or plan again into another folder.',
  })
}

function planned(file: string): RadversaryError {
  return new RadversaryError('export-conflict', 'Plan: expected a folder without a plan, got one', {
    file,
    tip: 'Choose another folder: shards may be at work on that plan.',
  })
}

function autoDevice(): RadversaryError {
  return new RadversaryError('usage', 'Plan: expected a device that every machine has, got auto', {
    tip: 'Give --device: bytes depend on it.',
  })
}
