import { create } from 'zustand'
import type { EngineError } from '../../../shared/engine-error.ts'
import { faultOf } from './fault.ts'

/** Something that went wrong and is still to be read. */
export interface Notice {
  readonly id: number
  readonly error: EngineError
}

export const useNotices = create<{ readonly notices: readonly Notice[] }>(() => ({ notices: [] }))

let last = 0

/** Notifies the user of anything that was thrown, of the same thing once. */
export function notifyUser(thrown: unknown): void {
  const error = faultOf(thrown)
  if (error === undefined) return
  const { notices } = useNotices.getState()
  if (notices.some((known) => known.error.message === error.message && known.error.file === error.file))
    return
  last += 1
  useNotices.setState({ notices: [...notices, { id: last, error }] })
}

export function dismiss(id: number): void {
  useNotices.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }))
}
