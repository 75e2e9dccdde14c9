import { createHash } from 'node:crypto'
import { isAbsolute, join } from 'node:path'
import { type ExportFolder, openExportFolder } from '../../../adapters/fs/export-folder.ts'
import { verifyManifest, type ManifestEntry } from '../../../adapters/fs/manifest.ts'
import { readBytes } from '../../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../../core/errors.ts'
import { pictureFormats, exportKinds, mediaFormats } from '../../../core/spec/presets.ts'
import { recordName } from '../../attack/attack-study.ts'
import { identityParts, openIdentity } from '../../deidentify/export-identity.ts'
import type { IdentityRequest } from '../../deidentify/identity-request.ts'
import { noteExport } from '../../departures/departure-log.ts'
import { dicomFilesOf, type MediaFormat } from '../../export/media.ts'
import { folderOf, type ExportKind, type PictureFormat } from '../../export/export-kinds.ts'
import { type AttackRecord, recordText } from '../../export/record.ts'
import { throwIfCancelled, type JobHooks } from '../../progress.ts'
import type { EngineThread } from '../engine-threads.ts'
import type { RunFolders } from './run-folders.ts'

/** What an export can hold: what the run has made as DICOM, and its adversarial images in other formats. */
export type ExportPart = ExportKind | PictureFormat | MediaFormat

const partFolders = { ...folderOf, png: 'png', nifti: 'nifti', npy: 'npy' } as const satisfies Record<
  ExportKind | PictureFormat,
  string
>

export interface RunExport {
  readonly run: string
  /** A new or empty folder, or one where this export was begun. */
  readonly to: string
  /** The adversarial series is always among them. */
  readonly kinds: readonly ExportPart[]
  /** What becomes of identities, chosen by whoever exports. */
  readonly identity: IdentityRequest
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
  /** The workspace. */
  readonly home: string
}

/**
 * Writes a run's export, or a part of it, to a folder of the user's, and adds the formats that the run has
 * not made. With identities it is a copy, which has the hashes that the run wrote down; without, its DICOM
 * files are made anew of sources that are de-identified. All is read back at the end.
 * @throws RadversaryError verification-failed for a run that isn't done or whose files were changed;
 * export-conflict; io-failed; cancelled; as `namelessRun`
 */
export async function exportRun(
  request: RunExport,
  tools: ExportTools,
  hooks: JobHooks,
): Promise<RunExportReport> {
  const { run, to, kinds, identity } = request
  if (!isAbsolute(to))
    throw new RadversaryError('usage', `Export: expected a whole path, got ${JSON.stringify(to)}`, {
      tip: 'The application has no folder of its own that a path could begin in: choose the folder.',
    })
  const source = tools.folders.exportFolder(run)
  const { manifest, missing, changed } = await verifyManifest(source)
  const [damaged] = [...missing, ...changed]
  if (damaged !== undefined) throw notAsWritten(join(source, damaged))
  const { paths } = await tools.folders.request(run)
  const exportId = await exportIdOf(manifest.exportId, request, tools)
  const target = await openExportFolder({ folder: to, exportId, sources: [...paths, source] })
  if (target.complete) return { ...(await readBack(target.folder)), notices: [] }
  const work: ExportWork = { ...tools, request, source, paths, files: manifest.files, target, hooks }
  const record = identity.choice === 'keep' ? await copyFiles(work) : await writeNameless(work)
  const { pictures = [] } = record
  const made = new Set(pictures.map(({ format }) => format))
  const added = pictureFormats.filter((format) => kinds.includes(format) && !made.has(format))
  const { record: whole, notices } = await withFormats(record, added, work)
  const media = mediaFormats.filter((format) => kinds.includes(format))
  if (media.length > 0) {
    const asked = { folder: target.folder, files: dicomFilesOf(whole), exportId, media }
    target.adopt(await tools.compute.run('addMedia', asked, hooks))
  }
  await target.write(recordName, new TextEncoder().encode(recordText(whole)))
  await target.finish()
  const left = { what: 'run', identity: whole.identity ?? { choice: 'keep' } } as const
  await noteExport(tools.home, target.folder, left, hooks)
  return { ...(await readBack(target.folder)), notices }
}

interface ExportWork extends ExportTools {
  readonly request: RunExport
  /** The run's export. */
  readonly source: string
  /** The run's study. */
  readonly paths: readonly string[]
  readonly files: readonly ManifestEntry[]
  readonly target: ExportFolder
  readonly hooks: JobHooks
}

/** Names what is exported, by everything that decides its bytes. */
async function exportIdOf(
  run: string,
  { kinds, identity }: RunExport,
  { home }: ExportTools,
): Promise<string> {
  const parts = [run, [...kinds].sort(), identityParts(await openIdentity(identity, home))]
  return `export-${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)}`
}

/** Copies what the run has made and its user wants, less the record, to which more is added. */
async function copyFiles({
  request,
  source,
  files,
  target,
  folders,
  hooks,
}: ExportWork): Promise<AttackRecord> {
  const wanted = files.filter(({ path }) => path !== recordName && !isLeftOut(path, request.kinds))
  for (const [index, { path }] of wanted.entries()) {
    throwIfCancelled(hooks.signal)
    await target.write(path, await readBytes({ path: join(source, path) }))
    hooks.onProgress?.({ done: index + 1, total: wanted.length, phase: 'copying', note: path })
  }
  const { pictures, ...record } = await folders.record(request.run)
  const kept = pictures?.filter(({ format }) => request.kinds.includes(format))
  return { ...record, identity: { choice: 'keep' }, ...(kept && kept.length > 0 && { pictures: kept }) }
}

/**
 * Writes the run's DICOM files without identities, and copies what names nobody: perturbations that images
 * share.
 */
async function writeNameless({
  request,
  source,
  paths,
  files,
  target,
  ...tools
}: ExportWork): Promise<AttackRecord> {
  const { identity, kinds } = request
  const { compute, home, hooks } = tools
  for (const { path } of files.filter(({ path }) => path.startsWith('universal/')))
    await target.write(path, await readBytes({ path: join(source, path) }))
  const made = exportKinds.filter((kind) => kind === 'series' || kinds.includes(kind))
  const job = { from: source, folder: target.folder, paths, kinds: made, identity, home }
  const { record, files: written } = await compute.run('namelessRun', job, hooks)
  target.adopt(written)
  return record
}

function isLeftOut(path: string, wanted: readonly ExportPart[]): boolean {
  return [...exportKinds, ...pictureFormats].some(
    (part) => part !== 'series' && !wanted.includes(part) && path.startsWith(`${partFolders[part]}/`),
  )
}

/** Writes the adversarial images in other formats, which the record lists. */
async function withFormats(
  record: AttackRecord,
  formats: readonly PictureFormat[],
  { target, compute, hooks }: ExportWork,
): Promise<{ readonly record: AttackRecord; readonly notices: readonly string[] }> {
  if (formats.length === 0) return { record, notices: [] }
  const images = record.images.map(({ exported }) => exported.series.path)
  const asked = { folder: target.folder, images, formats }
  const { files, pictures, notices } = await compute.run('addPictures', asked, hooks)
  target.adopt(files)
  return {
    record: {
      ...record,
      pictures: [...(record.pictures ?? []), ...pictures],
      notices: [...record.notices, ...notices],
    },
    notices: notices.map(({ message, tip }) => `${message} ${tip}`),
  }
}

async function readBack(folder: string): Promise<Omit<RunExportReport, 'notices'>> {
  const { manifest, missing, changed } = await verifyManifest(folder)
  const [damaged] = [...missing, ...changed]
  if (damaged !== undefined) throw notAsWritten(join(folder, damaged))
  const { files } = manifest
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
