import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename, dirname, extname, resolve, sep } from 'node:path'
import { systemPath } from '../../adapters/fs/file-names.ts'
import { ioError } from '../../adapters/fs/io-error.ts'
import { withFile } from '../../adapters/fs/open-file.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { walk, type SkippedFile } from '../../adapters/fs/scan.ts'
import { formatOf, headBytes, type Format } from '../../adapters/images/formats.ts'
import { looksLikeDicom } from '../../core/dicom/data-set.ts'
import { RadversaryError } from '../../core/errors.ts'
import { throwIfCancelled, type JobHooks } from '../progress.ts'
import type { InputFailure } from '../study/failures.ts'

/** A file to import. */
export interface SourceFile {
  readonly path: string
  /** Relative to what was named, with forward slashes. */
  readonly name: string
  readonly format: Format
  readonly sha256: string
}

/** What lies in the files and folders that were named. */
export interface Sources {
  readonly images: readonly SourceFile[]
  /** Tables and texts that may hold labels, by kind. */
  readonly tables: readonly { readonly path: string; readonly name: string }[]
  readonly failures: readonly InputFailure[]
  readonly skipped: readonly SkippedFile[]
}

/** Ends of names of files that may hold labels. */
const tableEnds = ['.csv', '.json', '.txt', '.yaml', '.yml', '.names']

/**
 * Finds images that are not DICOM, and what may hold their labels. Each file is read once, for its hash.
 * @throws RadversaryError io-failed for a path that is not there; cancelled.
 */
export async function findSources(paths: readonly string[], hooks: JobHooks): Promise<Sources> {
  const found = await namedFiles(paths, hooks)
  const images: SourceFile[] = []
  const tables: Sources['tables'][number][] = []
  const [failures, skipped] = [[...found.failures], [] as SkippedFile[]]
  for (const [done, file] of found.files.entries()) {
    throwIfCancelled(hooks.signal)
    hooks.onProgress?.({ done, total: found.files.length, phase: 'reading files', note: file.name })
    try {
      const sighting = await sighted(file)
      if (typeof sighting !== 'string') images.push(sighting)
      else if (sighting === 'table') tables.push(file)
      else skipped.push({ file: file.name, reason: sighting })
    } catch (error) {
      failures.push(failureOf(error, file.name))
    }
  }
  return { images, tables, failures, skipped }
}

interface NamedFile {
  readonly path: string
  readonly name: string
}

/**
 * Files by names that differ: from the folder that was named or, where names would be the same, from one of
 * all.
 */
async function namedFiles(
  paths: readonly string[],
  { signal }: JobHooks,
): Promise<{ readonly files: NamedFile[]; readonly failures: InputFailure[] }> {
  const roots = new Map<string, string>()
  const failures: InputFailure[] = []
  for (const path of new Set(paths.map((each) => resolve(each)))) {
    const root = await rootOf(path, paths.length > 1)
    const listener = {
      onFile: (file: string) => void roots.set(file, root),
      onFailure: (error: Error) => failures.push(failureOf(error, path)),
    }
    await walk([path], listener, signal)
  }
  const files = [...roots].map(([path, root]) => ({ path, name: nameIn(root, path) }))
  if (new Set(files.map(({ name }) => name)).size === files.length) return { files, failures }
  const common = commonFolder([...roots.values()])
  return { files: files.map(({ path }) => ({ path, name: nameIn(common, path) })), failures }
}

/** Where names begin: at a folder that was named alone, at its parent where there are several. */
async function rootOf(path: string, isOneOfMany: boolean): Promise<string> {
  const found = await stat(systemPath(path)).catch((cause: unknown) => {
    throw ioError('Read', path, cause)
  })
  return found.isDirectory() && !isOneOfMany ? path : dirname(path)
}

/** The deepest folder that all lie in; '' for folders of several disks. */
function commonFolder(folders: readonly string[]): string {
  const [first = [], ...others] = folders.map((folder) => folder.split(sep))
  const end = first.findIndex((part, n) => others.some((other) => other[n] !== part))
  return (end < 0 ? first : first.slice(0, end)).join(sep)
}

function nameIn(root: string, file: string): string {
  const start = root === '' || root.endsWith(sep) ? root : root + sep
  const name = file.startsWith(start) ? file.slice(start.length) : basename(file)
  return name.split(sep).filter(Boolean).join('/')
}

/** An image with its hash, or why it is none. */
async function sighted(file: NamedFile): Promise<SourceFile | string> {
  const end = extname(file.name).toLowerCase()
  if (basename(file.name).startsWith('.')) return 'hidden'
  const head = await withFile(file.path, ({ read }) => read(0, headBytes))
  const format = formatOf(head, file.name)
  if (format === undefined) {
    if (tableEnds.includes(end)) return 'table'
    return looksLikeDicom(head) ? 'DICOM already: open it as it is' : 'no image that is read'
  }
  const sha256 = createHash('sha256')
    .update(await readBytes(file))
    .digest('hex')
  return { ...file, format, sha256 }
}

/** @throws what is no fault of the file */
export function failureOf(error: unknown, file: string): InputFailure {
  const ofFiles = [
    'image-unreadable',
    'image-unsupported',
    'labels-invalid',
    'tensor-invalid',
    'io-failed',
    'dicom-unreadable',
    'dicom-unsupported',
  ]
  if (!(error instanceof RadversaryError) || !ofFiles.includes(error.code)) throw error
  return { file: error.file ?? file, code: error.code, message: error.message, tip: error.tip }
}
