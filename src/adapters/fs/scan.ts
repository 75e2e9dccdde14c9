import { readdir, realpath, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { InstanceHeader } from '../../core/dicom/instance.ts'
import { orderSeries, type SeriesOrder } from '../../core/dicom/series.ts'
import type { ExportFault } from '../../core/dicom/write/exportable.ts'
import { type ErrorCode, internalError, type Notice, RadversaryError } from '../../core/errors.ts'
import { findReferencedFiles, type MissingFile } from './dicomdir-files.ts'
import { nameOfBytes, systemPath } from './file-names.ts'
import { ioError } from './io-error.ts'
import { type FileRef, nameOf, withFile } from './open-file.ts'
import { sight, type Sighting } from './read-head.ts'
import { listMembers, memberHead } from './zip.ts'

/** Hears of every file, and of every folder that can't be read, in a fixed order. */
export interface WalkListener {
  onFile(path: string): void
  onFailure(error: Error): void
}

/**
 * Goes through files and nested folders, in the order of their names. Linked folders are followed, each real
 * folder once.
 */
export async function walk(
  paths: readonly string[],
  listener: WalkListener,
  signal?: AbortSignal,
): Promise<void> {
  const seen = new Set<string>()
  for (const path of paths) await visit(resolve(path))

  async function visit(path: string): Promise<void> {
    signal?.throwIfAborted()
    try {
      const found = await stat(systemPath(path))
      if (found.isDirectory()) await visitFolder(path)
      else if (found.isFile()) listener.onFile(path)
    } catch (cause) {
      if (signal?.aborted) throw cause
      listener.onFailure(ioError('Read', path, cause))
    }
  }

  async function visitFolder(path: string): Promise<void> {
    const real = nameOfBytes(await realpath(systemPath(path), { encoding: 'buffer' }))
    if (seen.has(real)) return
    seen.add(real)
    for (const { name, isFile } of await entriesOf(path))
      if (isFile) listener.onFile(join(path, name))
      else await visit(join(path, name))
  }
}

async function entriesOf(folder: string): Promise<{ readonly name: string; readonly isFile: boolean }[]> {
  const entries = await readdir(systemPath(folder), { withFileTypes: true, encoding: 'buffer' })
  return entries
    .map((entry) => ({ name: nameOfBytes(entry.name), isFile: entry.isFile() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** An image's header and where the image is; `readInstance(source)` reads the rest. */
export interface ScannedInstance extends InstanceHeader {
  readonly source: FileRef
  /** Why it can be read but not exported. */
  readonly exportFault?: ExportFault | undefined
  /** What an image that is more than a slice is treated as. */
  readonly treatment?: Notice | undefined
}

/** A file that is DICOM, or an archive, or should have been there, but can't be read. */
export interface ScanFailure {
  readonly file: string
  readonly code: ErrorCode
  readonly message: string
  readonly tip: string | undefined
}

/** A file that is left aside, with nothing wrong about it. */
export interface SkippedFile {
  readonly file: string
  readonly reason: string
}

export interface ScanResult {
  readonly series: SeriesOrder<ScannedInstance>
  /** Both by file name. */
  readonly failures: readonly ScanFailure[]
  readonly skipped: readonly SkippedFile[]
}

export interface ScanOptions {
  readonly signal?: AbortSignal | undefined
  /**
   * Hears after every file how many have been read of how many known so far; archives and DICOMDIRs add to
   * the latter.
   */
  readonly onProgress?:
    ((progress: { readonly filesDone: number; readonly filesKnown: number }) => void) | undefined
}

/** Files that are read at the same time: enough to hide a network share's delay. */
const parallelReads = 16

/**
 * Finds the images among files, nested folders, zip archives and DICOMDIRs' references, reading each file's
 * beginning only, and orders them by series. One bad file never stops the rest.
 * @throws RadversaryError cancelled.
 */
export async function scan(paths: readonly string[], options: ScanOptions = {}): Promise<ScanResult> {
  const work = new Scan(options)
  try {
    await walk(
      paths,
      {
        onFile: (path) => {
          work.add(path)
        },
        onFailure: (error) => {
          work.fail(error)
        },
      },
      options.signal,
    )
    await work.finish()
  } catch (cause) {
    if (options.signal?.aborted) throw new RadversaryError('cancelled', 'Scan: cancelled', { cause })
    throw cause
  }
  return work.result()
}

/** The state of one scan: files still to read, and what has been found. */
class Scan {
  private readonly waiting: string[] = []
  private readonly known = new Set<string>()
  private readonly instances: ScannedInstance[] = []
  private readonly failures: ScanFailure[] = []
  private readonly missing: MissingFile[] = []
  private readonly skipped: SkippedFile[] = []
  private filesDone = 0
  private filesKnown = 0

  constructor(private readonly options: ScanOptions) {}

  add(path: string): void {
    const absolute = resolve(path)
    if (this.known.has(absolute)) return
    this.known.add(absolute)
    this.waiting.push(absolute)
    this.filesKnown++
  }

  fail(error: unknown, file?: string): void {
    if (this.options.signal?.aborted) throw error
    const fault =
      error instanceof RadversaryError
        ? error
        : internalError(error instanceof Error ? error.message : String(error))
    this.failures.push({
      file: fault.file ?? file ?? '',
      code: fault.code,
      message: fault.message,
      tip: fault.tip,
    })
  }

  /**
   * Workers take files off the queue; one that adds files to it goes on until it is empty, so none is
   * forgotten.
   */
  async finish(): Promise<void> {
    const worker = async () => {
      for (let path = this.waiting.shift(); path !== undefined; path = this.waiting.shift())
        await this.readFile(path)
    }
    await Promise.all(Array.from({ length: parallelReads }, worker))
    this.failMissing()
  }

  result(): ScanResult {
    const byFile = (a: { file: string }, b: { file: string }) =>
      a.file < b.file ? -1 : a.file > b.file ? 1 : 0
    const series = orderSeries(this.instances)
    const repeated = series.flatMap(({ duplicates }) => duplicates.map(({ source }) => nameOf(source)))
    const reason = 'repeats the SOP Instance UID of another file of its series'
    return {
      series,
      failures: this.failures.sort(byFile),
      skipped: [...this.skipped, ...repeated.map((file) => ({ file, reason }))].sort(byFile),
    }
  }

  /** A file under another name is not missing: it is known by its SOP Instance UID. */
  private failMissing(): void {
    const found = new Set(this.instances.map(({ sopInstanceUid }) => sopInstanceUid))
    for (const { sopInstanceUid, fault } of this.missing)
      if (sopInstanceUid === undefined || !found.has(sopInstanceUid)) this.fail(fault)
  }

  private async readFile(path: string): Promise<void> {
    this.options.signal?.throwIfAborted()
    try {
      const sighting = await withFile(path, ({ size, read }) =>
        sight({ name: path, size, head: (length) => read(0, length) }),
      )
      await this.take(sighting, { path })
    } catch (error) {
      this.fail(error, path)
    }
    this.tellProgress()
  }

  private async take(sighting: Sighting, source: FileRef): Promise<void> {
    const file = nameOf(source)
    switch (sighting.kind) {
      case 'image':
        this.instances.push({
          ...sighting.header,
          source,
          exportFault: sighting.exportFault,
          treatment: sighting.treatment,
        })
        return
      case 'other':
        this.skipped.push({ file, reason: sighting.reason })
        return
      case 'gzip':
        throw unpackFirst('a DICOM file, folder or zip archive', 'a file packed with gzip', file)
      case 'zip':
        if (source.member !== undefined) throw unpackFirst('images', 'an archive in an archive', file)
        return this.readArchive(source.path)
      case 'dicomdir': {
        this.skipped.push({ file, reason: `DICOMDIR of ${sighting.dicomdir.references.length} files` })
        if (source.member !== undefined) return
        const { files, missing, faults } = await findReferencedFiles(source.path, sighting.dicomdir)
        for (const found of files) this.add(found)
        this.missing.push(...missing)
        for (const fault of faults) this.fail(fault)
      }
    }
  }

  private async readArchive(path: string): Promise<void> {
    const members = await listMembers(path)
    this.filesKnown += members.length
    await withFile(path, async (file) => {
      for (const member of members) {
        this.options.signal?.throwIfAborted()
        const source = { path, member: member.name }
        const head = (length: number) => memberHead(file, path, member, length)
        try {
          await this.take(await sight({ name: nameOf(source), size: member.size, head }), source)
        } catch (error) {
          this.fail(error, nameOf(source))
        }
        this.tellProgress()
      }
    })
  }

  private tellProgress(): void {
    this.filesDone++
    this.options.onProgress?.({ filesDone: this.filesDone, filesKnown: this.filesKnown })
  }
}

function unpackFirst(expected: string, got: string, file: string): RadversaryError {
  return new RadversaryError('dicom-unsupported', `File: expected ${expected}, got ${got}`, {
    tip: 'Unpack it and open what comes out of it.',
    file,
  })
}
