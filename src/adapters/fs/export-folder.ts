import { mkdir, readdir, realpath, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep, isAbsolute, basename } from 'node:path'
import { RadversaryError } from '../../core/errors.ts'
import { fileExists, removePartials, syncFolder, writeFileAtomically } from './atomic-write.ts'
import { errorCode, ioError } from './io-error.ts'
import { checkOutputName } from './file-names.ts'
import {
  describeFile,
  filesBelow,
  manifestName,
  markerName,
  readBytes,
  readManifest,
  readMarker,
  writeManifest,
  writeMarker,
  type Manifest,
  type ManifestEntry,
} from './manifest.ts'

export interface ExportFolderOptions {
  readonly folder: string
  /** Names what is exported: the same id must give the same bytes, file by file. */
  readonly exportId: string
  /** Files and folders that are exported from; the export may not lie in one of them. */
  readonly sources: readonly string[]
}

/** Puts files into an export's folder. `path` is relative, parted by /. */
export interface ExportWriter {
  readonly folder: string
  /** Writes a file, or keeps one that is there with the same bytes. */
  write(path: string, bytes: Uint8Array): Promise<'written' | 'kept'>
  /** Takes over a file that an earlier attempt has written, as it is; undefined when there is none. */
  keep(path: string): Promise<ManifestEntry | undefined>
}

/** A folder that is being exported to by one job, whose threads may write too (`joinExportFolder`). */
export interface ExportFolder extends ExportWriter {
  /** Whether the folder held a complete export of this id from the start. */
  readonly complete: boolean
  /** Lists files that a thread of the job has written or kept. */
  adopt(files: readonly ManifestEntry[]): void
  /** Writes the manifest and takes the marker away: from here on the export is complete. */
  finish(): Promise<Manifest>
}

/**
 * Opens a folder for an export: a new one, an empty one, or one where an export of the same id was begun (its
 * files are kept, the temporaries of a dead writer removed). The folder says EXPORT-INCOMPLETE until
 * `finish`.
 * @throws RadversaryError export-conflict when the folder holds anything else, or lies in a source; io-failed
 */
export async function openExportFolder(options: ExportFolderOptions): Promise<ExportFolder> {
  const folder = resolve(options.folder)
  checkOutputName(folder)
  await refuseSources(folder, options.sources)
  await makeFolder(folder)
  await refuseLinks(folder)
  const complete = await claim(folder, options.exportId)
  await removePartials(folder)
  const listed = new Map<string, ManifestEntry>()
  return {
    ...writerOf(folder, listed, complete),
    complete,
    adopt: (files) => {
      for (const entry of files) listed.set(entry.path, entry)
    },
    finish: async () => finish(folder, options.exportId, [...listed.values()], complete),
  }
}

/** A thread's writer into a folder that its job has opened. */
export interface JoinedExport extends ExportWriter {
  /** The files written or kept since the last call, for the job to adopt. */
  handOver(): readonly ManifestEntry[]
}

export function joinExportFolder(folder: string): JoinedExport {
  const listed = new Map<string, ManifestEntry>()
  return {
    ...writerOf(folder, listed, false),
    handOver: () => {
      const files = [...listed.values()]
      listed.clear()
      return files
    },
  }
}

/** @param complete whether nothing may be added */
function writerOf(folder: string, listed: Map<string, ManifestEntry>, complete: boolean): ExportWriter {
  return {
    folder,
    write: async (path, bytes) => {
      const entry = describeFile(path, bytes)
      const outcome = await writeOrKeep(folder, entry, bytes, complete)
      listed.set(path, entry)
      return outcome
    },
    keep: async (path) => {
      if (!(await fileExists(join(folder, path)))) return undefined
      const entry = describeFile(path, await readBytes(join(folder, path)))
      listed.set(path, entry)
      return entry
    },
  }
}

/** An export holds no links: one that was put there would lead our files elsewhere, or others' in. */
async function refuseLinks(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch((cause: unknown) => {
    throw ioError('list folder', folder, cause)
  })
  const odd = entries.find((entry) => !entry.isFile() && !entry.isDirectory())
  if (odd !== undefined)
    throw conflict(
      join(odd.parentPath, odd.name),
      'expected files and folders of its own, got a link or device',
    )
}

/** True when the export is complete already; otherwise the folder is ours and marked. */
async function claim(folder: string, exportId: string): Promise<boolean> {
  const complete = await fileExists(join(folder, manifestName))
  const owner = complete ? (await readManifest(folder)).exportId : await readMarker(folder)
  if (owner === undefined) {
    await refuseForeignFiles(folder)
    await writeMarker(folder, exportId)
  } else if (owner !== exportId) {
    if (complete || !(await isUnused(folder)))
      throw conflict(folder, `expected an export of ${exportId}, got one of ${owner}`)
    await removeMarker(folder)
    await writeMarker(folder, exportId)
  }
  // A writer may have died between the manifest and this.
  if (complete) await removeMarker(folder)
  return complete
}

/** Marked by an export that came to an end before its first file, such as one whose settings were wrong. */
async function isUnused(folder: string): Promise<boolean> {
  return (await filesBelow(folder)).every((path) => path === markerName)
}

async function refuseForeignFiles(folder: string): Promise<void> {
  const [foreign] = await filesBelow(folder)
  if (foreign !== undefined)
    throw conflict(folder, `expected an empty folder, got one that holds ${basename(foreign)}`)
}

async function writeOrKeep(
  folder: string,
  entry: ManifestEntry,
  bytes: Uint8Array,
  complete: boolean,
): Promise<'written' | 'kept'> {
  const path = join(folder, entry.path)
  if (await fileExists(path)) {
    if (describeFile(entry.path, await readBytes(path)).sha256 === entry.sha256) return 'kept'
    throw conflict(path, 'expected the bytes that this export gives, got others')
  }
  if (complete) throw conflict(path, 'expected a file that the finished export lists, got none')
  await makeFolder(dirname(path))
  await writeFileAtomically(path, bytes, { replace: false })
  return 'written'
}

async function finish(
  folder: string,
  exportId: string,
  files: readonly ManifestEntry[],
  complete: boolean,
): Promise<Manifest> {
  if (complete) return readManifest(folder)
  const manifest = await writeManifest(folder, exportId, files)
  await removeMarker(folder)
  return manifest
}

async function removeMarker(folder: string): Promise<void> {
  try {
    await rm(join(folder, markerName), { force: true })
    await syncFolder(folder)
  } catch (cause) {
    throw ioError('finish export', folder, cause)
  }
}

/** Folder by folder: Node's recursive mkdir reports ENOENT for a disk that can only be read. */
async function makeFolder(folder: string): Promise<void> {
  try {
    if (await isFolder(folder)) return
    if (dirname(folder) !== folder) await makeFolder(dirname(folder))
    await mkdir(folder)
  } catch (cause) {
    if (errorCode(cause) !== 'EEXIST') throw ioError('make folder', folder, cause)
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return false
    throw cause
  }
  throw Object.assign(new Error(`${path} is a file`), { code: 'ENOTDIR' })
}

/** The originals stay as they are: the export is neither one of them nor among them. Links are followed. */
export async function refuseSources(folder: string, sources: readonly string[]): Promise<void> {
  const target = await realPath(folder)
  for (const source of sources) {
    if (isWithin(target, await realPath(resolve(source)))) {
      throw conflict(
        folder,
        'expected a folder outside the source, got one inside',
        'Choose a folder beside the source series.',
      )
    }
  }
}

function isWithin(path: string, container: string): boolean {
  const way = relative(container, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/** The real path of what exists of it, and the rest as given. */
async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (cause) {
    const parent = dirname(path)
    if (errorCode(cause) === 'ENOENT' && parent !== path) return join(await realPath(parent), basename(path))
    throw ioError('find folder', path, cause)
  }
}

function conflict(file: string, message: string, tip?: string): RadversaryError {
  return new RadversaryError('export-conflict', `export: ${message}`, {
    file,
    tip: tip ?? 'Nothing is overwritten: choose another folder, or move what is there.',
  })
}
