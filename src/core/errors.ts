/**
 * What kind of fault an error is; stable names, so that they can cross processes and be looked up in the
 * documentation.
 */
export type ErrorCode =
  | 'usage'
  | 'cancelled'
  | 'io-failed'
  | 'dicom-unreadable'
  | 'dicom-unsupported'
  | 'model-unreadable'
  | 'model-unsupported'
  | 'card-invalid'
  | 'labels-invalid'
  | 'tensor-invalid'
  | 'runtime-failed'
  | 'export-conflict'
  | 'verification-failed'
  | 'internal'

export interface ErrorDetails {
  /** What the user can do about it, as a sentence. */
  readonly tip?: string | undefined
  /** The file (or folder) at fault. */
  readonly file?: string | undefined
  readonly cause?: unknown
}

/**
 * A foreseeable fault: `message` says what was expected and what was found, `tip` what to do. Never holds
 * patient data.
 */
export class RadversaryError extends Error {
  override readonly name = 'RadversaryError'
  readonly tip: string | undefined
  readonly file: string | undefined

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.tip = details.tip
    this.file = details.file
  }
}

/** A broken promise of our own code; users are asked to report it. */
export function internalError(message: string): RadversaryError {
  return new RadversaryError('internal', `internal: ${message}`, {
    tip: 'This is a fault of Radversary itself: please report it with the command you ran.',
  })
}
