import { createHash } from 'node:crypto'
import { encode } from 'fast-png'
import type { ExportFolder } from '../../adapters/fs/export-folder.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { checkPicture } from '../../adapters/images/faults.ts'
import { readPng } from '../../adapters/png/read-png.ts'
import { readImages } from '../../adapters/images/read-images.ts'
import { RadversaryError } from '../../core/errors.ts'
import { csv } from '../../core/evaluate/csv.ts'
import type { ImageStack, SourceImages } from '../../core/image/source-images.ts'
import type { StoredValues } from '../../core/dicom/image.ts'
import type { JobHooks } from '../progress.ts'
import type { ImportRecord } from './import-record.ts'
import { findSources, type SourceFile, type Sources } from './find-sources.ts'
import { stemOf } from './output-names.ts'

/** An image that was written, whose mask is to be. */
export interface MaskedImage {
  readonly source: string
  readonly path: string
  readonly sopInstanceUid: string
  /** The slice of `stack`, from 0. */
  readonly slice: number
  readonly stack: ImageStack
  readonly read: SourceImages
}

/** Masks beside an import: PNG of class indices, and a table of which is whose. */
export interface ImportMasks {
  readonly sha256: string
  write(folder: ExportFolder, image: MaskedImage): Promise<void>
  finish(folder: ExportFolder): Promise<void>
  summary(): ImportRecord['masks']
  notices(): string[]
}

/** What follows an image's name in its mask's. */
const maskEnd = /[-_. ]?(masks?|seg|segmentation|labels?|gt|groundtruth|roi)$/i
/** nnU-Net's channel of an image, which its mask's name doesn't have. */
const channelEnd = /_\d{4}$/

/**
 * Masks that lie in files or folders of their own: pictures or volumes of class indices, named as their images
 * are, with or without "_mask", "_seg" and the like.
 * @throws RadversaryError labels-invalid where there are none; io-failed.
 */
export async function openImportMasks(path: string, sources: Sources, hooks: JobHooks): Promise<ImportMasks> {
  const { images } = await findSources([path], hooks)
  const byStem = new Map(images.map((mask) => [keyOf(mask.name).replace(maskEnd, ''), mask]))
  const maskOf = (source: string) =>
    byStem.get(keyOf(source)) ?? byStem.get(keyOf(source).replace(channelEnd, ''))
  if (!sources.images.some(({ name }) => maskOf(name) !== undefined)) throw noneFits(path, images)
  return new Masks(maskOf, images)
}

function keyOf(name: string): string {
  return stemOf(name.split('/').at(-1) ?? name).normalize('NFC')
}

class Masks implements ImportMasks {
  readonly sha256: string
  private readonly rows: string[][] = []
  private readonly said = new Set<string>()
  private last: { readonly mask: SourceFile; readonly images: MaskImages } | undefined

  constructor(
    private readonly maskOf: (source: string) => SourceFile | undefined,
    files: readonly SourceFile[],
  ) {
    this.sha256 = createHash('sha256')
      .update(JSON.stringify(files.map(({ name, sha256 }) => [name, sha256])))
      .digest('hex')
  }

  async write(folder: ExportFolder, image: MaskedImage): Promise<void> {
    const mask = this.maskOf(image.source)
    if (mask === undefined) return
    const images = await this.imagesOf(mask)
    const values = this.valuesFor(image, images, mask)
    const path = image.path.replace(/^images\//, 'masks/').replace(/\.dcm$/, '.png')
    const { rows: height, columns: width } = images
    await folder.write(
      path,
      encode({ width, height, data: values, depth: values instanceof Uint8Array ? 8 : 16, channels: 1 }),
    )
    this.rows.push([image.path, image.sopInstanceUid, path])
  }

  async finish(folder: ExportFolder): Promise<void> {
    const text = csv([['file', 'SOPInstanceUID', 'mask'], ...this.rows])
    await folder.write('masks.csv', new TextEncoder().encode(text))
  }

  summary(): ImportRecord['masks'] {
    return { path: 'masks.csv', images: this.rows.length }
  }

  notices(): string[] {
    return [...this.said]
  }

  /** Slices of one volume are asked for one after the other. */
  private async imagesOf(mask: SourceFile): Promise<MaskImages> {
    if (this.last?.mask !== mask) this.last = { mask, images: await readMask(mask) }
    return this.last.images
  }

  private valuesFor(
    { stack, slice, read }: MaskedImage,
    mask: MaskImages,
    file: SourceFile,
  ): Uint8Array | Uint16Array {
    const own = (mask.stacks.length === 1 ? mask.stacks[0] : mask.stacks[read.stacks.indexOf(stack)])?.images
    const got = `${own?.length ?? 0} of ${mask.columns} x ${mask.rows}`
    const values = own?.[slice]
    if (
      values === undefined ||
      own?.length !== stack.images.length ||
      mask.rows !== read.rows ||
      mask.columns !== read.columns
    )
      throw misfit(
        file,
        `${stack.images.length} masks of ${read.columns} x ${read.rows} pixels`,
        got,
        "Give the mask on the image's own grid.",
      )
    return this.indices(values, mask, file)
  }

  private indices(values: StoredValues, { rescale }: MaskImages, file: SourceFile): Uint8Array | Uint16Array {
    if (rescale !== undefined || values.some((value) => value < 0))
      throw misfit(
        file,
        'whole numbers from 0, the indices of classes',
        'others',
        'Save the mask as class indices.',
      )
    if (values.some((value) => value !== 0 && value !== 255))
      return values.some((value) => value > 255) ? Uint16Array.from(values) : Uint8Array.from(values)
    if (values.some((value) => value === 255)) this.said.add('Masks of 0 and 255 became 0 and 1.')
    return Uint8Array.from(values, (value) => (value === 0 ? 0 : 1))
  }
}

type MaskImages = Pick<SourceImages, 'rows' | 'columns' | 'rescale' | 'stacks'>

/** The indices of a PNG with a palette, not its colours. */
async function readMask(mask: SourceFile): Promise<MaskImages> {
  if (mask.format === 'png') {
    const { rows, columns, values } = readPng(
      await readBytes(mask),
      mask.name,
      ({ rows: height, columns: width }) => {
        checkPicture('PNG', height, width, mask.name)
      },
    )
    return {
      rows,
      columns,
      rescale: undefined,
      stacks: [{ label: undefined, images: [values], geometry: undefined }],
    }
  }
  const [part] = await readImages(mask.format, mask)
  if (part?.images.samplesPerPixel === 1) return part.images
  const tip = 'Save the mask as grey or palette PNG, or NIfTI.'
  throw misfit(mask, 'one number a pixel, the index of its class', 'colours', tip)
}

function misfit({ name }: SourceFile, expected: string, got: string, tip: string): RadversaryError {
  return new RadversaryError('labels-invalid', `Mask: expected ${expected}, got ${got}`, { file: name, tip })
}

function noneFits(file: string, masks: readonly SourceFile[]): RadversaryError {
  const got = masks[0] === undefined ? 'no image files' : `others, the first: ${masks[0].name}`
  return new RadversaryError('labels-invalid', `Masks: expected files named as the images, got ${got}`, {
    file,
    tip: 'Name masks as their images, e.g. 01_mask.png or masks/01.png for 01.png.',
  })
}
