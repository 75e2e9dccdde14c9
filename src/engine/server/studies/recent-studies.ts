import { join } from 'node:path'
import { z } from 'zod'
import { readJsonFile, writeJsonFile } from '../../../adapters/fs/json-file.ts'
import { studyId } from '../ids.ts'
import type { StudyInfo } from './study-info.ts'

const schema = 'radversary/recent-studies/1'

const fileSchema = z.strictObject({
  schema: z.literal(schema),
  /** Latest first. */
  studies: z.array(z.strictObject({ title: z.string(), paths: z.array(z.string()).min(1) })),
})

/** Paths alone, nothing of what is in the files. */
export interface RecentStudy {
  readonly id: string
  readonly title: string
  readonly paths: readonly string[]
}

export interface RecentStudies {
  /** Latest first. @throws RadversaryError io-failed. */
  list(): Promise<RecentStudy[]>
  add(study: StudyInfo): Promise<void>
  find(id: string): Promise<RecentStudy | undefined>
}

const most = 20

/** The studies that were opened recently, in the user's folder. */
export function recentStudiesIn(home: string): RecentStudies {
  const path = join(home, 'recent-studies.json')
  let last: Promise<unknown> = Promise.resolve()
  const list = async () => {
    const { studies } = (await readJsonFile(path, fileSchema)) ?? { studies: [] }
    return studies.map((study) => ({ id: studyId(study.paths), ...study }))
  }
  const add = async ({ id, title, paths }: StudyInfo) => {
    const others = (await list()).filter((other) => other.id !== id)
    const studies = [{ title, paths }, ...others.map(({ id: _, ...rest }) => rest)].slice(0, most)
    await writeJsonFile(path, { schema, studies })
  }
  return {
    list,
    add: (study) => {
      const adding = last.then(() => add(study))
      last = adding.catch(() => undefined)
      return adding
    },
    find: async (id) => (await list()).find((study) => study.id === id),
  }
}
