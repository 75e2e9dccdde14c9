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
  | 'image-unreadable'
  | 'image-unsupported'
  | 'model-unreadable'
  | 'model-unsupported'
  | 'card-invalid'
  | 'card-unsuited'
  | 'reference-departs'
  | 'labels-invalid'
  | 'tensor-invalid'
  | 'runtime-failed'
  | 'export-conflict'
  | 'verification-failed'
  | 'network-failed'
  | 'network-refused'
  | 'internal'

export interface ErrorDetails {
  /** What the user can do about it, as a sentence. */
  readonly tip?: string | undefined
  /** The file (or folder) at fault. */
  readonly file?: string | undefined
  readonly cause?: unknown
}

/** Something the user should know; nothing failed. Never holds patient data. */
export interface Notice {
  readonly message: string
  readonly tip: string
}

/**
 * A foreseeable fault: `message` says what was expected and what was found, `tip` what to do. Never holds
 * patient data, and of what a file says a line at most.
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
    super(boundedMessage(code, message), details.cause === undefined ? undefined : { cause: details.cause })
    this.tip = details.tip
    this.file = details.file
  }
}

const longestLine = 600
const mostLines = 40

/** One line, or of a card the list of what is to be mended; a long line is cut. */
function boundedMessage(code: ErrorCode, message: string): string {
  const isList = code === 'card-invalid'
  const lines = isList ? message.split('\n').slice(0, mostLines) : [message.replace(/\s*[\r\n]\s*/g, ' ')]
  return lines.map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line)).join('\n')
}

/** Longest part of a library's own words; parsers quote the file that they read in them. */
const longestReason = 200

/** What a library threw, on one line of at most 200 characters. */
export function reasonOf(thrown: unknown): string {
  const [line = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).split(/\r?\n/)
  return line.length <= longestReason ? line : `${line.slice(0, longestReason)} …`
}

/** Names the file that is really at fault in an error of `work`. */
export function namingFile<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof RadversaryError)) throw error
    throw new RadversaryError(error.code, error.message, { tip: error.tip, file, cause: error.cause })
  }
}

/** A broken promise of our own code; users are asked to report it. */
export function internalError(message: string): RadversaryError {
  return new RadversaryError('internal', `internal: ${message}`, {
    tip: 'This is a fault of Radversary itself: please report it with the command you ran.',
  })
}
