import { RadversaryError } from '../errors.ts'

/** An export that is verified is not what its record says. */
export function verificationError(expected: string, got: string, file: string): RadversaryError {
  return new RadversaryError('verification-failed', `Export: expected ${expected}, got ${got}`, {
    file,
    tip: 'Verify on the device that the record names; if it happens again, repeat the attack.',
  })
}
