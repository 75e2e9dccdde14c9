import { visibleLine } from '../core/visible-text.ts'
import type { JobHooks, Progress } from '../engine/progress.ts'
import type { CommandContext } from './context.ts'
import { exitCode, type ExitCode, exitCodeOf, tellInterrupted } from './exit-code.ts'
import { asRadversaryError, errorJson, errorText, jsonText, linesText, type Screen } from './output.ts'

/** "1 h 02 min", "3 min 05 s", "8 s". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole >= 3600)
    return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
  if (whole >= 60) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${whole} s`
}

/** "attacking 12/28 (43 %), 8 s left: images 13 to 16"; without an estimate until something is done. */
export function progressLine({ done, total, phase, note }: Progress, elapsedSeconds: number): string {
  const share = total === 0 ? 100 : Math.floor((100 * done) / total)
  const left =
    done > 0 && done < total ? `, ${formatDuration((elapsedSeconds / done) * (total - done))} left` : ''
  return visibleLine(
    `${phase} ${Math.floor(done)}/${total} (${share} %)${left}${note === '' ? '' : `: ${note}`}`,
  )
}

/**
 * Where progress goes: rewritten in place on a terminal, else a line whenever another tenth is done (and a
 * second has passed).
 */
export interface ProgressPrinter {
  update(progress: Progress): void
  finish(): void
}

/** Milliseconds between lines, so that quick work reports its end only. */
const quietMs = 1000

export function createProgressPrinter(
  screen: Screen,
  now: () => number = () => performance.now(),
): ProgressPrinter {
  let phase = ''
  let start = now()
  let lastTenth = -1
  let lastTold = now()
  const rewrite = (progress: Progress) => {
    screen.emptyLine?.()
    screen.write(progressLine(progress, (now() - start) / 1000))
  }
  const append = (progress: Progress) => {
    const tenth = Math.floor((10 * progress.done) / Math.max(progress.total, 1))
    if (tenth <= lastTenth || now() - lastTold < quietMs) return
    screen.write(`${progressLine(progress, (now() - start) / 1000)}\n`)
    lastTenth = tenth
    lastTold = now()
  }
  return {
    update: (progress) => {
      if (progress.phase !== phase) [phase, start, lastTenth] = [progress.phase, now(), -1]
      if (screen.isTTY === true) rewrite(progress)
      else append(progress)
    },
    finish: () => {
      if (screen.isTTY === true) screen.emptyLine?.()
    },
  }
}

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
