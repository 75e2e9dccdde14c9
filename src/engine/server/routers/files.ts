import { z } from 'zod'
import { listFolder } from '../files/list-folder.ts'
import { procedure, router } from '../trpc.ts'

export const filesRouter = router({
  /**
   * A folder's contents, for the open dialog of a page that has no native one; the user's own folder by
   * default.
   */
  list: procedure
    .input(z.strictObject({ path: z.string().min(1).optional() }))
    .query(({ input }) => listFolder(input.path)),
})
