import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { resolve } from 'node:path'

/** Names a study by its paths alone, so that it has the same name after a restart. */
export function studyId(paths: readonly string[]): string {
  const text = paths.map((path) => resolve(path)).join('\n')
  return bytesToHex(sha256(new TextEncoder().encode(text))).slice(0, 16)
}
