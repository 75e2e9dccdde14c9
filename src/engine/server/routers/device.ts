import { procedure, router } from '../trpc.ts'

export const deviceRouter = router({
  /** The device in use and what became of the others. The first call checks them all and takes a second or two. */
  list: procedure.query(({ ctx }) => ctx.device.chosen()),
})
