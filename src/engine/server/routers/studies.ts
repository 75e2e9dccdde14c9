import { z } from 'zod'
import type { EngineContext } from '../context.ts'
import { streamed, type JobEvent } from '../streamed.ts'
import { imageDetails } from '../studies/image-details.ts'
import { seriesGeometry } from '../studies/series-geometry.ts'
import { imageAt } from '../studies/study-store.ts'
import type { StudyInfo } from '../studies/study-info.ts'
import { tagRows } from '../studies/tag-rows.ts'
import { procedure, router } from '../trpc.ts'
import { frameAddress, imageAddress, paths, studyId } from './page-requests.ts'

export type OpenStudyEvent = JobEvent | { readonly type: 'study'; readonly study: StudyInfo }

export const studiesRouter = router({
  /** Scans and, at the end, yields the study; it stays open until `close`. */
  open: procedure.input(z.strictObject({ paths })).mutation(async function* ({
    input,
    ctx,
    signal,
  }): AsyncGenerator<OpenStudyEvent> {
    const { info } = yield* streamed((hooks) => ctx.studies.open(input.paths, hooks), signal)
    // Where the study was open already, files may have come and gone: a place in it can be another image's
    // now.
    forget(ctx, info.id)
    yield { type: 'study', study: info }
  }),
  close: procedure.input(z.strictObject({ study: studyId })).mutation(({ input, ctx }) => {
    ctx.studies.close(input.study)
    forget(ctx, input.study)
  }),
  /** Latest first. */
  recent: procedure.query(({ ctx }) => ctx.recent.list()),
  /** The sample study's paths. */
  sample: procedure.query(({ ctx }) => [ctx.resources.sampleStudy]),
  /** What a viewport needs of a frame besides its pixels. */
  image: procedure.input(frameAddress).query(async ({ input, ctx }) => {
    const opened = await ctx.studies.find(input.study)
    return imageDetails(imageAt(opened, input.image), await ctx.frames.frame(input))
  }),
  /** Where a series' slices lie in the patient, and the grid that they make. */
  geometry: procedure
    .input(z.strictObject({ study: studyId, series: z.int().min(0) }))
    .query(async ({ input: { study, series }, ctx }) => {
      const opened = await ctx.studies.find(study)
      return seriesGeometry(opened.study, series, (image) => ctx.frames.instance({ study, image }))
    }),
  /** All elements of an instance, for the tag browser. */
  tags: procedure
    .input(imageAddress)
    .query(async ({ input, ctx }) => tagRows(await ctx.frames.instance(input))),
})

function forget({ cache, views }: EngineContext, study: string): void {
  cache.forget(study)
  views.forget(study)
}
