import { entry } from '../../entry.ts'
import { sha256 } from '@noble/hashes/sha2.js'

/** Radversary's own ImplementationClassUID (0002,0012) and name (0002,0013) (PS3.7 section D.3.3.2). */
export const implementationVersionName = 'RADVERSARY'

/**
 * A UID under 2.25 (PS3.5 section B.2: a UUID as a decimal number) that depends on nothing but its parts, so
 * that an export can be repeated to the byte. The UUID is of version 8 (RFC 9562: custom) and holds 122 bits
 * of the SHA-256 of the parts.
 */
export function deriveUid(...parts: readonly string[]): string {
  return uuidUid(sha256(new TextEncoder().encode(JSON.stringify(['radversary', ...parts]))))
}

/** The UID under 2.25 of a UUID of version 8 whose bits are the first 122 of a digest of 16 bytes or more. */
export function uuidUid(digest: Uint8Array): string {
  const uuid = digest.slice(0, 16)
  uuid[6] = (entry(uuid, 6) & 0x0f) | 0x80
  uuid[8] = (entry(uuid, 8) & 0x3f) | 0x80
  return `2.25.${uuid.reduce((number, byte) => number * 256n + BigInt(byte), 0n)}`
}

export const implementationClassUid = deriveUid('implementation class')
