import type { ExitCode } from './exit-code.ts'
import type { Streams } from './output.ts'

/** What every command gets. */
export interface CommandContext {
  readonly streams: Streams
  /** All arguments, for help that depends on them. */
  readonly args: readonly string[]
  /** Aborted when the user interrupts the command. */
  readonly signal: AbortSignal
  /** Takes the command's exit code. */
  readonly end: (code: ExitCode) => void
}
