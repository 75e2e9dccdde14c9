import { isAbsolute, join } from 'node:path'
import { type ExportFolder, openExportFolder } from '../../../adapters/fs/export-folder.ts'
import { verifyManifest, type ManifestEntry } from '../../../adapters/fs/manifest.ts'
import { readBytes } from '../../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../../core/errors.ts'
import { pictureFormats, exportKinds } from '../../../core/spec/presets.ts'
import { recordName } from '../../attack/attack-study.ts'
import { folderOf, type ExportKind, type PictureFormat } from '../../export/export-kinds.ts'
import { type AttackRecord, recordText } from '../../export/record.ts'
import { throwIfCancelled, type JobHooks } from '../../progress.ts'
import type { EngineThread } from '../engine-threads.ts'
import type { RunFolders } from './run-folders.ts'

/** What an export can hold: what the run has made as DICOM, and its adversarial images in other formats. */
export type ExportPart = ExportKind | PictureFormat

const partFolders = { ...folderOf, png: 'png', nifti: 'nifti', npy: 'npy' } as const satisfies Record<
  ExportPart,
  string
>

export interface RunExport {
  readonly run: string
  /** A new or empty folder, or one where this export was begun. */
  readonly to: string
  /** The adversarial series is always among them. */
  readonly kinds: readonly ExportPart[]
}

export interface RunExportReport {
  readonly folder: string
  readonly files: number
  readonly bytes: number
  /** What could not be written in a format, and why. */
  readonly notices: readonly string[]
}

interface ExportTools {
  readonly folders: RunFolders
  /** Writes other formats: that takes longer than a page should wait. */
  readonly compute: EngineThread
}

/**
 * Copies a run's export, or a part of it, to a folder of the user's, and adds the formats that the run has
 * not made. What is copied has the hashes that the run wrote down; all is read back at the end.
 * @throws RadversaryError verification-failed for a run that isn't done or whose files were changed;
 * export-conflict; io-failed; cancelled.
 */
export async function exportRun(
  { run, to, kinds }: RunExport,
  { folders, compute }: ExportTools,
  hooks: JobHooks,
): Promise<RunExportReport> {
  if (!isAbsolute(to))
    throw new RadversaryError('usage', `Export: expected a whole path, got ${JSON.stringify(to)}`, {
      tip: 'The application has no folder of its own that a path could begin in: choose the folder.',
    })
  const source = folders.exportFolder(run)
  const { manifest, missing, changed } = await verifyManifest(source)
  const [damaged] = [...missing, ...changed]
  if (damaged !== undefined) throw notAsWritten(join(source, damaged))
  const record = await folders.record(run)
  const { left, added } = partsOf(kinds, record, manifest.files)
  const files = manifest.files.filter(
    ({ path }) => !left.some((part) => isOf(path, part)) && (added.length === 0 || path !== recordName),
  )
  const { paths } = await folders.request(run)
  const exportId = [
    manifest.exportId,
    ...left.map((part) => `without-${part}`),
    ...added.map((part) => `with-${part}`),
  ].join('-')
  const target = await openExportFolder({ folder: to, exportId, sources: [...paths, source] })
  for (const [index, { path }] of files.entries()) {
    throwIfCancelled(hooks.signal)
    await target.write(path, await readBytes({ path: join(source, path) }))
    hooks.onProgress?.({ done: index + 1, total: files.length, phase: 'copying', note: path })
  }
  const notices =
    added.length === 0 ? [] : await addFormats(target, { record, formats: added }, compute, hooks)
  const written = await target.finish()
  return { ...(await readBack(target.folder, written.files)), notices }
}

/** What of a run's files is left out, and the formats that are made anew. */
function partsOf(
  wanted: readonly ExportPart[],
  { pictures = [] }: AttackRecord,
  files: readonly ManifestEntry[],
): { readonly left: readonly ExportPart[]; readonly added: readonly PictureFormat[] } {
  const isThere = (part: ExportPart) => files.some(({ path }) => isOf(path, part))
  const left = [...exportKinds, ...pictureFormats].filter(
    (part) => part !== 'series' && !wanted.includes(part) && isThere(part),
  )
  const made = new Set(pictures.map(({ format }) => format))
  return { left, added: pictureFormats.filter((format) => wanted.includes(format) && !made.has(format)) }
}

function isOf(path: string, part: ExportPart): boolean {
  return path.startsWith(`${partFolders[part]}/`)
}

/** Writes the adversarial images in other formats, and a record that lists them. */
async function addFormats(
  target: ExportFolder,
  { record, formats }: { readonly record: AttackRecord; readonly formats: readonly PictureFormat[] },
  compute: EngineThread,
  hooks: JobHooks,
): Promise<readonly string[]> {
  const images = record.images.map(({ exported }) => exported.series.path)
  const { files, pictures, notices } = await compute.run(
    'addPictures',
    { folder: target.folder, images, formats },
    hooks,
  )
  target.adopt(files)
  const whole: AttackRecord = {
    ...record,
    pictures: [...(record.pictures ?? []), ...pictures],
    notices: [...record.notices, ...notices],
  }
  await target.write(recordName, new TextEncoder().encode(recordText(whole)))
  return notices.map(({ message, tip }) => `${message} ${tip}`)
}

async function readBack(
  folder: string,
  files: readonly ManifestEntry[],
): Promise<Omit<RunExportReport, 'notices'>> {
  const { manifest, missing, changed } = await verifyManifest(folder)
  const [damaged] = [...missing, ...changed]
  if (damaged !== undefined || manifest.files.length !== files.length)
    throw notAsWritten(join(folder, damaged ?? ''))
  return { folder, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
}

function notAsWritten(file: string): RadversaryError {
  return new RadversaryError(
    'verification-failed',
    'Export: expected the bytes that were written, got others',
    {
      file,
      tip: 'Check the disk, and repeat the run.',
    },
  )
}
