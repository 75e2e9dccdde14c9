import { version } from '../../version.ts'
import { licencesOf } from '../about/licences.ts'
import { logFolderIn } from '../log.ts'
import { procedure } from '../trpc.ts'

/** Versions, places and licences for the about box. */
export const about = procedure.query(async ({ ctx }) => ({
  version,
  home: ctx.home,
  logFolder: logFolderIn(ctx.home),
  licences: await licencesOf(ctx.resources.folder),
}))
