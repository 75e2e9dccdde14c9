import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { errorCode, ioError } from '../../../adapters/fs/io-error.ts'
import { readJsonFile } from '../../../adapters/fs/json-file.ts'
import { RadversaryError } from '../../../core/errors.ts'
import { comparisonSpec, type ComparisonSpec } from '../../../core/spec/comparison-spec.ts'
import type { EngineError } from '../../../shared/engine-error.ts'
import type { CompareRequest } from '../../compare/compare-run.ts'
import type { Comparison } from '../../compare/comparison.ts'
import { planCells } from '../../compare/plan-cells.ts'
import type { JobHooks } from '../../progress.ts'
import { datedId, isDatedId } from '../ids.ts'
import type { DeviceChooser } from '../device-chooser.ts'
import { engineError } from '../engine-error.ts'
import type { EngineThreads } from '../engine-threads.ts'
import { firstVersion, keepRequest, keptFields } from '../kept-request.ts'
import type { ModelRegistry } from '../models/model-registry.ts'
import { type DrawnRegion, regionName } from '../region.ts'
import { titleOf } from '../studies/study-info.ts'
import { readComparison } from './read-comparison.ts'

const schema = 'radversary/comparison-request/2'

const present = comparisonSpec.extend({ schema: z.literal(schema).default(schema), ...keptFields })

/**
 * Everything that a comparison needs to go on, as request.json in its folder; docs/workspace.md explains
 * every field. A region is named relative to the folder.
 */
export const comparisonRequest = z.union([
  present,
  firstVersion('radversary/comparison-request/1', schema, present),
])

type ComparisonRequest = Readonly<z.output<typeof present>>

/** A comparison as a page asks for it: its images named, its region drawn. */
export interface NewComparison extends Omit<ComparisonSpec, 'region'> {
  readonly paths: readonly string[]
  readonly region?: DrawnRegion | undefined
}

export interface ComparisonInfo {
  readonly id: string
  readonly request: ComparisonRequest
  readonly isDone: boolean
  /** Whether this engine has it in work. */
  readonly isInWork: boolean
}

export interface ComparisonList {
  /** Latest first. */
  readonly comparisons: readonly ComparisonInfo[]
  /** Those whose folders are damaged. */
  readonly broken: readonly { readonly id: string; readonly error: EngineError }[]
}

/** The comparisons of a home, a folder each: request.json, and in result/ what `compareStudy` leaves. */
export interface ComparisonService {
  /**
   * Checks and writes the request down. @throws RadversaryError usage for a method, setting, budget or model
   * that there isn't.
   */
  create(wanted: NewComparison): Promise<string>
  /**
   * Works until it is done or cancelled; what was done before stays done. @throws RadversaryError usage where
   * one is in work already.
   */
  work(id: string, hooks: JobHooks): Promise<Comparison>
  list(): Promise<ComparisonList>
  /** Reads a comparison that is done. @throws RadversaryError usage otherwise. */
  get(id: string): Promise<Comparison>
  /** @throws RadversaryError usage for one that is in work. */
  remove(id: string): Promise<void>
  /** Ends the one in work; it can go on later. */
  close(): Promise<void>
}

interface ServiceParts {
  readonly home: string
  readonly models: ModelRegistry
  readonly device: DeviceChooser
  readonly threads: EngineThreads
}

export function createComparisonService({ home, models, device, threads }: ServiceParts): ComparisonService {
  const all = join(home, 'comparisons')
  let inWork: string | undefined
  let working: Promise<void> | undefined
  const closing = new AbortController()
  const folderOf = (id: string) => (isDatedId(id) ? join(all, id) : noSuchComparison(id))
  const resultOf = (id: string) => join(folderOf(id), 'result')
  const request = async (id: string) =>
    (await readJsonFile(join(folderOf(id), 'request.json'), comparisonRequest)) ?? noSuchComparison(id)
  const info = async (id: string): Promise<ComparisonInfo> => ({
    id,
    request: await request(id),
    isInWork: inWork === id,
    isDone: (await readComparison(resultOf(id))) !== undefined,
  })
  return {
    create: async (wanted) => {
      planCells(wanted.models.length, wanted.methods, wanted.budgets)
      for (const model of wanted.models) await models.show(model)
      const { name, threads } = await device.chosen()
      const written = requestOf(wanted, { name, threads })
      const id = datedId(new Date(written.created))
      await keepRequest(folderOf(id), written, wanted.region)
      return id
    },
    work: async (id, hooks) => {
      if (inWork !== undefined) throw inWorkAlready(inWork)
      inWork = id
      try {
        const job = await jobOf(await request(id), { home, models, folder: folderOf(id) })
        working = compared(threads, job, { ...hooks, signal: eitherOf(hooks.signal, closing.signal) })
        await working
      } finally {
        inWork = undefined
      }
      return (await readComparison(resultOf(id))) ?? noSuchComparison(id)
    },
    list: async () => listed(await idsIn(all), info),
    get: async (id) => (await readComparison(resultOf(id))) ?? noSuchComparison(id),
    remove: async (id) => {
      if (inWork === id) throw inWorkAlready(id)
      await removeFolder(folderOf(id))
    },
    close: async () => {
      closing.abort()
      await working?.catch(() => undefined)
    },
  }
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch((cause: unknown) => {
    throw ioError('Remove comparison', folder, cause)
  })
}

function requestOf(asked: NewComparison, device: ComparisonRequest['device']): ComparisonRequest {
  return comparisonRequest.parse({
    ...asked,
    name: `${namesOf(asked.methods)}, ${titleOf(asked.paths)}`,
    created: new Date().toISOString(),
    region: asked.region && regionName,
    device,
  })
}

/** e.g. "smia, pgd and 5 more". */
function namesOf(methods: ComparisonSpec['methods']): string {
  const names = methods.map(({ name }) => name)
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}

async function jobOf(
  { schema, name, created, paths, models: names, region, device, ...spec }: ComparisonRequest,
  {
    home,
    models,
    folder,
  }: { readonly home: string; readonly models: ModelRegistry; readonly folder: string },
): Promise<CompareRequest> {
  return {
    ...spec,
    home,
    models: await Promise.all(names.map((each) => models.pathOf(each))),
    study: paths,
    region: region && join(folder, region),
    device: device.name,
    threads: device.threads,
    out: join(folder, 'result'),
  }
}

/** Its own, so that nothing else waits for it, and it can be ended at any moment. */
async function compared(threads: EngineThreads, request: CompareRequest, hooks: JobHooks): Promise<void> {
  const thread = threads.another()
  try {
    await thread.run('compare', request, hooks)
  } finally {
    await thread.close()
  }
}

function eitherOf(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  return one === undefined ? other : AbortSignal.any([one, other])
}

async function listed(
  ids: readonly string[],
  info: (id: string) => Promise<ComparisonInfo>,
): Promise<ComparisonList> {
  const comparisons: ComparisonInfo[] = []
  const broken: { id: string; error: EngineError }[] = []
  for (const id of [...ids].reverse())
    await info(id).then(
      (found) => comparisons.push(found),
      (thrown: unknown) => broken.push({ id, error: engineError(thrown) }),
    )
  return { comparisons, broken }
}

async function idsIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(isDatedId).sort()
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return []
    throw ioError('List folder', folder, cause)
  }
}

function noSuchComparison(id: string): never {
  throw new RadversaryError('usage', `Comparison: expected one that there is, got ${JSON.stringify(id)}`)
}

function inWorkAlready(id: string): RadversaryError {
  return new RadversaryError('usage', `Comparison: expected none in work, got ${id}`, {
    tip: 'One comparison is worked on at a time, since each takes the whole device: wait for it, or cancel it.',
  })
}
