import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { uuidUid } from '../write/uids.ts'

/**
 * What a secret key makes of identities: the same of the same, over studies and runs, and not the way back.
 */
export interface Pseudonyms {
  /** A UID under 2.25, at most 44 characters; the standard's own (1.2.840.10008…) stay. */
  uid(uid: string): string
  /**
   * What stands for Patient's Name and Patient ID: 14 letters and digits, or what a list says of the Patient
   * ID; undefined where a list lacks it.
   */
  patient(identity: string, patientId: string): string | undefined
  /** Days by which a patient's dates move, -3650 to -1. */
  shiftDays(identity: string): number
}

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const mostDays = 3650

/**
 * @param key secret, 32 random bytes
 * @param listed pseudonyms by Patient ID, in the place of those that the key makes
 */
export function pseudonymsOf(key: Uint8Array, listed?: ReadonlyMap<string, string>): Pseudonyms {
  const digest = (kind: string, text: string) =>
    hmac(sha256, key, new TextEncoder().encode(JSON.stringify([kind, text])))
  return {
    uid: (uid) => (uid.startsWith('1.2.840.10008.') ? uid : uuidUid(digest('uid', uid))),
    patient: (identity, patientId) =>
      listed === undefined ? nameOf(digest('patient', identity)) : listed.get(patientId),
    shiftDays: (identity) =>
      -1 - (new DataView(Uint8Array.from(digest('days', identity)).buffer).getUint32(0) % mostDays),
  }
}

function nameOf(digest: Uint8Array): string {
  return `RV${Array.from(digest.subarray(0, 12), (byte) => letters.charAt(byte % 32)).join('')}`
}

/** Whether a Patient's Name or Patient ID is a pseudonym of ours. */
export function isPseudonym(text: string): boolean {
  return /^RV[0-9A-Z]{12}\^?$/.test(text)
}
