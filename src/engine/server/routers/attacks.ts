import { z } from 'zod'
import { budgetToRelative, parseBudget, relativeInUnits } from '../../../core/image/budget.ts'
import { methodsHelp } from '../../attack/method-help.ts'
import { procedure, router } from '../trpc.ts'
import { frameAddress, modelName } from './addresses.ts'

export const attacksRouter = router({
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
