import type { ErrorCode } from '../core/errors.ts'

/**
 * An error as it crosses a process: what happened, to which file, and what to do. Never a stack, never
 * patient data.
 */
export interface EngineError {
  readonly code: ErrorCode
  readonly message: string
  readonly tip: string | null
  readonly file: string | null
}
