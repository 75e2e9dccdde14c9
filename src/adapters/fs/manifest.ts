import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { z } from 'zod'
import { RadversaryError } from '../../core/errors.ts'
import { fileExists, isPartialName, writeFileAtomically } from './atomic-write.ts'
import { ioError } from './io-error.ts'
import { readJsonFile, toRestore } from './json-file.ts'

/** The last file of an export: while it is absent, the export is not complete. */
export const manifestName = 'manifest.json'
/** The first file of an export, gone when it is complete; says to people and programs what the folder is. */
export const markerName = 'EXPORT-INCOMPLETE.json'

const relativePath = z
  .string()
  .min(1)
  .refine(
    (path) => !/^[/\\]|^[A-Za-z]:|\\|(^|\/)\.\.?(\/|$)/.test(path),
    'expected a path inside the export, parted by /',
  )

const manifestSchema = z.strictObject({
  schema: z.literal('radversary-export-manifest/1'),
  /** Names what is exported: run, inputs, parameters. Equal ids mean equal bytes. */
  exportId: z.string().min(1),
  files: z.array(
    z.strictObject({
      path: relativePath,
      bytes: z.int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
})

/** Every file of an export with its length and SHA-256, sorted by path. */
export type Manifest = z.infer<typeof manifestSchema>
export type ManifestEntry = Manifest['files'][number]

const markerSchema = z.strictObject({
  schema: z.literal('radversary-export-incomplete/1'),
  exportId: z.string().min(1),
  note: z.string(),
})

/** What an export's folder holds compared with its manifest; paths relative to the folder. */
export interface ManifestCheck {
  readonly manifest: Manifest
  readonly missing: readonly string[]
  readonly changed: readonly string[]
  /**
   * Files that the manifest doesn't list; the folder may hold others, but none that claims to be part of the
   * export.
   */
  readonly unlisted: readonly string[]
}

/**
 * The manifest of a complete export.
 * @throws RadversaryError verification-failed when there is none (the export is partial, or the folder is
 * none) or it is damaged; io-failed
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const manifest = await readJsonFile(join(folder, manifestName), manifestSchema, toRestore)
  if (manifest !== undefined) return manifest
  const isPartial = await fileExists(join(folder, markerName))
  const found = isPartial ? 'the export is not complete' : 'this is no export'
  throw new RadversaryError('verification-failed', `export: expected ${manifestName}, got none: ${found}`, {
    file: folder,
    tip: isPartial
      ? 'Run the same command again: it resumes the export and keeps what is already written.'
      : 'Give the folder that an attack wrote to, its --out.',
  })
}

/** Reads every file of a complete export and compares it with the manifest. */
export async function verifyManifest(folder: string): Promise<ManifestCheck> {
  const manifest = await readManifest(folder)
  const missing: string[] = []
  const changed: string[] = []
  for (const entry of manifest.files) {
    const path = join(folder, entry.path)
    if (!(await fileExists(path))) missing.push(entry.path)
    else if (describeFile(entry.path, await readBytes(path)).sha256 !== entry.sha256) changed.push(entry.path)
  }
  const listed = new Set([...manifest.files.map((entry) => entry.path), manifestName])
  const unlisted = (await filesBelow(folder)).filter((path) => !listed.has(path))
  return { manifest, missing, changed, unlisted }
}

/** The export id of a partial export; undefined where there is no marker. */
export async function readMarker(folder: string): Promise<string | undefined> {
  return (await readJsonFile(join(folder, markerName), markerSchema, toRestore))?.exportId
}

export async function writeMarker(folder: string, exportId: string): Promise<void> {
  const note = 'This export is not complete. Run the same command again to resume it; what is here is kept.'
  const marker: z.infer<typeof markerSchema> = { schema: 'radversary-export-incomplete/1', exportId, note }
  await writeFileAtomically(join(folder, markerName), jsonBytes(marker), { replace: false })
}

export async function writeManifest(
  folder: string,
  exportId: string,
  files: readonly ManifestEntry[],
): Promise<Manifest> {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1))
  const manifest = manifestSchema.parse({ schema: 'radversary-export-manifest/1', exportId, files: sorted })
  await writeFileAtomically(join(folder, manifestName), jsonBytes(manifest), { replace: false })
  return manifest
}

/** A file's entry in the manifest. */
export function describeFile(path: string, bytes: Uint8Array): ManifestEntry {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { path: relativePath.parse(path), bytes: bytes.length, sha256 }
}

/** All files in a folder and below, parted by /, without those that a dead writer left. */
export async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive: true })
    const files = entries.filter((entry) => !entry.isDirectory() && !isPartialName(entry.name))
    return files
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
      .sort()
  } catch (cause) {
    throw ioError('list folder', folder, cause)
  }
}

export async function readBytes(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw ioError('read file', path, cause)
  })
}

function jsonBytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)
}
