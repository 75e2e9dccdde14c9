import type { JobHooks } from '../progress.ts'
import type { ImageResult } from '../export/image-result.ts'
import type { SampleEvent } from '../../core/attacks/attack-result.ts'

/** One frame after one iteration. */
export interface FrameIteration extends Omit<SampleEvent, 'sample'> {
  /** Its image's place among those that are attacked; both count from 0. */
  readonly image: number
  readonly frame: number
}

/** What an attack on a study reports beyond its progress. */
export type StudyAttackEvent =
  | {
      readonly type: 'iteration'
      /** Counts from 1. */
      readonly iteration: number
      readonly steps: number
      /** Counts from 0. */
      readonly restart: number
      readonly restarts: number
      readonly samples: readonly FrameIteration[]
    }
  /** An image is done: attacked, written, read back and judged, or taken over from an earlier attempt. */
  | { readonly type: 'image'; readonly image: number; readonly result: ImageResult }

export interface AttackHooks extends JobHooks {
  readonly onEvent?: ((event: StudyAttackEvent) => void) | undefined
}

/**
 * Progress of groups that are worked on at the same time, summed up. Groups go by any number that names them.
 */
export interface AttackProgress {
  /** `images` of a group are done, one in work counting in part. */
  report(group: number, images: number, note: string): void
  /** The same, for what is not worth a report by itself. */
  count(group: number, images: number): void
}

/** @param total images of all groups */
export function attackProgress(total: number, onProgress: JobHooks['onProgress']): AttackProgress {
  const done = new Map<number, number>()
  return {
    count: (group, images) => {
      done.set(group, images)
    },
    report: (group, images, note) => {
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
