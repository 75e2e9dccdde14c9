import { createHash } from 'node:crypto'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { checkPicture } from '../../adapters/images/faults.ts'
import { readPng } from '../../adapters/png/read-png.ts'
import { readImages } from '../../adapters/images/read-images.ts'
import { RadversaryError } from '../../core/errors.ts'
import { largestOffset, type SourceImages } from '../../core/image/source-images.ts'
import type { StoredValues } from '../../core/dicom/image.ts'
import { throwIfCancelled, type JobHooks } from '../progress.ts'
import { findSources, type SourceFile, type Sources } from './find-sources.ts'
import { openOutlines } from './coco-outlines.ts'
import { maskEnd, maskFinder, type MaskFinder } from './mask-finder.ts'
import { MaskTable, type ImportMasks, type MaskedImage, type MaskPicture } from './mask-table.ts'
import { stemOf } from './output-names.ts'

/**
 * Opens masks that lie in files or folders, also among the images: pictures or volumes of class indices,
 * named as their images are; or COCO's JSON with outlines. Where all images lie in the masks' folder, masks
 * are those named so ("_mask").
 * @throws RadversaryError labels-invalid where there are none; io-failed.
 */
export async function openImportMasks(path: string, found: Sources, hooks: JobHooks): Promise<ImportMasks> {
  if (path.toLowerCase().endsWith('.json')) return openOutlines(path, found)
  const { images } = await findSources([path], hooks)
  const without = (masks: readonly SourceFile[]) => {
    const paths = new Set(masks.map((mask) => mask.path))
    return found.images.filter((image) => !paths.has(image.path))
  }
  const masks = without(images).length > 0 ? images : images.filter(({ name }) => maskEnd.test(stemOf(name)))
  const sources = { ...found, images: without(masks) }
  const names = sources.images.map(({ name }) => name)
  const maskOf = maskFinder(masks, names)
  const used = new Set(names.map(maskOf).filter((mask) => mask !== undefined))
  if (used.size === 0) throw noneFits(path, masks)
  const isBinary = await areBinary([...used], hooks)
  return new Masks({ sources, maskOf, masks, isBinary })
}

interface OpenedMasks {
  readonly sources: Sources
  readonly maskOf: MaskFinder
  readonly masks: readonly SourceFile[]
  readonly isBinary: boolean
}

/** Whether 0 and 255 is all that masks have: then 255 is class 1. One mask alone may not show what 255 is. */
async function areBinary(
  masks: readonly (SourceFile | RadversaryError)[],
  hooks: JobHooks,
): Promise<boolean> {
  for (const [done, mask] of masks.entries()) {
    throwIfCancelled(hooks.signal)
    if (mask instanceof RadversaryError) continue
    hooks.onProgress?.({ done, total: masks.length, phase: 'reading masks', note: mask.name })
    // What can't be read is said where it is written.
    const { stacks } = await readMask(mask).catch(() => ({ stacks: [] }))
    const isOther = (values: StoredValues) => values.some((value) => value !== 0 && value !== 255)
    if (stacks.some(({ images }) => images.some(isOther))) return false
  }
  return true
}

/** Masks further than this part of a pixel from their images are not on the same grid. */
const mostOffset = 0.1

class Masks implements ImportMasks {
  readonly sha256: string
  readonly sources: Sources
  readonly table = new MaskTable()
  private readonly said = new Set<string>()
  private last: { readonly mask: SourceFile; readonly images: MaskImages } | undefined

  constructor(private readonly opened: OpenedMasks) {
    const { masks, sources } = opened
    this.sources = sources
    this.sha256 = createHash('sha256')
      .update(JSON.stringify(masks.map(({ name, sha256 }) => [name, sha256])))
      .digest('hex')
  }

  async of(image: MaskedImage): Promise<MaskPicture | undefined> {
    const mask = this.opened.maskOf(image.source)
    if (mask === undefined) return undefined
    if (mask instanceof RadversaryError) throw mask
    const images = await this.imagesOf(mask)
    const data = this.indices(valuesFor(image, images, mask), images, mask)
    return this.table.picture(image, data, images)
  }

  notices(): string[] {
    return [...this.said]
  }

  /** Slices of one volume are asked for one after the other. */
  private async imagesOf(mask: SourceFile): Promise<MaskImages> {
    if (this.last?.mask !== mask) this.last = { mask, images: await readMask(mask) }
    return this.last.images
  }

  private indices(values: StoredValues, { rescale }: MaskImages, file: SourceFile): Uint8Array | Uint16Array {
    if (rescale !== undefined || values.some((value) => value < 0))
      throw misfit(
        file,
        'whole numbers from 0, the indices of classes',
        'others',
        'Save the mask as class indices.',
      )
    if (!this.opened.isBinary)
      return values.some((value) => value > 255) ? Uint16Array.from(values) : Uint8Array.from(values)
    if (values.some((value) => value === 255)) this.said.add('Masks of 0 and 255 became 0 and 1.')
    return Uint8Array.from(values, (value) => (value === 0 ? 0 : 1))
  }
}

/** A mask's values on the grid of its image. */
function valuesFor({ stack, slice, read }: MaskedImage, mask: MaskImages, file: SourceFile): StoredValues {
  const own = mask.stacks.length === 1 ? mask.stacks[0] : mask.stacks[read.stacks.indexOf(stack)]
  const values = own?.images[slice]
  const isOfSize = mask.rows === read.rows && mask.columns === read.columns
  if (own === undefined || values === undefined || own.images.length !== stack.images.length || !isOfSize)
    throw misfit(
      file,
      `${stack.images.length} masks of ${read.columns} x ${read.rows} pixels`,
      `${own?.images.length ?? 0} of ${mask.columns} x ${mask.rows}`,
      "Give the mask on the image's own grid.",
    )
  if (stack.geometry === undefined || own.geometry === undefined) return values
  const extents = [read.columns, read.rows, stack.images.length] as const
  const offset = largestOffset(stack.geometry, own.geometry, extents)
  if (offset.pixels <= mostOffset) return values
  throw misfit(
    file,
    'voxels where those of its image lie',
    `others, up to ${Number(offset.mm.toPrecision(3))} mm away, by their affines`,
    "Resample the mask to the image's grid, or correct the affine of the one that is wrong.",
  )
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
    const stack = { label: undefined, images: [values], geometry: undefined }
    return { rows, columns, rescale: undefined, stacks: [stack] }
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
