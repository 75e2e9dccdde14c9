import { z } from 'zod'
import { exportKinds } from '../../export/export-kinds.ts'
import type { VerifyReport } from '../../verify/verify-export.ts'
import { exportRun, type RunExportReport } from '../runs/export-run.ts'
import type { RunRegion } from '../runs/run-folders.ts'
import { watchRun } from '../runs/watch-run.ts'
import { streamed, type JobEvent } from '../streamed.ts'
import { imageAt } from '../studies/study-store.ts'
import { procedure, router } from '../trpc.ts'
import { modelName, studyId } from './addresses.ts'

export type ExportRunEvent = JobEvent | ({ readonly type: 'exported' } & RunExportReport)
export type VerifyRunEvent = JobEvent | ({ readonly type: 'verified' } & VerifyReport)

const run = z.strictObject({ run: z.string() })
const side = z.int().min(1).max(65_535)

/** Pixels that may change: a byte each, [rows, columns], base64. */
const region = z
  .strictObject({ rows: side, columns: side, mask: z.base64() })
  .transform(({ mask, ...extents }): RunRegion => ({
    ...extents,
    mask: Uint8Array.from(Buffer.from(mask, 'base64')),
  }))
  .refine(({ rows, columns, mask }) => mask.length === rows * columns, 'expected a byte for each pixel')

const start = z.strictObject({
  study: studyId,
  /** Places in the study; all by default. */
  images: z.array(z.int().min(0)).min(1).optional(),
  model: modelName,
  /** A labels file. Without one, the model's own predictions are the labels. */
  labels: z.string().min(1).optional(),
  method: z.string(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** A class's name or index. */
  target: z.string().optional(),
  /**
   * Criterion and loss of a segmentation, as on the command line: `dice<0.5`; `dice`, `cross-
   * entropy=0.5,dice=0.5`.
   */
  criterion: z.string().optional(),
  loss: z.string().optional(),
  region: region.optional(),
  seed: z.int().default(0),
  earlyStop: z.boolean().default(false),
  /** Fewer than the command line's: the first images come sooner, and less is lost when the engine dies. */
  batch: z.int().min(1).max(256).default(4),
  exports: z.array(z.enum(exportKinds)).default([...exportKinds]),
  name: z.string().min(1).max(200).optional(),
  /** Whether the user has confirmed that the card is applied to images that it does not suit. */
  forceIntensity: z.boolean().default(false),
})

export const runsRouter = router({
  start: procedure.input(start).mutation(async ({ input: { study, images, region: mask, ...rest }, ctx }) => {
    const opened = await ctx.studies.find(study)
    const uids = images?.map((place) => imageAt(opened, place).sopInstanceUid)
    return { run: await ctx.runs.start({ ...rest, paths: opened.info.paths, images: uids, region: mask }) }
  }),
  /** From the start of the attempt, whenever it is asked; the last event is `end` or `error`. */
  watch: procedure.input(run).query(({ input, ctx }) => watchRun(input.run, ctx.runs)),
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
  /** Copies the run's files to a folder of the user's. */
  export: procedure
    .input(
      run.extend({ to: z.string().min(1), kinds: z.array(z.enum(exportKinds)).default([...exportKinds]) }),
    )
    .mutation(async function* ({ input, ctx, signal }): AsyncGenerator<ExportRunEvent> {
      const report = yield* streamed((hooks) => exportRun(input, ctx.runs.folders, hooks), signal)
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
