import type { JobHooks } from '../engine/progress.ts'
import { exitCode, exitCodeOf, type ExitCode } from './exit-code.ts'
import { asRadversaryError, errorJson, errorText, jsonText, type Streams } from './output.ts'
import { createProgressPrinter } from './progress.ts'

/** How long a command that was interrupted may tidy up. Exports are whole or resumable at any moment, so it need not. */
const graceMs = 700

/** A command's end: what it prints, and whether some inputs failed. */
export interface Outcome {
  /** For `--json`. */
  readonly result: unknown
  /** For people. */
  readonly text: string
  readonly code: ExitCode
}

export interface JobOptions {
  readonly json?: boolean | undefined
  /** What an interrupted user can do. */
  readonly resumeHint?: string
}

/** Runs a command's work with progress on stderr and Ctrl-C as its end, and prints what comes of it. */
export async function runJob(
  streams: Streams,
  options: JobOptions,
  work: (hooks: JobHooks) => Promise<Outcome>,
): Promise<ExitCode> {
  const abort = new AbortController()
  const progress = createProgressPrinter(streams.err)
  const interrupt = () => {
    abort.abort()
    setTimeout(() => {
      progress.finish()
      streams.err.write(interruptedText(options))
      process.exit(exitCode.interrupted)
    }, graceMs).unref()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    const { result, text, code } = await work({
      signal: abort.signal,
      onProgress: (told) => {
        progress.update(told)
      },
      onNotice: (sentence) => {
        progress.finish()
        streams.err.write(`${sentence}\n`)
      },
    })
    progress.finish()
    streams.out.write(options.json === true ? jsonText(result) : text)
    return code
  } catch (cause) {
    progress.finish()
    return failed(streams, options, cause, abort.signal.aborted)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

function failed(streams: Streams, options: JobOptions, cause: unknown, isAborted: boolean): ExitCode {
  const error = asRadversaryError(cause)
  if (isAborted || error.code === 'cancelled') {
    streams.err.write(interruptedText(options))
    return exitCode.interrupted
  }
  streams.err.write(errorText(error))
  if (options.json === true) streams.out.write(errorJson(error))
  return exitCodeOf(error.code)
}

function interruptedText({ resumeHint }: JobOptions): string {
  return `Interrupted.${resumeHint === undefined ? '' : ` ${resumeHint}`}\n`
}
