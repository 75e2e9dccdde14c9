/** What a long job tells while it runs: `done` of `total` pieces, and what it is at. */
export interface Progress {
  readonly done: number
  readonly total: number
  readonly note: string
}

/** "1 h 02 min", "3 min 05 s", "8 s". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole >= 3600) return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`
  if (whole >= 60) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  return `${whole} s`
}

/** "12/28 (43 %), 8 s left: …"; without an estimate until something is done. */
export function progressLine({ done, total, note }: Progress, elapsedSeconds: number): string {
  const share = total === 0 ? 100 : Math.floor((100 * done) / total)
  const left = done > 0 && done < total ? `, ${formatDuration((elapsedSeconds / done) * (total - done))} left` : ''
  return `${done}/${total} (${share} %)${left}: ${note}`
}

/** Where progress goes: rewritten in place on a terminal, else a line whenever another tenth is done. */
export interface ProgressPrinter {
  update(progress: Progress): void
  finish(): void
}

interface Screen {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export function createProgressPrinter(screen: Screen, now: () => number = () => performance.now()): ProgressPrinter {
  const start = now()
  let lastTenth = -1
  const elapsed = () => (now() - start) / 1000
  const rewrite = (progress: Progress) => screen.write(`\r\u001b[2K${progressLine(progress, elapsed())}`)
  const append = (progress: Progress) => {
    const tenth = Math.floor((10 * progress.done) / Math.max(progress.total, 1))
    if (tenth > lastTenth) screen.write(`${progressLine(progress, elapsed())}\n`)
    lastTenth = Math.max(lastTenth, tenth)
  }
  return {
    update: screen.isTTY === true ? rewrite : append,
    finish: () => (screen.isTTY === true ? screen.write('\r\u001b[2K') : undefined),
  }
}
