import { resolve } from 'node:path'
import { RadversaryError } from '../../../core/errors.ts'
import { importedSentences } from '../../import/import-to-open.ts'
import type { JobHooks } from '../../progress.ts'
import type { Study, StudyImage } from '../../study/open-study.ts'
import { scanStudy } from '../../workbench.ts'
import type { EngineThread } from '../engine-threads.ts'
import type { RecentStudies } from './recent-studies.ts'
import { studyId } from '../ids.ts'
import { studyInfo, type StudyInfo } from './study-info.ts'

export interface OpenedStudy {
  readonly info: StudyInfo
  readonly study: Study
}

/** The studies that are open, each under the id of its paths. */
export interface StudyStore {
  /** Scans, also where the study is open: files may have come. @throws RadversaryError as `openStudy`. */
  open(paths: readonly string[], hooks?: JobHooks): Promise<OpenedStudy>
  /**
   * An open study, or one that was opened recently: a page outlives an engine that crashed. @throws
   * RadversaryError usage.
   */
  find(id: string): Promise<OpenedStudy>
  /** The study of these paths, opened where it isn't. */
  at(paths: readonly string[]): Promise<OpenedStudy>
  close(id: string): void
}

/** Where images that are not DICOM are imported to, and what does that. */
interface Importing {
  readonly home: string
  readonly thread: EngineThread
}

export function createStudyStore(recent: RecentStudies, importing: Importing): StudyStore {
  const opened = new Map<string, OpenedStudy>()
  const reopening = new Map<string, Promise<OpenedStudy>>()
  const open = async (paths: readonly string[], hooks: JobHooks = {}): Promise<OpenedStudy> => {
    const absolute = paths.map((path) => resolve(path))
    const { at, study } = await scanOrImport(absolute, importing, hooks)
    const info = studyInfo(studyId(at), at, study)
    const entry = { info: { ...info, imported: await importedSentences(at) }, study }
    opened.set(entry.info.id, entry)
    await recent.add(entry.info)
    return entry
  }
  const openKnown = async (id: string): Promise<OpenedStudy> => {
    const known = await recent.find(id)
    if (known !== undefined) return open(known.paths)
    throw new RadversaryError('usage', `Study: expected an open one, got ${id}`, {
      tip: 'Open the study again.',
    })
  }
  const openOnce = (id: string, openIt: () => Promise<OpenedStudy>): Promise<OpenedStudy> => {
    const entry = opened.get(id)
    if (entry !== undefined) return Promise.resolve(entry)
    const opening = reopening.get(id) ?? openIt().finally(() => reopening.delete(id))
    reopening.set(id, opening)
    return opening
  }
  return {
    open,
    find: (id) => openOnce(id, () => openKnown(id)),
    at: (paths) => openOnce(studyId(paths), () => open(paths)),
    close: (id) => {
      opened.delete(id)
    },
  }
}

interface ScannedStudy {
  /** Paths of its files: those that were asked for, or the folder that they were imported to. */
  readonly at: readonly string[]
  readonly study: Study
}

/** Images that are not DICOM are imported first, where there are no others. */
async function scanOrImport(
  paths: readonly string[],
  { home, thread }: Importing,
  hooks: JobHooks,
): Promise<ScannedStudy> {
  try {
    return { at: paths, study: await scanStudy(paths, hooks) }
  } catch (error) {
    if (!(error instanceof RadversaryError) || error.code !== 'dicom-unreadable') throw error
    const folder = await thread.run('importToOpen', { paths, home }, hooks).catch((thrown: unknown) => {
      throw isNothing(thrown, paths) ? error : thrown
    })
    return { at: [folder], study: await scanStudy([folder], hooks) }
  }
}

/** Whether there was nothing to import: no images, or no such path. The scan says so already. */
function isNothing(thrown: unknown, paths: readonly string[]): boolean {
  if (!(thrown instanceof RadversaryError)) return false
  const isPath = paths.some((path) => thrown.file !== undefined && resolve(path) === thrown.file)
  return thrown.code === 'image-unreadable' || (thrown.code === 'io-failed' && isPath)
}

/** @throws RadversaryError usage for a place that the study doesn't have. */
export function imageAt({ info, study }: OpenedStudy, index: number): StudyImage {
  const image = study.images[index]
  if (image !== undefined) return image
  throw new RadversaryError('usage', `Study: expected an image below ${study.images.length}, got ${index}`, {
    file: info.paths[0],
  })
}
