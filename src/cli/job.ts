import type { JobHooks } from '../engine/progress.ts'
import type { CommandContext } from './context.ts'
import { exitCode, exitCodeOf, type ExitCode } from './exit-code.ts'
import { tellInterrupted } from './interrupted.ts'
import { asRadversaryError, errorJson, errorText, jsonText, linesText } from './output.ts'
import { createProgressPrinter } from './progress.ts'

/** A command's end: what it prints, and whether some inputs failed. */
export interface Outcome {
  /** For `--json`. */
  readonly result: unknown
  /** For people. */
  readonly text: string
  readonly code: ExitCode
}

export interface JobOptions {
  readonly json?: boolean
}

/**
 * Runs a command's work with progress on stderr, prints what comes of it, and takes its exit code to the
 * context.
 */
export async function runJob(
  context: CommandContext,
  options: JobOptions,
  work: (hooks: JobHooks) => Promise<Outcome>,
): Promise<void> {
  const { streams, signal, end } = context
  const progress = createProgressPrinter(streams.err)
  try {
    const { result, text, code } = await work({
      signal,
      onProgress: (progressed) => {
        progress.update(progressed)
      },
      onNotice: (sentence) => {
        progress.finish()
        streams.err.write(linesText([sentence]))
      },
    })
    progress.finish()
    streams.out.write(options.json === true ? jsonText(result) : text)
    end(code)
  } catch (cause) {
    progress.finish()
    end(failed(context, options, cause))
  }
}

function failed({ streams, args, signal }: CommandContext, options: JobOptions, cause: unknown): ExitCode {
  const error = asRadversaryError(cause)
  if (signal.aborted || error.code === 'cancelled') {
    tellInterrupted(streams, args)
    return exitCode.interrupted
  }
  streams.err.write(errorText(error))
  if (options.json === true) streams.out.write(errorJson(error))
  return exitCodeOf(error.code)
}
