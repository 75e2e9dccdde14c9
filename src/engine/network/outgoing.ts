import { join, resolve } from 'node:path'
import { readJson, toRestore } from '../../adapters/fs/json-file.ts'
import { describeFile, type Manifest, type ManifestEntry, readManifest } from '../../adapters/fs/manifest.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import type { OutgoingInstance } from '../../adapters/network/archive.ts'
import { adversarialLabelIn, type FoundLabel } from '../../core/dicom/adversarial-label.ts'
import { textOf } from '../../core/dicom/attributes.ts'
import { openDataSet } from '../../core/dicom/data-set.ts'
import { RadversaryError } from '../../core/errors.ts'
import { recordName } from '../attack/attack-study.ts'
import {
  deidentificationRecord,
  deidentificationRecordName,
  recordedIdentity,
  recordedProfile,
  type RecordedIdentity,
} from '../deidentify/deidentification-record.ts'
import { z } from 'zod'

/** A DICOM file of an export, with what its header says. */
export interface OutgoingFile extends OutgoingInstance {
  readonly entry: ManifestEntry
  readonly studyInstanceUid: string
  readonly seriesInstanceUid: string
  readonly label: FoundLabel
}

export interface OutgoingExport {
  readonly folder: string
  readonly manifest: Manifest
  readonly files: readonly OutgoingFile[]
  /** An attack made it, whatever its files say. */
  readonly isAttack: boolean
  readonly identity: RecordedIdentity
}

/**
 * Opens a whole export to be sent: all its DICOM files, with the bytes that were written.
 * @throws RadversaryError verification-failed for a folder that is no whole export, or other bytes; usage for
 * one of another kind; io-failed; dicom-unreadable
 */
export async function openOutgoing(given: string): Promise<OutgoingExport> {
  const folder = resolve(given)
  const manifest = await readManifest(folder)
  const has = (name: string) => manifest.files.some(({ path }) => path === name)
  const isAttack = has(recordName)
  if (!isAttack && !has(deidentificationRecordName))
    throw new RadversaryError(
      'usage',
      'Send: expected what `attack` or `deidentify` left, got another folder',
      {
        file: folder,
      },
    )
  const identity = isAttack ? await identityOfAttack(folder) : await identityOfDeidentification(folder)
  const files: OutgoingFile[] = []
  for (const entry of manifest.files)
    if (entry.path.endsWith('.dcm')) files.push(describe(entry, await unchanged(folder, entry)))
  return { folder, manifest, files, isAttack, identity }
}

/**
 * The bytes of a file as they were written. @throws RadversaryError verification-failed for others; io-failed
 */
export async function unchanged(folder: string, entry: ManifestEntry): Promise<Uint8Array> {
  const path = join(folder, entry.path)
  const bytes = await readBytes({ path })
  if (describeFile(entry.path, bytes).sha256 === entry.sha256) return bytes
  throw new RadversaryError('verification-failed', 'Send: expected the bytes that were written, got others', {
    file: path,
    tip: 'Nothing was sent of this file. Restore it, or export again.',
  })
}

function describe(entry: ManifestEntry, bytes: Uint8Array): OutgoingFile {
  const { dataSet, transferSyntaxUid } = openDataSet(bytes, entry.path)
  const uid = (at: string) => {
    const found = textOf(dataSet, at)
    if (found !== undefined) return found
    throw new RadversaryError(
      'dicom-unreadable',
      'Send: expected UIDs of instance, series and study, got none',
      { file: entry.path },
    )
  }
  return {
    entry,
    path: entry.path,
    sopClassUid: uid('x00080016'),
    sopInstanceUid: uid('x00080018'),
    studyInstanceUid: uid('x0020000d'),
    seriesInstanceUid: uid('x0020000e'),
    transferSyntaxUid,
    label: adversarialLabelIn(dataSet),
  }
}

async function identityOfAttack(folder: string): Promise<RecordedIdentity> {
  const { identity } = await readJson(
    join(folder, recordName),
    z.looseObject({ identity: recordedIdentity.optional() }),
    toRestore,
  )
  return identity ?? { choice: 'keep' }
}

async function identityOfDeidentification(folder: string): Promise<RecordedIdentity> {
  const record = await readJson(join(folder, deidentificationRecordName), deidentificationRecord, toRestore)
  const { standard, options, kept, key, pseudonyms } = record
  const choice = pseudonyms === 'by list' ? 'pseudonyms' : 'deidentified'
  return { ...recordedProfile.parse({ standard, options, kept, key, pseudonyms }), choice }
}
