import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../../adapters/fs/json-file.ts'

const schema = 'radversary/session/1'

/** What a page showed: ids of its studies, and its view, which only the page reads. */
export const sessionSchema = z.strictObject({
  /** Ids of the open studies, in their order; recent-studies.json knows their paths. */
  studies: z.array(z.string()).max(100),
  view: z.unknown(),
})

export type Session = z.output<typeof sessionSchema>

const fileSchema = sessionSchema.extend({ schema: z.literal(schema) })

export interface SessionFile {
  /** Undefined where nothing has been kept. @throws RadversaryError io-failed. */
  read(): Promise<Session | undefined>
  /** @throws RadversaryError io-failed. */
  keep(session: Session): Promise<void>
}

/** What was shown when the application was left, in the user's folder. */
export function sessionIn(home: string): SessionFile {
  const path = join(home, 'session.json')
  let last: Promise<unknown> = Promise.resolve()
  return {
    read: async () => {
      const kept = await readJsonFile(path, fileSchema)
      return kept && { studies: kept.studies, view: kept.view }
    },
    // One after the other: the latest stays.
    keep: (session) => {
      const keeping = last.then(() => writeJsonFile(path, { schema, ...session }))
      last = keeping.catch(() => undefined)
      return keeping
    },
  }
}
