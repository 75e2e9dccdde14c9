import { fourDigits } from '../../core/number-texts.ts'
import { type ExportIdentity, maskedText, uidFor } from '../deidentify/export-identity.ts'
import type { InputFailure } from '../study/failures.ts'
import type { ImageResult } from './image-result.ts'

/**
 * An image's result as its export may say it: without the names of files and stacks, and with the source's UID as
 * the exported files have it, by which whoever has the key finds the source again.
 * @param number of the image in the export, from 1
 */
export function resultFor(identity: ExportIdentity, number: number, result: ImageResult): ImageResult {
  if (identity.choice === 'keep') return result
  const { profile } = identity
  return {
    ...result,
    file: `${fourDigits(number)}.dcm`,
    sopInstanceUid: uidFor(identity, result.sopInstanceUid),
    frames: result.frames.map((frame) =>
      frame.volume === undefined
        ? frame
        : { ...frame, volume: `volume-${maskedText(profile, frame.volume)}` },
    ),
  }
}

/** What a record may say of inputs that were left out: why, and not which; messages may name other files. */
export function failuresFor<Failure extends Pick<InputFailure, 'file' | 'message'>>(
  identity: ExportIdentity,
  failures: readonly Failure[],
): readonly Failure[] {
  if (identity.choice === 'keep') return failures
  const masks = new Map(failures.map(({ file }) => [file, `file-${maskedText(identity.profile, file)}`]))
  const masked = (text: string) => [...masks].reduce((all, [file, mask]) => all.replaceAll(file, mask), text)
  return failures.map((failure) => ({
    ...failure,
    file: masked(failure.file),
    message: masked(failure.message),
  }))
}
