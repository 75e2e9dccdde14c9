import { z } from 'zod'
import type { Comparison } from '../../compare/comparison.ts'
import { streamed, type JobEvent } from '../streamed.ts'
import { imageAt } from '../studies/study-store.ts'
import { procedure, router } from '../trpc.ts'
import { pageComparison } from './page-requests.ts'

export type ComparisonEvent = JobEvent | { readonly type: 'compared'; readonly comparison: Comparison }

const named = z.strictObject({ comparison: z.string() })

export const comparisonsRouter = router({
  create: procedure.input(pageComparison).mutation(async ({ input: { study, images, ...things }, ctx }) => {
    const opened = await ctx.studies.find(study)
    const uids = images?.map((place) => imageAt(opened, place).sopInstanceUid)
    return { comparison: await ctx.comparisons.create({ ...things, paths: opened.info.paths, images: uids }) }
  }),
  /**
   * Begins or goes on, and ends with the comparison. Whoever stops listening cancels it: what is done stays
   * done.
   */
  work: procedure.input(named).mutation(async function* ({
    input,
    ctx,
    signal,
  }): AsyncGenerator<ComparisonEvent> {
    const comparison = yield* streamed((hooks) => ctx.comparisons.work(input.comparison, hooks), signal)
    yield { type: 'compared', comparison }
  }),
  list: procedure.query(({ ctx }) => ctx.comparisons.list()),
  get: procedure.input(named).query(({ input, ctx }) => ctx.comparisons.get(input.comparison)),
  delete: procedure.input(named).mutation(({ input, ctx }) => ctx.comparisons.remove(input.comparison)),
})
