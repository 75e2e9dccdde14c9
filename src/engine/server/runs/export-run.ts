import { isAbsolute, join } from 'node:path'
import { openExportFolder } from '../../../adapters/fs/export-folder.ts'
import { verifyManifest, type ManifestEntry } from '../../../adapters/fs/manifest.ts'
import { readBytes } from '../../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../../core/errors.ts'
import { exportKinds } from '../../../core/spec/presets.ts'
import { folderOf, type ExportKind } from '../../export/export-kinds.ts'
import { throwIfCancelled, type JobHooks } from '../../progress.ts'
import type { RunFolders } from './run-folders.ts'

export interface RunExport {
  readonly run: string
  /** A new or empty folder, or one where this export was begun. */
  readonly to: string
  /** The adversarial series is always among them. */
  readonly kinds: readonly ExportKind[]
}

export interface RunExportReport {
  readonly folder: string
  readonly files: number
  readonly bytes: number
}

/**
 * Copies a run's export, or a part of it, to a folder of the user's. What is copied has the hashes that the
 * run wrote down, and is read back at the end. @throws RadversaryError verification-failed for a run that
 * isn't done or whose files were changed; export-conflict; io-failed; cancelled.
 */
export async function exportRun(
  { run, to, kinds }: RunExport,
  folders: RunFolders,
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
  const isOf = (path: string, kind: ExportKind) => path.startsWith(`${folderOf[kind]}/`)
  const left = exportKinds.filter(
    (kind) =>
      kind !== 'series' && !kinds.includes(kind) && manifest.files.some(({ path }) => isOf(path, kind)),
  )
  const files = manifest.files.filter(({ path }) => !left.some((kind) => isOf(path, kind)))
  const { paths } = await folders.request(run)
  const exportId = [manifest.exportId, ...left.map((kind) => `without-${kind}`)].join('-')
  const target = await openExportFolder({ folder: to, exportId, sources: [...paths, source] })
  for (const [index, { path }] of files.entries()) {
    throwIfCancelled(hooks.signal)
    await target.write(path, await readBytes({ path: join(source, path) }))
    hooks.onProgress?.({ done: index + 1, total: files.length, phase: 'copying', note: path })
  }
  await target.finish()
  return readBack(target.folder, files)
}

async function readBack(folder: string, files: readonly ManifestEntry[]): Promise<RunExportReport> {
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
