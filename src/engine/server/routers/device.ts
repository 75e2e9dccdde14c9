import { procedure, router } from '../trpc.ts'

export const deviceRouter = router({
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
