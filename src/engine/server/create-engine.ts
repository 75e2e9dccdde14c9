import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { keepWorkspacePrivate, sweepTemporaryFolder } from '../../adapters/fs/private-folders.ts'
import { privateMask } from '../../shared/private-files.ts'
import { requestBounds } from '../../shared/request-bounds.ts'
import { sweepImports } from '../import/sweep-imports.ts'
import type { StartHost } from '../threads/thread-messages.ts'
import { cacheBytes } from './cache-bytes.ts'
import { createComparisonService } from './comparisons/comparison-service.ts'
import type { EngineContext } from './context.ts'
import { createDeviceChooser } from './device-chooser.ts'
import { engineError, statusOf } from './engine-error.ts'
import { createEngineThreads } from './engine-threads.ts'
import { createEvaluationService } from './evaluations/evaluation-service.ts'
import { createFrameCache } from './frames/frame-cache.ts'
import { frameRoute } from './frames/frame-routes.ts'
import { createRunFrames, createStudyFrames } from './frames/run-frames.ts'
import { createDeviceTurn } from './jobs/device-turn.ts'
import { openLog } from './log.ts'
import { createGradients } from './models/gradients.ts'
import { createModelRegistry } from './models/model-registry.ts'
import { createModelViews } from './models/model-views.ts'
import { createRequestGate } from './request-gate.ts'
import { resourcesIn } from './resources.ts'
import { engineRouter } from './router.ts'
import { createRunService } from './runs/run-service.ts'
import { sessionIn } from './session-file.ts'
import { settingsIn } from './settings-file.ts'
import { recentStudiesIn } from './studies/recent-studies.ts'
import { createStudyStore } from './studies/study-store.ts'

export interface EngineOptions {
  /** The user's folder: models, runs, settings, logs. Nothing else is written to. */
  readonly home: string
  /** The application's own files: the sample. */
  readonly resources: string
  /** The bound of decoded frames in memory, instead of the settings'. */
  readonly cacheBytes?: number | undefined
  /** How processes of tasks are started; as children of this one by default. */
  readonly startProcess?: StartHost | undefined
}

/**
 * The whole application behind one function of the web: a request in, a response out. It knows of no window,
 * socket or token.
 */
export interface Engine {
  /** `/api/*` is tRPC, `/frames/*` and `/runs/*` are pixels; anything else is not found. Never throws. */
  handle(request: Request): Promise<Response>
  close(): Promise<void>
}

/** @throws RadversaryError io-failed when the user's settings can't be read. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const context = await createContext(options)
  const gate = createRequestGate((request) => handle(request, context))
  context.log.write('engine started')
  return {
    handle: async (request) => unstored(await gate(request)),
    close: async () => {
      await Promise.all([
        context.runs.queue.close(),
        context.comparisons.close(),
        context.evaluations.close(),
      ])
      await context.threads.close()
      context.log.write('engine closed')
      await context.log.flush()
    },
  }
}

async function createContext(options: EngineOptions): Promise<EngineContext> {
  const { home } = options
  const tightened = await keepWorkspacePrivate(home, privateMask(process.env))
  await sweepTemporaryFolder(home)
  const swept = await sweepImports(home)
  const settings = settingsIn(home)
  const recent = recentStudiesIn(home)
  const threads = createEngineThreads(options.startProcess)
  const studies = createStudyStore(recent, { home, thread: threads.compute })
  const cache = createFrameCache(options.cacheBytes ?? cacheBytes(await settings.read()), threads.decompress)
  const frames = createStudyFrames(studies, cache)
  const resources = resourcesIn(options.resources)
  const models = createModelRegistry(home, resources, threads.compute)
  const device = createDeviceChooser(settings, threads.compute)
  const log = openLog(home)
  if (tightened !== undefined) log.write('workspace made private')
  if (swept > 0) log.write(`${swept} imported studies removed that nothing names`)
  const runs = createRunService({ home, models, device, log, threads })
  const parts = { home, models, device, threads, turn: createDeviceTurn() }
  const views = createModelViews(studies, frames, threads.decompress)
  return {
    home,
    resources,
    log,
    settings,
    session: sessionIn(home),
    recent,
    studies,
    threads,
    cache,
    frames,
    models,
    device,
    runs,
    views,
    comparisons: createComparisonService(parts),
    evaluations: createEvaluationService(parts),
    gradients: createGradients({ home, models, studies, views, device, thread: threads.compute }),
    runFrames: createRunFrames({ folders: runs.folders, studies, studyFrames: frames, cache }),
  }
}

/**
 * A browser writes what it caches to disk, and this is of patients. It may also be of other files tomorrow;
 * the page has a cache of its own.
 */
function unstored(response: Response): Response {
  response.headers.set('cache-control', 'no-store')
  return response
}

async function handle(request: Request, context: EngineContext): Promise<Response> {
  const url = new URL(request.url)
  if (url.pathname.startsWith('/api/')) return callProcedure(request, context)
  try {
    return (await frameRoute(request, context)) ?? notFound()
  } catch (thrown) {
    const error = engineError(thrown)
    if (error.code !== 'cancelled') context.log.error('frame failed', error)
    return Response.json({ error }, { status: statusOf(error) })
  }
}

function callProcedure(request: Request, context: EngineContext): Promise<Response> {
  return fetchRequestHandler({
    endpoint: '/api',
    req: request,
    router: engineRouter,
    createContext: () => context,
    allowMethodOverride: true,
    maxBatchSize: requestBounds.callsInBatch,
    onError: ({ error, path }) => {
      context.log.error(`${path === undefined || path === '' ? 'stream' : path} failed`, engineError(error))
    },
  })
}

function notFound(): Response {
  const error = {
    code: 'usage',
    message: 'Engine: expected a path of its own, got another',
    tip: null,
    file: null,
  } as const
  return Response.json({ error }, { status: 404 })
}
