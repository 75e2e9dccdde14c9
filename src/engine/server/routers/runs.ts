import { z } from 'zod'
import { exportKinds, mediaFormats, pictureFormats } from '../../../core/spec/presets.ts'
import type { VerifyReport } from '../../verify/verify-export.ts'
import { identityRequest } from '../../deidentify/identity-request.ts'
import { exportRun, type RunExportReport } from '../runs/export-run.ts'
import { eventsOfRun } from '../runs/run-service.ts'
import { streamed, type JobEvent } from '../streamed.ts'
import { imageAt } from '../studies/study-store.ts'
import { procedure, router } from '../trpc.ts'
import { pageAttack } from './page-requests.ts'

export type ExportRunEvent = JobEvent | ({ readonly type: 'exported' } & RunExportReport)
export type VerifyRunEvent = JobEvent | ({ readonly type: 'verified' } & VerifyReport)

const run = z.strictObject({ run: z.string() })
export const runsRouter = router({
  start: procedure.input(pageAttack).mutation(async ({ input: { study, images, ...rest }, ctx }) => {
    const opened = await ctx.studies.find(study)
    const uids = images?.map((place) => imageAt(opened, place).sopInstanceUid)
    return { run: await ctx.runs.start({ ...rest, paths: opened.info.paths, images: uids }) }
  }),
  /** From the start of the attempt, whenever it is asked; the last event is `end` or `error`. */
  watch: procedure.input(run).query(({ input, ctx }) => eventsOfRun(input.run, ctx.runs)),
  /** Events of all runs that wait or are in work, in one stream that ends when nobody listens. */
  watchAll: procedure.query(({ ctx, signal }) => ctx.runs.queue.watchAll(signal)),
  cancel: procedure.input(run).mutation(({ input, ctx }) => {
    ctx.runs.queue.cancel(input.run)
  }),
  resume: procedure.input(run).mutation(({ input, ctx }) => ctx.runs.resume(input.run)),
  list: procedure.query(({ ctx }) => ctx.runs.list()),
  get: procedure.input(run).query(({ input, ctx }) => ctx.runs.get(input.run)),
  rename: procedure
    .input(run.extend({ name: z.string().min(1).max(200) }))
    .mutation(({ input, ctx }) => ctx.runs.rename(input.run, input.name)),
  delete: procedure.input(run).mutation(async ({ input, ctx }) => {
    await ctx.runs.remove(input.run)
    ctx.cache.forget(input.run)
  }),
  /** Writes the run's files to a folder of the user's. */
  export: procedure
    .input(
      run.extend({
        to: z.string().min(1),
        kinds: z
          .array(z.enum([...exportKinds, ...pictureFormats, ...mediaFormats]))
          .default([...exportKinds]),
        identity: identityRequest,
      }),
    )
    .mutation(async function* ({ input, ctx, signal }): AsyncGenerator<ExportRunEvent> {
      const report = yield* streamed(
        (hooks) =>
          exportRun(
            input,
            { folders: ctx.runs.folders, compute: ctx.threads.compute, home: ctx.home },
            hooks,
          ),
        signal,
      )
      yield { type: 'exported', ...report }
    }),
  /** Reads the run's files again, decodes and predicts them, and compares. */
  verify: procedure.input(run).mutation(async function* ({
    input,
    ctx,
    signal,
  }): AsyncGenerator<VerifyRunEvent> {
    const { model, device } = await ctx.runs.folders.request(input.run)
    const request = {
      folder: ctx.runs.folders.exportFolder(input.run),
      model: await ctx.models.pathOf(model),
      home: ctx.home,
      device: device.name,
      threads: device.threads,
    }
    const report = yield* streamed((hooks) => ctx.threads.compute.run('verify', request, hooks), signal)
    yield { type: 'verified', ...report }
  }),
})
