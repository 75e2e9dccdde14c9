import { settingsChange } from '../settings/settings-file.ts'
import { procedure, router } from '../trpc.ts'
import { cacheBytes } from '../cache-bytes.ts'

export const settingsRouter = router({
  get: procedure.query(({ ctx }) => ctx.settings.read()),
  set: procedure.input(settingsChange).mutation(async ({ input, ctx }) => {
    const settings = await ctx.settings.change(input)
    ctx.cache.resize(cacheBytes(settings))
    return settings
  }),
})
