import type { JobHooks } from '../progress.ts'

/**
 * Progress of groups that are worked on at the same time, summed up. Groups go by any number that names them.
 */
export interface AttackProgress {
  /** `images` of a group are done, one in work counting in part. */
  tell(group: number, images: number, note: string): void
  /** The same, for what is not worth telling by itself. */
  count(group: number, images: number): void
}

/** @param total images of all groups */
export function attackProgress(total: number, onProgress: JobHooks['onProgress']): AttackProgress {
  const done = new Map<number, number>()
  return {
    count: (group, images) => {
      done.set(group, images)
    },
    tell: (group, images, note) => {
      done.set(group, images)
      onProgress?.({
        done: [...done.values()].reduce((sum, part) => sum + part, 0),
        total,
        phase: 'attacking',
        note,
      })
    },
  }
}
