import { visibleLine } from '../core/visible-text.ts'
import type { Progress } from '../engine/progress.ts'
import type { Screen } from './output.ts'

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
