import type { ErrorCode } from '../core/errors.ts'

/** What the process says to its caller. 130 is the shell's own for a program that Ctrl-C ended. */
export const exitCode = { done: 0, failed: 1, usage: 2, someInputsFailed: 3, interrupted: 130 } as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** Exit code for an error that ended a command. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === 'usage') return exitCode.usage
  return code === 'cancelled' ? exitCode.interrupted : exitCode.failed
}
