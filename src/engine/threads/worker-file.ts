import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { internalError } from '../../core/errors.ts'

/** The entries of threads and processes, and where their sources are. */
const sources = {
  'engine-worker': '../server/engine-worker.ts',
  'model-worker': '../models/model-worker.ts',
  'task-process': '../../serve/task-process.ts',
} as const

export type WorkerName = keyof typeof sources

/** Beside the built program, or above its chunks; in the sources, at its own place. */
export function workerFile(name: WorkerName): string {
  const here = import.meta.dirname
  const candidates = [join(here, `${name}.js`), join(here, `../${name}.js`), join(here, sources[name])]
  const found = candidates.find((candidate) => existsSync(candidate))
  if (found === undefined) throw internalError(`${name} is not beside the program`)
  return found
}
