import { resolve } from 'node:path'
import { RadversaryError } from '../../../core/errors.ts'
import type { JobHooks } from '../../progress.ts'
import type { Study, StudyImage } from '../../study/open-study.ts'
import { scanStudy } from '../../workbench.ts'
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

export function createStudyStore(recent: RecentStudies): StudyStore {
  const opened = new Map<string, OpenedStudy>()
  const reopening = new Map<string, Promise<OpenedStudy>>()
  const open = async (paths: readonly string[], hooks: JobHooks = {}): Promise<OpenedStudy> => {
    const absolute = paths.map((path) => resolve(path))
    const study = await scanStudy(absolute, hooks)
    const entry = { info: studyInfo(studyId(absolute), absolute, study), study }
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

/** @throws RadversaryError usage for a place that the study doesn't have. */
export function imageAt({ info, study }: OpenedStudy, index: number): StudyImage {
  const image = study.images[index]
  if (image !== undefined) return image
  throw new RadversaryError('usage', `Study: expected an image below ${study.images.length}, got ${index}`, {
    file: info.paths[0],
  })
}
