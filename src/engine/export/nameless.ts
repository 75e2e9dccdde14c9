import { fourDigits } from '../../core/number-texts.ts'
import { type ExportIdentity, maskedText, uidFor } from '../deidentify/export-identity.ts'
import { escapedWord } from '../deidentify/search-bytes.ts'
import type { InputFailure } from '../study/failures.ts'
import type { ImageResult } from './image-result.ts'

/**
 * An image's result as its export may say it: without the names of files and stacks, and with the source's
 * UID as the exported files have it, by which whoever has the key finds the source again.
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

interface SaidFailure extends Pick<InputFailure, 'file' | 'message'> {
  readonly tip?: string | null | undefined
}

/** What a record may say of inputs that were left out: why, and not which; messages may name other files. */
export function failuresFor<Failure extends SaidFailure>(
  identity: ExportIdentity,
  failures: readonly Failure[],
): readonly Failure[] {
  if (identity.choice === 'keep' || failures.length === 0) return failures
  const { profile } = identity
  const maskOf = (file: string) => `file-${maskedText(profile, file)}`
  const masked = maskingAll(
    failures.map(({ file }) => file),
    maskOf,
  )
  return failures.map((failure) => ({
    ...failure,
    file: maskOf(failure.file),
    message: masked(failure.message),
    ...(typeof failure.tip === 'string' && { tip: masked(failure.tip) }),
  }))
}

/** A UID in a text. */
const uid = String.raw`\b[0-2](?:\.\d+){3,}`

/**
 * Masks names, with and without their endings, and UIDs in a text in one pass, the longest first: a name in
 * another's is no part of that one's mask.
 */
function maskingAll(names: readonly string[], maskOf: (name: string) => string): (text: string) => string {
  const stems = names.map((name) => name.replace(/\.[^./]*$/, ''))
  const all = [...new Set([...names, ...stems])]
    .filter((name) => name !== '')
    .sort((a, b) => b.length - a.length)
  const pattern = new RegExp([...all.map(escapedWord), uid].join('|'), 'g')
  return (text) => text.replace(pattern, maskOf)
}
