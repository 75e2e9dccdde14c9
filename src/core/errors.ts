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
    super(clipped(message), details.cause === undefined ? undefined : { cause: details.cause })
    this.tip = details.tip
    this.file = details.file
  }
}

/** Much of a file may stand where a value is quoted: a message holds no more of it than fits in these. */
const longestMessage = 2000

function clipped(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage)} …`
}

/** Longest part of a library's own words; parsers quote the file that they read in them. */
const longestReason = 200

/** What a library threw, on one line of at most 200 characters. */
export function reasonOf(thrown: unknown): string {
  const [line = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split(/\r?\n/)
  return line.length <= longestReason ? line : `${line.slice(0, longestReason)} …`
}

/** A broken promise of our own code; users are asked to report it. */
export function internalError(message: string): RadversaryError {
  return new RadversaryError('internal', `internal: ${message}`, {
    tip: 'This is a fault of Radversary itself: please report it with the command you ran.',
  })
}
