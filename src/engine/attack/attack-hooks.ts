import type { SampleEvent } from '../../core/attacks/attack.ts'
import type { JobHooks } from '../progress.ts'
import type { ImageResult } from './image-result.ts'

/** One frame after one iteration. */
export interface FrameIteration extends Omit<SampleEvent, 'sample'> {
  /** Its image's place among those that are attacked; both count from 0. */
  readonly image: number
  readonly frame: number
}

/** What an attack on a study tells beyond its progress. */
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
