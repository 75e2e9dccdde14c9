import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** Hash of several files, in their order. */
export function hashOf(files: readonly Uint8Array[]): string {
  const hash = sha256.create()
  for (const file of files) hash.update(sha256(file))
  return bytesToHex(hash.digest())
}
