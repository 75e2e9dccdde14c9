import { join } from 'node:path'
import { Zip, ZipDeflate } from 'fflate'
import { type ExportWriter, joinExportFolder } from '../../adapters/fs/export-folder.ts'
import type { ManifestEntry } from '../../adapters/fs/manifest.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { buildDicomdir, type DirectoryEntry, directoryEntry } from '../../core/dicom/write/dicomdir.ts'
import { concatBytes } from '../../core/dicom/write/encode.ts'
import { RadversaryError } from '../../core/errors.ts'
import { exportKinds, type mediaFormats } from '../../core/spec/presets.ts'
import type { AttackRecord } from './record.ts'
import { type JobHooks, throwIfCancelled } from '../progress.ts'

export interface MediaRequest {
  /**
   * Paths of DICOM files in the export, in the order in which they become series and images of the medium.
   */
  readonly files: readonly string[]
  readonly exportId: string
  readonly media: readonly MediaFormat[]
}

export type MediaFormat = (typeof mediaFormats)[number]

/** Zip's old directory, which every PC reads, ends here (PKWARE APPNOTE 4.4.1.4). */
const largestZip = 2 ** 32 - 1

/**
 * Writes the DICOM files of an export as a file-set that a hospital's PC reads (PS3.10, general purpose
 * profile): media/DICOMDIR with the files under names of eight characters, or the same in one archive,
 * media.zip.
 * @throws RadversaryError usage for more than a zip holds; io-failed, export-conflict, cancelled
 */
export async function writeMedia(
  folder: ExportWriter,
  { files, exportId, media }: MediaRequest,
  { signal, onProgress }: JobHooks,
): Promise<void> {
  const entries: DirectoryEntry[] = []
  const dicomdir = media.includes('dicomdir')
  const archive = media.includes('zip') ? zipArchive() : undefined
  for (const [index, path] of files.entries()) {
    throwIfCancelled(signal)
    const bytes = await readBytes({ path: join(folder.folder, path) })
    const name = nameOnMedium(path, files)
    entries.push(directoryEntry(bytes, name))
    if (dicomdir) await folder.write(`media/${name.join('/')}`, bytes)
    archive?.add(name.join('/'), bytes)
    onProgress?.({ done: index + 1, total: files.length, phase: 'writing the medium', note: '' })
  }
  const directory = buildDicomdir(entries, exportId)
  if (dicomdir) await folder.write('media/DICOMDIR', directory)
  archive?.add('DICOMDIR', directory)
  if (archive !== undefined) await folder.write('media.zip', archive.end())
}

/** Does the same for a job on another thread, which adopts the files. */
export async function addMedia(
  { folder, ...wanted }: MediaRequest & { readonly folder: string },
  hooks: JobHooks = {},
): Promise<readonly ManifestEntry[]> {
  const joined = joinExportFolder(folder)
  await writeMedia(joined, wanted, hooks)
  return joined.handOver()
}

/** The DICOM files that a record lists, a kind after the other. */
export function dicomFilesOf({ images }: Pick<AttackRecord, 'images'>): string[] {
  return exportKinds.flatMap((kind) => images.flatMap(({ exported }) => exported[kind]?.path ?? []))
}

/** DICOM/S1/00000001: the folder's place among the export's, and the file's number. */
function nameOnMedium(path: string, files: readonly string[]): string[] {
  const folders = [...new Set(files.map((file) => file.split('/')[0]))]
  const [folder, file = ''] = path.split('/')
  return ['DICOM', `S${folders.indexOf(folder) + 1}`, file.replace(/\D/g, '').padStart(8, '0')]
}

interface Archive {
  add(name: string, bytes: Uint8Array): void
  /** All of its bytes. @throws RadversaryError usage */
  end(): Uint8Array
}

/** Without times, so that the same files give the same bytes. */
function zipArchive(): Archive {
  const parts: Uint8Array[] = []
  const zip = new Zip((error, part) => {
    if (error !== null) throw error
    parts.push(part)
  })
  return {
    add: (name, bytes) => {
      const file = new ZipDeflate(name, { level: 6 })
      file.mtime = new Date(1980, 0, 1)
      zip.add(file)
      file.push(bytes, true)
    },
    end: () => {
      zip.end()
      if (parts.reduce((sum, { length }) => sum + length, 0) > largestZip) throw tooLarge()
      return concatBytes(parts)
    },
  }
}

function tooLarge(): RadversaryError {
  return new RadversaryError('usage', 'Medium: expected at most 4 GB in a zip, got more', {
    tip: 'Take dicomdir without zip, or export fewer images at once.',
  })
}
