import { join } from 'node:path'
import type { CommandSubject } from '../../../core/spec/command-line.ts'
import type { DeviceRequest } from '../../device.ts'
import type { DeviceChooser } from '../device-chooser.ts'
import type { EngineThread, EngineThreads } from '../engine-threads.ts'
import type { KeptRequest } from '../kept-request.ts'
import type { ModelRegistry } from '../models/model-registry.ts'
import { regionName } from '../region.ts'
import type { DeviceTurn } from './device-turn.ts'

/** What comparisons and evaluations are made with. */
export interface JobParts {
  readonly home: string
  readonly models: ModelRegistry
  readonly device: DeviceChooser
  readonly threads: EngineThreads
  readonly turn: DeviceTurn
}

interface WantedJob {
  readonly models: readonly string[]
  readonly region?: unknown
}

/** What a request says beside its spec, now. @throws RadversaryError usage for a model that there isn't. */
export async function keptNow({ models, region }: WantedJob, parts: Pick<JobParts, 'models' | 'device'>) {
  for (const model of models) await parts.models.show(model)
  const { name, threads } = await parts.device.chosen()
  return { created: new Date().toISOString(), region: region && regionName, device: { name, threads } }
}

/** A request on disk that names models. */
type KeptJobRequest = KeptRequest & {
  readonly schema: string
  readonly models: readonly string[]
  readonly region?: string | undefined
}

type Asked<Request> = Omit<Request, 'schema' | 'name' | 'created' | 'paths' | 'device'>

/** What the work itself is asked: files in the place of names. */
export async function jobOf<Request extends KeptJobRequest>(
  request: Request,
  folder: string,
  { home, models: registry }: Pick<JobParts, 'home' | 'models'>,
): Promise<Asked<Request> & DeviceRequest & { study: readonly string[]; home: string; out: string }> {
  const { schema, name, created, paths, device, ...spec } = request
  return {
    ...spec,
    home,
    models: await Promise.all(request.models.map((each) => registry.pathOf(each))),
    study: paths,
    region: regionIn(request, folder),
    device: device.name,
    threads: device.threads,
    out: join(folder, 'result'),
  }
}

/** Where the region of a request lies, which names it relative to its folder. */
export function regionIn({ region }: { readonly region?: string | undefined }, folder: string) {
  return region && join(folder, region)
}

/** What a request's command is made on. */
export function subjectOf(
  { paths, device }: KeptRequest,
  { models, out }: Pick<CommandSubject, 'models' | 'out'>,
): CommandSubject {
  return { study: paths, models, device: device.name, threads: device.threads, out }
}

/** Works on a thread of its own, so that nothing else waits for it, and it can be ended at any moment. */
export async function onOwnThread(
  threads: EngineThreads,
  work: (thread: EngineThread) => Promise<unknown>,
): Promise<void> {
  const thread = threads.another()
  try {
    await work(thread)
  } finally {
    await thread.close()
  }
}
