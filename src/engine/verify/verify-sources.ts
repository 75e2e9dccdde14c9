import { join } from 'node:path'
import { fileExists } from '../../adapters/fs/atomic-write.ts'
import { readInstance } from '../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import { pseudonymsOf } from '../../core/dicom/deidentify/pseudonyms.ts'
import { verificationError } from '../../core/tasks/verification.ts'
import { keyFileIn, secretKey } from '../deidentify/secret-key.ts'
import type { AttackRecord, RecordedImage } from '../export/record.ts'
import { readStored } from '../export/reread.ts'
import { type JobHooks, throwIfCancelled } from '../progress.ts'
import { decodeFrames } from '../study/load-image.ts'
import { openStudy, type StudyImage } from '../study/open-study.ts'
import type { Discrepancy } from './discrepancy.ts'

export interface SourcesRequest {
  readonly folder: string
  /** The study that was attacked. */
  readonly source: readonly string[]
  /** The key that the export's UIDs were made with; undefined for the workspace's. */
  readonly key: string | undefined
  readonly home: string
}

/**
 * Finds each image of an export in its source, by its UID or by what the key makes of it, and compares: the pixels
 * differ by as much as the record says.
 * @throws RadversaryError usage where the key was thrown away or is not there; as `openStudy`
 */
export async function verifySources(
  { folder, source, key, home }: SourcesRequest,
  record: AttackRecord,
  { signal }: JobHooks,
): Promise<readonly Discrepancy[]> {
  const uidOf = await sourceUids(record, key, home)
  const { images } = await openStudy(source, { signal })
  const sources = new Map(images.map((image) => [uidOf(image.sopInstanceUid), image]))
  const found: Discrepancy[] = []
  for (const image of record.images) {
    throwIfCancelled(signal)
    const { path } = image.exported.series
    const original = sources.get(image.sopInstanceUid)
    try {
      if (original === undefined) throw verificationError('its source in the study', 'none', path)
      await compare(original, image, join(folder, path))
    } catch (error) {
      if (!(error instanceof RadversaryError)) throw error
      found.push({ file: path, message: error.message })
    }
  }
  return found
}

/** What a record calls a source. */
async function sourceUids(
  { identity }: AttackRecord,
  file: string | undefined,
  home: string,
): Promise<(uid: string) => string> {
  if (identity === undefined || identity.choice === 'keep' || identity.options.includes('retain-uids'))
    return (uid) => uid
  const path = file ?? keyFileIn(home)
  if (identity.key === 'thrown away' || !(await fileExists(path)))
    throw new RadversaryError(
      'usage',
      'Sources: expected the key that the export’s UIDs were made with, got none',
      {
        file: path,
        tip:
          identity.key === 'thrown away'
            ? 'It was thrown away: nothing links this export to its source any more.'
            : 'Name it with --key.',
      },
    )
  const pseudonyms = pseudonymsOf((await secretKey(path, home)).bytes)
  return (uid) => pseudonyms.uid(uid)
}

/** @throws RadversaryError verification-failed where they differ by more or less than is recorded */
async function compare({ header }: StudyImage, { frames }: RecordedImage, path: string): Promise<void> {
  const before = await decodeFrames(await readInstance(header.source))
  const after = await readStored(path)
  for (const [n, { stored }] of frames.entries()) {
    const { linf, changed } = difference(before[n]?.frame.values ?? [], after[n] ?? [])
    if (linf !== stored.linf || changed !== stored.changed)
      throw verificationError(
        `${stored.changed} values that differ from the source by at most ${stored.linf}`,
        `${changed} by at most ${linf}`,
        path,
      )
  }
}

function difference(before: ArrayLike<number>, after: ArrayLike<number>) {
  let [linf, changed] = [0, 0]
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const change = Math.abs((after[i] ?? NaN) - (before[i] ?? NaN))
    if (change !== 0) changed++
    linf = Math.max(linf, change)
  }
  return { linf, changed }
}
