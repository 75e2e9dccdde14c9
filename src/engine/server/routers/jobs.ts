import { z } from 'zod'
import type { EngineContext } from '../context.ts'
import type { KeptJobs } from '../jobs/kept-jobs.ts'
import { imageAt } from '../studies/study-store.ts'
import { procedure, router } from '../trpc.ts'
import { pageComparison, pageEvaluation } from './page-requests.ts'

const id = z.strictObject({ id: z.string() })

/** Where a page's images lie in a study, as the work is asked for them. */
async function namedIn(
  { study, images }: { readonly study: string; readonly images?: readonly number[] | undefined },
  { studies }: EngineContext,
) {
  const opened = await studies.find(study)
  const uids = images?.map((place) => imageAt(opened, place).sopInstanceUid)
  return { paths: opened.info.paths, images: uids }
}

/** What can be asked of kept jobs of any kind: they go on in the engine, whether a page is there or not. */
function kept<Wanted, Request, Result>(
  jobsOf: (context: EngineContext) => KeptJobs<Wanted, Request, Result>,
) {
  return {
    /** Begins in the background, or goes on where it was stopped. */
    begin: procedure.input(id).mutation(({ input, ctx }) => jobsOf(ctx).begin(input.id)),
    cancel: procedure.input(id).mutation(({ input, ctx }) => {
      jobsOf(ctx).cancel(input.id)
    }),
    list: procedure.query(({ ctx }) => jobsOf(ctx).list()),
    get: procedure.input(id).query(({ input, ctx }) => jobsOf(ctx).get(input.id)),
    delete: procedure.input(id).mutation(({ input, ctx }) => jobsOf(ctx).remove(input.id)),
  }
}

export const comparisonsRouter = router({
  create: procedure.input(pageComparison).mutation(async ({ input, ctx }) => {
    const { study, ...asked } = input
    return { id: await ctx.comparisons.create({ ...asked, ...(await namedIn(input, ctx)) }) }
  }),
  ...kept(({ comparisons }) => comparisons),
})

export const evaluationsRouter = router({
  create: procedure.input(pageEvaluation).mutation(async ({ input, ctx }) => {
    const { study, ...asked } = input
    return { id: await ctx.evaluations.create({ ...asked, ...(await namedIn(input, ctx)) }) }
  }),
  ...kept(({ evaluations }) => evaluations),
})
