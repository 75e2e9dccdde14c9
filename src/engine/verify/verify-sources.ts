import { join } from 'node:path'
import { readInstance } from '../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import { verificationError } from '../../core/tasks/verification.ts'
import type { AttackRecord, RecordedImage } from '../export/record.ts'
import { readStored } from '../export/reread.ts'
import { type JobHooks, throwIfCancelled } from '../progress.ts'
import { decodeFrames } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import type { Discrepancy } from './discrepancy.ts'
import { sourcesOf, type SourcesRequest } from './recorded-sources.ts'

export interface SourceCheck extends SourcesRequest {
  /** The export's folder. */
  readonly folder: string
}

/**
 * Finds each image of an export in its source, by its UID or by what the key makes of it, and compares: the
 * pixels differ by as much as the record says.
 * @throws RadversaryError usage where the key was thrown away or is not there; as `openStudy`
 */
export async function verifySources(
  { folder, ...asked }: SourceCheck,
  record: AttackRecord,
  { signal }: JobHooks,
): Promise<readonly Discrepancy[]> {
  const sources = await sourcesOf(record, asked, signal)
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

/** A pixel that only one of both has differs by no number. */
const notThere = NaN

function difference(before: ArrayLike<number>, after: ArrayLike<number>) {
  let [linf, changed] = [0, 0]
  for (let i = 0; i < Math.max(before.length, after.length); i++) {
    const change = Math.abs((after[i] ?? notThere) - (before[i] ?? notThere))
    if (change !== 0) changed++
    linf = Math.max(linf, change)
  }
  return { linf, changed }
}
