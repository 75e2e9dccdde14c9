import { visibleLine } from '../core/visible-text.ts'
import { type ErrorCode, RadversaryError } from '../core/errors.ts'
import { errorJson, type Streams } from './output.ts'

/** What the process says to its caller. 130 is the shell's own for a program that Ctrl-C ended. */
export const exitCode = { done: 0, failed: 1, usage: 2, someInputsFailed: 3, interrupted: 130 } as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** Exit code for an error that ended a command. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (code === 'usage') return exitCode.usage
  return code === 'cancelled' ? exitCode.interrupted : exitCode.failed
}

/** Commands whose folder holds what was done. */
const resumable: ReadonlySet<string | undefined> = new Set([
  ...[
    'attack',
    'certify',
    'cohort',
    'compare',
    'dataset',
    'deidentify',
    'evaluate',
    'fetch',
    'import',
    'send',
  ],
])

/** What `--out` names. */
function folderOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === '--out' || arg.startsWith('--out='))
  if (at < 0) return undefined
  return args[at]?.startsWith('--out=') === true ? args[at].slice('--out='.length) : args[at + 1]
}

/** Says that a command was interrupted, and what can be done. */
export function tellInterrupted({ out, err }: Streams, args: readonly string[]): void {
  const folder = folderOf(args)
  // A cohort's folder has manifests in its studies' folders alone.
  const mark = args[0] === 'cohort' ? '' : ', without manifest.json until it is whole'
  const there = folder === undefined ? '' : ` in ${visibleLine(folder)}${mark}`
  const resuming = resumable.has(args[0])
    ? ` What was done is kept${there}: the same command goes on from there.`
    : ''
  err.write(`Interrupted.${resuming}\n`)
  if (args.includes('--json')) out.write(errorJson(new RadversaryError('cancelled', 'Interrupted')))
}
