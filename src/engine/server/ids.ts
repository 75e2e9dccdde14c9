import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** The name of a kept thing's folder, e.g. 20261125-143000-a1b2c3: sorts by time. */
export function datedId(created: Date): string {
  const [date = '', time = ''] = created.toISOString().replace(/[-:]/g, '').split('T')
  return `${date}-${time.slice(0, 6)}-${randomBytes(3).toString('hex')}`
}

/** Ids come from outside: one that isn't ours could lead anywhere. */
export function isDatedId(id: string): boolean {
  return /^\d{8}-\d{6}-[0-9a-f]{6}$/.test(id)
}

/** Names a study by its paths alone, so that it has the same name after a restart. */
export function studyId(paths: readonly string[]): string {
  const text = paths.map((path) => resolve(path)).join('\n')
  return bytesToHex(sha256(new TextEncoder().encode(text))).slice(0, 16)
}
