import { z } from 'zod'
import { budgetToRelative, parseBudget, relativeInUnits } from '../../core/image/budget.ts'
import { methodsHelp } from '../attack/method-settings.ts'
import { departuresOf } from '../departures/departure-log.ts'
import { version } from '../version.ts'
import { cacheBytes } from './cache-bytes.ts'
import { licencesOf } from './resources.ts'
import { listFolder } from './list-folder.ts'
import { logFolderIn } from './log.ts'
import { modelsRouter } from './routers/models.ts'
import { comparisonsRouter, evaluationsRouter } from './routers/jobs.ts'
import { frameAddress, modelName } from './routers/page-requests.ts'
import { runsRouter } from './routers/runs.ts'
import { studiesRouter } from './routers/studies.ts'
import { sessionSchema } from './session-file.ts'
import { settingsChange } from './settings-file.ts'
import { procedure, router } from './trpc.ts'

/** Versions, places and licences for the about box. */
const about = procedure.query(async ({ ctx }) => ({
  version,
  home: ctx.home,
  logFolder: logFolderIn(ctx.home),
  licences: await licencesOf(ctx.resources.folder),
}))

const attacksRouter = router({
  /** Every method with its settings, for forms. */
  methods: procedure.query(() => methodsHelp()),
  /** A size of change, as text with a unit, in every unit; depends on the frame's intensity range. */
  budget: procedure
    .input(frameAddress.extend({ model: modelName, text: z.string() }))
    .query(async ({ input: { model, text, ...address }, ctx }) => {
      const { scale } = await ctx.views.frame(address, await ctx.models.show(model))
      return relativeInUnits(budgetToRelative(parseBudget(text), scale), scale)
    }),
})

const deviceRouter = router({
  /**
   * The device in use and what became of the others. The first call checks them all and takes a second or
   * two.
   */
  list: procedure.query(({ ctx }) => ctx.device.chosen()),
  /**
   * What the engine holds at this moment, in bytes: all of its own process, and of that the decoded frames.
   * What runs models has processes of its own.
   */
  memory: procedure.query(({ ctx }) => ({ resident: process.memoryUsage.rss(), frames: ctx.cache.bytes })),
})

const filesRouter = router({
  /**
   * A folder's contents, for the open dialog of a page that has no native one; the user's own folder by
   * default.
   */
  list: procedure
    .input(z.strictObject({ path: z.string().min(1).optional() }))
    .query(({ input }) => listFolder(input.path)),
})

const settingsRouter = router({
  get: procedure.query(({ ctx }) => ctx.settings.read()),
  set: procedure.input(settingsChange).mutation(async ({ input, ctx }) => {
    const settings = await ctx.settings.change(input)
    ctx.cache.resize(cacheBytes(settings))
    return settings
  }),
})

const sessionRouter = router({
  /** What the page showed when it was left; null where nothing has been kept. */
  get: procedure.query(async ({ ctx }) => (await ctx.session.read()) ?? null),
  keep: procedure.input(sessionSchema).mutation(({ input, ctx }) => ctx.session.keep(input)),
})

/** Everything that can be asked of the engine, but for pixels (see `frames`). */
export const engineRouter = router({
  about,
  /** What has left the workspace. */
  departures: procedure.query(({ ctx }) => departuresOf(ctx.home)),
  attacks: attacksRouter,
  comparisons: comparisonsRouter,
  device: deviceRouter,
  evaluations: evaluationsRouter,
  files: filesRouter,
  models: modelsRouter,
  runs: runsRouter,
  session: sessionRouter,
  settings: settingsRouter,
  studies: studiesRouter,
})

/** For clients: the renderer imports this type and nothing else of the engine. */
export type EngineRouter = typeof engineRouter
