import type { ScanFailure } from '../../adapters/fs/scan.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { StudyImage } from './open-study.ts'

/**
 * An input that could not be worked on, and why. The others go on. Of a study's images `file` is their name
 * in it.
 */
export type InputFailure = ScanFailure

/**
 * What an error says about one image. Only faults of the image itself may be left behind; all others
 * (cancelled, a broken model, a full disk, our own bugs) are thrown again.
 */
export function inputFailure(error: unknown, { name }: StudyImage): InputFailure {
  if (!isInputFault(error)) throw error
  return { file: name, code: error.code, message: error.message, tip: error.tip }
}

/** Whether an error is a fault of what was given to be worked on, and leaves the rest unharmed. */
export function isInputFault(error: unknown): error is RadversaryError {
  return error instanceof RadversaryError && inputCodes.has(error.code)
}

/**
 * Codes of the errors that a single image causes. `model-unsupported` is an image of a size or colour that
 * can't be brought to the model's input.
 */
const inputCodes: ReadonlySet<string> = new Set([
  'dicom-unreadable',
  'dicom-unsupported',
  'card-unsuited',
  'labels-invalid',
  'model-unsupported',
])

/** The error of a job that left all of its inputs behind. */
export function nothingLeft(failures: readonly InputFailure[]): RadversaryError {
  const [first] = failures
  const why = first === undefined ? '' : `: ${failures.length} failed, the first: ${first.message}`
  return new RadversaryError(
    first?.code ?? 'dicom-unreadable',
    `Study: expected an image to work on, got none${why}`,
    {
      tip: first?.tip,
      ...(first && { file: first.file }),
    },
  )
}

/**
 * Instead of what an image would have given: nothing where it can't be used, which is reported when its turn
 * comes. @throws what is no such fault
 */
export function leftOut(error: unknown): readonly never[] {
  if (error instanceof RadversaryError && error.code !== 'cancelled') return []
  throw error
}

/** Why a slice whose neighbour failed can't be worked on by a model that sees both. */
export function stackFailure({ file, code }: InputFailure): RadversaryError {
  return new RadversaryError(
    code,
    `Stack: expected all of its slices, got one that can't be used (${file})`,
    {
      tip: 'The model sees neighbouring slices together: mend that file, or take it out of the study.',
    },
  )
}
