import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { openExportFolder, type ExportFolder } from '../../adapters/fs/export-folder.ts'
import type { ArchivePart } from '../../adapters/images/arrays.ts'
import { readImages } from '../../adapters/images/read-images.ts'
import { composeInstance } from '../../core/dicom/write/compose-instance.ts'
import { deriveUid } from '../../core/dicom/write/uids.ts'
import { internalError, RadversaryError } from '../../core/errors.ts'
import type { ImageStack, SourceImages } from '../../core/image/source-images.ts'
import { throwIfCancelled, type JobHooks } from '../progress.ts'
import type { InputFailure } from '../study/failures.ts'
import { version } from '../version.ts'
import { Cases, imagePath, outputNames } from './output-names.ts'
import { failureOf, findSources, type SourceFile, type Sources } from './find-sources.ts'
import { openImportMasks } from './import-masks.ts'
import {
  importRecordName,
  importRecordSchema,
  type ImportedFile,
  type ImportRecord,
} from './import-record.ts'
import { chooseLabels, labelsCsv, type LabelledImage } from './labels/choose-labels.ts'
import type { ImportMasks, MaskedImage, MaskPicture } from './mask-table.ts'

export interface ImportRequest {
  /** Files and folders. */
  readonly paths: readonly string[]
  /** A new or empty folder, or that of an interrupted import of the same. */
  readonly out: string
  /** Modality (0008,0060), such as CT; OT where it is not given. */
  readonly modality?: string | undefined
  /** A CSV of labels or boxes, or COCO's JSON; else what lies among the images is taken. */
  readonly labels?: string | undefined
  /** A folder of masks, a file of them, or COCO's JSON with outlines. */
  readonly masks?: string | undefined
}

export interface ImportReport {
  readonly folder: string
  readonly record: ImportRecord
}

/** Modality of what nobody has said anything of: "other" (PS3.3 C.7.3.1.1.1). */
const unknownModality = 'OT'

/**
 * Makes a DICOM study of images that are none, in files of their own: stored values, geometry and rescaling
 * as they are; the same files give the same bytes. One file that can't be read never stops the others.
 * @throws RadversaryError usage, io-failed, export-conflict, labels-invalid, cancelled; image-unreadable
 * where nothing could be read.
 */
export async function importImages(request: ImportRequest, hooks: JobHooks): Promise<ImportReport> {
  const modality = checkedModality(request.modality)
  const found = await findSources(request.paths, hooks)
  if (found.images.length === 0) throw nothingFound(request.paths, found)
  const masks = request.masks === undefined ? undefined : await openImportMasks(request.masks, found, hooks)
  const sources = masks?.sources ?? found
  const labels = await chooseLabels(request.labels, sources)
  const study = deriveUid('import', 'study', modality, JSON.stringify(contentOf(sources)))
  const exportId = exportIdOf(study, [labels.sha256, masks?.sha256])
  const folder = await openExportFolder({ folder: resolve(request.out), exportId, sources: request.paths })
  const work = new Import({ sources, modality, study, folder, masks, hooks })
  await work.all()
  const csv = labelsCsv(labels.sources, work.labelled)
  if (csv !== undefined) await folder.write('labels.csv', textBytes(csv.text))
  const record = work.record(csv?.summary ?? null, [...labels.notices, ...(csv?.notices ?? [])])
  if (record.files.length === 0) throw nothingImported(record.failures)
  await folder.write(importRecordName, textBytes(`${JSON.stringify(record, null, 2)}\n`))
  await folder.finish()
  return { folder: folder.folder, record }
}

/** Names, and what is in the files. */
function contentOf({ images }: Sources): string[][] {
  return images.map(({ name, sha256 }) => [name, sha256])
}

function exportIdOf(study: string, more: readonly (string | undefined)[]): string {
  const text = JSON.stringify([version, study, ...more.map((each) => each ?? null)])
  return `import-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
}

function checkedModality(given = unknownModality): string {
  if (/^[A-Z]{2,8}$/.test(given)) return given
  throw new RadversaryError(
    'usage',
    `Modality: expected DICOM's letters such as CT, MR, CR, DX, US, got "${given}"`,
    {
      tip: 'Leave --modality out where you do not know it.',
    },
  )
}

function textBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

interface ImportContext {
  readonly sources: Sources
  readonly modality: string
  readonly study: string
  readonly folder: ExportFolder
  readonly masks: ImportMasks | undefined
  readonly hooks: JobHooks
}

/** The state of one import. */
class Import {
  readonly labelled: LabelledImage[] = []
  private readonly files: ImportedFile[] = []
  private readonly failures: InputFailure[]
  private readonly nameOf: (name: string) => string
  private readonly cases: Cases
  /** Series by what makes them: a folder of pictures, or a stack of a file. */
  private readonly series = new Map<string, { readonly number: number; images: number }>()

  constructor(private readonly context: ImportContext) {
    this.failures = [...context.sources.failures]
    this.cases = new Cases(context.sources.images)
    this.nameOf = outputNames(context.sources.images.map(({ name }) => name))
  }

  async all(): Promise<void> {
    const { hooks, sources } = this.context
    const total = sources.images.length
    for (const [done, source] of sources.images.entries()) {
      throwIfCancelled(hooks.signal)
      hooks.onProgress?.({ done, total, phase: 'importing', note: source.name })
      const parts = await this.read(source)
      if (parts !== undefined) this.files.push(await this.write(source, parts))
    }
    await this.context.masks?.table.finish(this.context.folder)
  }

  /** A file that can't be read is listed; what can't be written ends the import. */
  private async read(source: SourceFile): Promise<readonly [ArchivePart, ...ArchivePart[]] | undefined> {
    try {
      const [first, ...others] = await readImages(source.format, source)
      if (first !== undefined) return [first, ...others]
      throw noArrays(source.name)
    } catch (error) {
      this.failures.push(failureOf(error, source.name))
      return undefined
    }
  }

  private async write(
    source: SourceFile,
    parts: readonly [ArchivePart, ...ArchivePart[]],
  ): Promise<ImportedFile> {
    const [first] = parts
    const images: ImportedFile['images'] = []
    for (const { name, images: read, labels } of parts) {
      const stacks = read.stacks.map((stack) => (name === '' ? stack : { ...stack, label: name }))
      let n = 0
      for (const stack of stacks)
        for (const image of await this.stack(source, read, stack)) {
          images.push(image)
          this.labelled.push({ ...image, ...sizeOf(read), source: source.name, ownLabel: labels?.[n++] })
        }
    }
    const { format } = first.images
    const notices = [...new Set(parts.flatMap(({ images: read }) => read.notices))]
    return { file: source.name, sha256: source.sha256, format, ...sizeOf(first.images), notices, images }
  }

  private async stack(
    source: SourceFile,
    read: SourceImages,
    stack: ImageStack,
  ): Promise<ImportedFile['images']> {
    const { folder } = this.context
    const isPicture = stack.images.length === 1 && stack.geometry === undefined
    const key = isPicture ? folderOf(source.name) : `${source.name}\n${stack.label ?? ''}`
    const series = this.series.get(key) ?? { number: this.series.size + 1, images: 0 }
    this.series.set(key, series)
    const written: ImportedFile['images'] = []
    for (const [slice, values] of stack.images.entries()) {
      const uids = this.uidsOf(source, key, `${stack.label ?? ''}/${slice}`)
      const { bytes, sopInstanceUid } = composeInstance({
        pixels: { ...read, values },
        place: stack.geometry && { geometry: stack.geometry, slice },
        modality: this.context.modality,
        uids,
        softwareVersion: version,
        seriesNumber: series.number,
        instanceNumber: ++series.images,
        studyDescription: 'Imported images',
        seriesDescription: isPicture ? key : [source.name, stack.label].filter(Boolean).join(', '),
        source: { name: source.name, sha256: source.sha256, format: read.format },
      })
      const path = imagePath(this.nameOf(source.name), {
        label: stack.label,
        count: stack.images.length,
        index: slice,
      })
      await folder.write(path, bytes)
      await this.mask({ source: source.name, path, sopInstanceUid, slice, stack, read })
      written.push({ path, sopInstanceUid })
    }
    return written
  }

  private async mask(image: MaskedImage): Promise<void> {
    const picture = await this.fittingMask(image)
    if (picture !== undefined) await this.context.folder.write(picture.path, picture.bytes)
  }

  /** A mask that doesn't fit is a failure of its own: its image is imported all the same. */
  private async fittingMask(image: MaskedImage): Promise<MaskPicture | undefined> {
    try {
      return await this.context.masks?.of(image)
    } catch (error) {
      const failure = failureOf(error, image.source)
      const isSame = ({ file, message }: InputFailure) => file === failure.file && message === failure.message
      if (!this.failures.some(isSame)) this.failures.push(failure)
      return undefined
    }
  }

  /** Derived from what is in the files alone, and their names: see docs/import.md. */
  private uidsOf({ name }: SourceFile, series: string, image: string) {
    const { study } = this.context
    const ofCase = this.cases.of(name)
    return {
      study: ofCase === undefined ? study : deriveUid('import', 'case', study, ofCase),
      series: deriveUid('import', 'series', study, series),
      instance: deriveUid('import', 'instance', study, name, image),
      frameOfReference: deriveUid('import', 'frame of reference', study, ofCase ?? name),
    }
  }

  record(labels: ImportRecord['labels'], notices: readonly string[]): ImportRecord {
    const { modality, study, masks, sources } = this.context
    const assumed =
      modality === unknownModality ? ['Images are of the modality OT (other), as where none is given.'] : []
    return {
      schema: importRecordSchema,
      software: { name: 'Radversary', version },
      modality,
      studyInstanceUid: study,
      files: this.files,
      labels,
      masks: masks?.table.summary() ?? null,
      notices: [...assumed, ...this.cases.notices(), ...notices, ...(masks?.notices() ?? [])],
      failures: this.failures.map(({ file, code, message, tip }) => ({
        file,
        code,
        message,
        tip: tip ?? null,
      })),
      skipped: sources.skipped.map(({ file, reason }) => ({ file, reason })),
    }
  }
}

function sizeOf({ rows, columns }: SourceImages) {
  return { rows, columns }
}

function folderOf(name: string): string {
  const end = name.lastIndexOf('/')
  return end < 0 ? 'Images' : name.slice(0, end)
}

function nothingFound(paths: readonly string[], { failures, skipped }: Sources): RadversaryError {
  const [first] = failures
  const dicom = skipped.find(({ reason }) => reason.startsWith('DICOM'))
  const got = first?.message ?? (dicom === undefined ? `${skipped.length} other files` : 'DICOM files')
  return new RadversaryError(
    'image-unreadable',
    `Import: expected images that are not DICOM, got none: ${got}`,
    {
      file: first?.file ?? paths.join(', '),
      tip:
        first?.tip ??
        (dicom === undefined
          ? 'Name PNG, JPEG, TIFF, BMP, WebP, NIfTI, NRRD or NumPy files, or folders of them.'
          : 'DICOM needs no import: open it as it is.'),
    },
  )
}

function noArrays(file: string): RadversaryError {
  return new RadversaryError('image-unreadable', 'Archive: expected arrays of images, got none', {
    file,
    tip: 'Save the images as an array [images, rows, columns].',
  })
}

function nothingImported(failures: ImportRecord['failures']): RadversaryError {
  const [first] = failures
  if (first === undefined) throw internalError('an import has neither files nor failures')
  const tip = first.tip ?? undefined
  return new RadversaryError(
    'image-unreadable',
    `Import: expected an image, got ${failures.length} that failed; the first: ${first.message}`,
    { file: first.file, tip },
  )
}
