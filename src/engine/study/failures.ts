import type { ScanFailure } from '../../adapters/fs/scan.ts'
import { internalError, RadversaryError } from '../../core/errors.ts'

/** An input that could not be worked on, and why. The others go on. */
export type InputFailure = ScanFailure

/**
 * What an error says about one input file. Only faults of the input itself may be left behind; all others (cancelled, a broken model, a full
 * disk, our own bugs) are thrown again.
 */
export function inputFailure(error: unknown, file: string): InputFailure {
  const fault = error instanceof RadversaryError ? error : internalError(error instanceof Error ? error.message : String(error))
  if (!inputCodes.has(fault.code)) throw error
  return { file: fault.file ?? file, code: fault.code, message: fault.message, tip: fault.tip }
}

const inputCodes: ReadonlySet<string> = new Set(['dicom-unreadable', 'dicom-unsupported', 'labels-invalid'])
