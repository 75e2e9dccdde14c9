import type { RunEnd, RunEvent } from './run-events.ts'
import { runInfo, type RunInfo } from './run-info.ts'
import { join } from 'node:path'
import { RadversaryError } from '../../../core/errors.ts'
import { relativeText } from '../../../core/image/budget.ts'
import type { AttackSpec } from '../../../core/spec/attack-spec.ts'
import type { AttackRequest } from '../../attack/attack-run.ts'
import { configureMethod } from '../../attack/method-settings.ts'
import type { AttackRecord } from '../../export/record.ts'
import type { EngineError } from '../../../shared/engine-error.ts'
import type { DeviceChooser } from '../device-chooser.ts'
import { engineError } from '../engine-error.ts'
import type { EngineLog } from '../log.ts'
import type { EngineThreads } from '../engine-threads.ts'
import type { ModelRegistry } from '../models/model-registry.ts'
import { regionName, type DrawnRegion } from '../region.ts'
import { titleOf } from '../studies/study-info.ts'
import { runFoldersIn, type FinishedImage, type RunFolders } from './run-folders.ts'
import { createRunQueue, type RunQueue } from './run-queue.ts'
import { runRequest, type RunRequest } from './run-request.ts'

/** A run as a page asks for it: its images named, its region drawn. */
export interface NewRun extends Omit<AttackSpec, 'region'> {
  readonly paths: readonly string[]
  readonly model: string
  readonly region?: DrawnRegion | undefined
  readonly name?: string | undefined
}

export interface RunDetails {
  readonly info: RunInfo
  /** Null until the run is done. */
  readonly record: AttackRecord | null
  /** With their iterations, as far as the run has come. */
  readonly images: readonly FinishedImage[]
}

export interface RunList {
  /** Latest first. */
  readonly runs: readonly RunInfo[]
  /** Those whose folders are damaged. */
  readonly broken: readonly { readonly id: string; readonly error: EngineError }[]
}

/** Keeps and starts the runs of a home: on disk, waiting and in work. */
export interface RunService {
  readonly folders: RunFolders
  readonly queue: RunQueue
  /**
   * Checks, writes the run down and lets it wait its turn. @throws RadversaryError usage for a method,
   * setting or model there isn't.
   */
  start(run: NewRun): Promise<string>
  /** Goes on where the run was stopped. @throws RadversaryError usage for a run that is in work or done. */
  resume(run: string): Promise<void>
  list(): Promise<RunList>
  get(run: string): Promise<RunDetails>
  rename(run: string, name: string): Promise<void>
  /** @throws RadversaryError usage for a run that is in work. */
  remove(run: string): Promise<void>
}

interface ServiceParts {
  readonly home: string
  readonly models: ModelRegistry
  readonly device: DeviceChooser
  readonly log: EngineLog
  readonly threads: EngineThreads
}

export function createRunService(parts: ServiceParts): RunService {
  const { home, models, device, log, threads } = parts
  const folders = runFoldersIn(home)
  const queue = createRunQueue({
    folders,
    log,
    threads,
    dataOf: async (run) => threadData(run, await folders.request(run), { folders, home, models }),
  })
  const info = (run: string) => runInfo(run, folders, queue)
  return {
    folders,
    queue,
    start: async (given) => {
      const title = titleOfRun(given)
      await models.show(given.model)
      const { name, threads } = await device.chosen()
      const run = await folders.create(requestOf(given, title, { name, threads }), given.region)
      queue.add(run)
      return run
    },
    resume: async (run) => {
      const { state } = await info(run)
      if (state !== 'cancelled' && state !== 'failed' && state !== 'interrupted')
        throw notNow(run, 'one that was stopped', state)
      queue.add(run)
    },
    list: async () => listRuns(await folders.list(), info),
    get: async (run) => {
      const about = await info(run)
      return {
        info: about,
        record: about.state === 'done' ? await folders.record(run) : null,
        images: await folders.images(run),
      }
    },
    rename: async (run, name) => folders.setRequest(run, { ...(await folders.request(run)), name }),
    remove: async (run) => {
      const { state } = await info(run)
      if (['queued', 'running', 'cancelling', 'elsewhere'].includes(state))
        throw notNow(run, 'one that is at rest', state)
      await folders.remove(run)
    },
  }
}

/**
 * What a run is called unless its user names it: method, budget, model, goal, region and study. @throws
 * RadversaryError usage for a method or setting there isn't.
 */
function titleOfRun({ method, settings, model, target, targetMasks, region, paths }: NewRun): string {
  const { entry, settings: taken } = configureMethod(method, settings)
  const { epsilon = null } = taken
  const budget = typeof epsilon === 'number' ? relativeText(epsilon) : epsilon
  const parts = [
    budget === null ? entry.title : `${entry.title} ${String(budget)}`,
    model,
    ...(target === undefined ? [] : [`towards ${target}`]),
    ...(targetMasks === undefined ? [] : ['towards masks']),
    ...(region === undefined ? [] : ['in a region']),
    titleOf(paths),
  ]
  return parts.join(', ').slice(0, longestName)
}

const longestName = 200

function requestOf(given: NewRun, title: string, device: RunRequest['device']): RunRequest {
  return runRequest.parse({
    ...given,
    name: given.name ?? title,
    created: new Date().toISOString(),
    region: given.region && regionName,
    device,
  })
}

async function threadData(
  run: string,
  request: RunRequest,
  { folders, home, models }: Pick<ServiceParts, 'home' | 'models'> & { readonly folders: RunFolders },
): Promise<AttackRequest> {
  const { schema, name, created, paths, model, region, device, ...spec } = request
  return {
    ...spec,
    home,
    study: paths,
    model: await models.pathOf(model),
    region: region && join(folders.folder(run), region),
    device: device.name,
    threads: device.threads,
    out: folders.exportFolder(run),
  }
}

type FoundRun = { readonly run: RunInfo } | { readonly broken: RunList['broken'][number] }

/** Runs whose files are open at once, at most. */
const readTogether = 32

function foundRun(id: string, info: (run: string) => Promise<RunInfo>): Promise<FoundRun> {
  return info(id).then(
    (run) => ({ run }),
    (thrown: unknown) => ({ broken: { id, error: engineError(thrown) } }),
  )
}

async function listRuns(ids: readonly string[], info: (run: string) => Promise<RunInfo>): Promise<RunList> {
  const found: FoundRun[] = []
  const latestFirst = [...ids].reverse()
  for (let at = 0; at < latestFirst.length; at += readTogether)
    found.push(
      ...(await Promise.all(latestFirst.slice(at, at + readTogether).map((id) => foundRun(id, info)))),
    )
  return {
    runs: found.flatMap((each) => ('run' in each ? [each.run] : [])),
    broken: found.flatMap((each) => ('broken' in each ? [each.broken] : [])),
  }
}

function notNow(run: string, expected: string, state: string): RadversaryError {
  return new RadversaryError('usage', `Run ${run}: expected ${expected}, got one that is ${state}`)
}

/**
 * Events of a run, those past and those to come, to its end; of a run at rest, what is on disk. @throws
 * RadversaryError usage.
 */
export async function* eventsOfRun(
  run: string,
  { folders, queue }: RunService,
): AsyncGenerator<RunEvent, void> {
  const attempt = queue.find(run)
  if (attempt !== undefined) return yield* attempt.events.watch()
  const info = await runInfo(run, folders, queue)
  for (const image of await folders.images(run)) yield { type: 'image', ...image }
  yield endOf(info)
}

function endOf({ state, error }: RunInfo): RunEnd {
  if (error !== null) return { type: 'error', error }
  return { type: 'end', state: state === 'done' || state === 'cancelled' ? state : 'interrupted' }
}
