import { totalmem } from 'node:os'
import type { Settings } from './settings-file.ts'

/** The bound of the frames that are kept: as set, or a quarter of the memory. */
export function cacheBytes({ cacheBytes: set }: Pick<Settings, 'cacheBytes'>): number {
  return set ?? totalmem() / 4
}
