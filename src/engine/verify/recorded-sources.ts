import { fileExists } from '../../adapters/fs/atomic-write.ts'
import { RadversaryError } from '../../core/errors.ts'
import { pseudonymsOf } from '../../core/dicom/deidentify/pseudonyms.ts'
import { keyFileIn, secretKey } from '../deidentify/secret-key.ts'
import type { AttackRecord } from '../export/record.ts'
import { openStudy, type StudyImage } from '../study/open-study.ts'

export interface SourcesRequest {
  /** The study that was attacked. */
  readonly source: readonly string[]
  /** The key that the export's UIDs were made with; undefined for the workspace's. */
  readonly key: string | undefined
  readonly home: string
}

/**
 * The images of a study by the UIDs that a record has of them: their own, or what the key makes of them.
 * @throws RadversaryError usage where the key was thrown away or is not there; as `openStudy`
 */
export async function sourcesOf(
  record: Pick<AttackRecord, 'identity'>,
  { source, key, home }: SourcesRequest,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, StudyImage>> {
  const uidOf = await sourceUids(record, key, home)
  const { images } = await openStudy(source, { signal })
  return byUid(images, uidOf)
}

/** The same of images that are at hand. @throws as `sourcesOf`, but for what opening a study throws */
export async function sourcesAmong(
  record: Pick<AttackRecord, 'identity'>,
  images: readonly StudyImage[],
  { key, home }: Omit<SourcesRequest, 'source'>,
): Promise<ReadonlyMap<string, StudyImage>> {
  return byUid(images, await sourceUids(record, key, home))
}

function byUid(images: readonly StudyImage[], uidOf: (uid: string) => string): Map<string, StudyImage> {
  return new Map(images.map((image) => [uidOf(image.sopInstanceUid), image]))
}

/** What a record calls a source. */
async function sourceUids(
  { identity }: Pick<AttackRecord, 'identity'>,
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
