import { RadversaryError } from '../core/errors.ts'

/**
 * What a long job reports while it runs: `done` of `total` pieces (a piece in work counts in part), and what
 * of.
 */
export interface Progress {
  readonly done: number
  readonly total: number
  /** What is counted, e.g. 'reading headers': another one starts anew. */
  readonly phase: string
  /** What it is at just now; may be empty. */
  readonly note: string
}

/** How a caller follows a job and ends it. */
export interface JobHooks {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Hears sentences for the user: the device picked, a series that isn't in HU. */
  readonly onNotice?: ((sentence: string) => void) | undefined
}

/** @throws RadversaryError cancelled. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new RadversaryError('cancelled', 'Cancelled')
}
