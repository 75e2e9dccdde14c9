import { createHash } from 'node:crypto'
import { basename, join, resolve } from 'node:path'
import { readJsonFile } from '../../adapters/fs/json-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { JobHooks } from '../progress.ts'
import { assumptionsOf, importRecord, importRecordName } from './import-record.ts'

/** Imports of the same paths that are kept, at most: each is of other contents. */
const mostImports = 20

/** Studies that were imported so that they could be opened, in a folder each. */
export function importedFolder(home: string): string {
  return join(home, 'imported')
}

export interface ImportToOpen {
  /** Files and folders. */
  readonly paths: readonly string[]
  readonly home: string
}

/**
 * Imports images that are not DICOM into the workspace, so that they can be opened; the same files come to
 * the same folder. @returns the folder of the study. @throws RadversaryError as `importImages`
 */
export async function importToOpen({ paths, home }: ImportToOpen, hooks: JobHooks = {}): Promise<string> {
  // The formats' libraries are loaded where they are asked for.
  const { importImages } = await import('./import-images.ts')
  const absolute = paths.map((path) => resolve(path))
  const key = createHash('sha256').update(JSON.stringify(absolute)).digest('hex').slice(0, 12)
  const name = basename(absolute[0] ?? '').replaceAll(/[^\p{L}\p{N}_-]+/gu, '-') || 'images'
  for (let n = 1; ; n++) {
    const out = join(importedFolder(home), `${key}-${n}`, name)
    try {
      return (await importImages({ paths: absolute, out }, hooks)).folder
    } catch (error) {
      // What lies there was made of other contents of these files.
      const isTaken = error instanceof RadversaryError && error.code === 'export-conflict'
      if (!isTaken || n >= mostImports) throw error
    }
  }
}

/** Says what an import assumed, and what it found, in sentences; none of a study that was not imported. */
export async function importedSentences(paths: readonly string[]): Promise<string[]> {
  const [path, ...others] = paths
  if (path === undefined || others.length > 0) return []
  const record = await readJsonFile(join(path, importRecordName), importRecord).catch(() => undefined)
  if (record === undefined) return []
  const { files, modality, labels } = record
  const images = files.reduce((sum, file) => sum + file.images.length, 0)
  const formats = [...new Set(files.map(({ format }) => format))].join(', ')
  return [
    `Imported: ${images} images of ${files.length} files (${formats}), as modality ${modality}.`,
    ...(labels === null ? [] : [`Labels of ${labels.images} images were found: ${labels.from}.`]),
    ...assumptionsOf(record),
  ]
}
