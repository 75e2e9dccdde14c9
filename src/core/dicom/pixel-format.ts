import { RadversaryError } from '../errors.ts'
import { unsignedOf } from './attributes.ts'
import { colourModelOf, nameInMessage, type ColourModel } from './colour.ts'
import { unreadable } from './data-set.ts'
import type { Instance } from './instance.ts'
import { pixelPadding } from './meaning.ts'
import { transferSyntaxOf, type TransferSyntax } from './transfer-syntax.ts'

/** Where the value lies in its word (PS3.5 section 8.1.1). */
export interface BitLayout {
  readonly bitsStored: number
  readonly highBit: number
  readonly signed: boolean
  /**
   * Other bits of the word hold overlays (retired, PS3.3 C.9.2 of 2004), so they say nothing of the value.
   */
  readonly overlaid: boolean
  /** The words are a codec's samples, so that all their bits are the value's. */
  readonly samples: boolean
  /** A value that stands for no image, which may lie outside the bits stored. */
  readonly padding: number | undefined
}

/** The bits of a word in which pixels come. */
export type WordBits = 1 | 8 | 16 | 32

/** The header's image facts, checked. */
export interface PixelFormat extends BitLayout {
  readonly wordBits: WordBits
  readonly model: ColourModel
  readonly samplesPerPixel: 1 | 3
  readonly syntax: TransferSyntax
}

/** No image of ours has a frame with more samples; it bounds what a damaged header can make us allocate. */
const mostSamplesPerFrame = 2 ** 28

/**
 * Whether, going by its header, an instance is an image that `decodeFrame` reads.
 * @throws RadversaryError dicom-unsupported, naming it, for a transfer syntax, photometric interpretation or
 * bit depth that isn't read; dicom-unreadable for a header that contradicts itself.
 */
export function pixelFormatOf(instance: Instance): PixelFormat {
  const { file, rows, columns, bitsAllocated, bitsStored, highBit } = instance
  refuseFloats(instance)
  if (!instance.hasPixelData) throw unreadable('Image', 'Pixel Data (7FE0,0010)', 'none', file)
  const syntax = transferSyntaxOf(instance.transferSyntaxUid, file)
  const { model, samplesPerPixel } = colourModelOf(instance, file)
  if (rows === 0 || columns === 0) throw unreadable('Image', 'rows and columns', `${columns}x${rows}`, file)
  if (rows * columns * samplesPerPixel > mostSamplesPerFrame)
    throw unreadable('Image', 'at most 2^28 samples per frame', 'more', file)
  if (instance.numberOfFrames === 0)
    throw unreadable('Number of Frames', 'a whole number', 'something else', file)
  if (bitsStored < 1 || bitsStored > bitsAllocated || highBit >= bitsAllocated || highBit < bitsStored - 1)
    throw unreadable(
      'Image',
      'bits stored within bits allocated',
      `${bitsStored} of ${bitsAllocated}, high bit ${highBit}`,
      file,
    )
  const signed = instance.pixelRepresentation === 1
  const overlaid = hasOverlayInPixels(instance)
  const padding = pixelPadding(instance)?.lower
  const layout = { bitsStored, highBit, signed, overlaid, samples: false, padding }
  return { wordBits: wordBitsOf(instance), model, samplesPerPixel, syntax, ...layout }
}

/** Overlay Bit Position (60xx,0102) is 0 for an overlay that has an element of its own. */
function hasOverlayInPixels({ dataSet }: Instance): boolean {
  return Object.keys(dataSet.elements).some(
    (tag) => /^x60[0-9a-f]{2}0102$/.test(tag) && ![undefined, 0].includes(unsignedOf(dataSet, tag)),
  )
}

/** Whether there are pixels of any kind, integers or floats. */
export function isImage({ hasPixelData, dataSet }: Instance): boolean {
  return hasPixelData || floatPixels(dataSet) !== undefined
}

function floatPixels({ elements }: Instance['dataSet']): string | undefined {
  if (elements['x7fe00008'] !== undefined) return 'Float Pixel Data'
  return elements['x7fe00009'] === undefined ? undefined : 'Double Float Pixel Data'
}

function refuseFloats({ dataSet, photometricInterpretation, file }: Instance): void {
  const name = floatPixels(dataSet)
  if (name === undefined) return
  const photometric = nameInMessage(photometricInterpretation)
  throw new RadversaryError(
    'dicom-unsupported',
    `Photometric interpretation ${photometric}: expected pixels of integers, got ${name}`,
    {
      tip: 'A parametric map has no stored integers to attack; choose the images that it was made from.',
      file,
    },
  )
}

function wordBitsOf({ bitsAllocated, file }: Instance): WordBits {
  if (bitsAllocated === 1 || bitsAllocated === 8 || bitsAllocated === 16 || bitsAllocated === 32)
    return bitsAllocated
  throw new RadversaryError(
    'dicom-unsupported',
    `Bits Allocated: expected 1, 8, 16 or 32, got ${bitsAllocated}`,
    { file },
  )
}
