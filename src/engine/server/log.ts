import { appendFile, mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { EngineError } from '../../shared/engine-error.ts'

/**
 * What happened, for whoever has to find a fault. Codes, ids and counts: no file names, which may name a
 * patient, and nothing of DICOM.
 */
export interface EngineLog {
  write(event: string, facts?: Readonly<Record<string, string | number>>): void
  /** The code and what the error is about ("Study", "Archive"); the rest of its words may name files. */
  error(event: string, error: EngineError): void
  /** When all that was written so far is on disk. */
  flush(): Promise<void>
}

const largestBytes = 1_000_000

export function logFolderIn(home: string): string {
  return join(home, 'logs')
}

/**
 * One line of JSON for each event; a full file is kept once, as engine.1.log. A log that can't be written is
 * no reason to stop.
 */
export function openLog(home: string): EngineLog {
  const folder = logFolderIn(home)
  const path = join(folder, 'engine.log')
  let last = mkdir(folder, { recursive: true })
    .then(() => turnOver(path, join(folder, 'engine.1.log')))
    .catch(ignore)
  const write = (line: object) => {
    const text = `${JSON.stringify({ time: new Date().toISOString(), ...line })}\n`
    last = last.then(() => appendFile(path, text)).catch(ignore)
  }
  return {
    write: (event, facts = {}) => {
      write({ event, ...facts })
    },
    error: (event, { code, message }) => {
      write({ event, code, subject: /^[A-Za-z ]{1,40}(?=:)/.exec(message)?.[0] ?? '' })
    },
    flush: () => last,
  }
}

async function turnOver(path: string, old: string): Promise<void> {
  const { size } = await stat(path)
  if (size > largestBytes) await rename(path, old)
}

function ignore(): void {
  // Nobody can be notified: the log is where it would be written.
}
