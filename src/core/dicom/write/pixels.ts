import { RadversaryError } from '../../errors.ts'
import { byteAt } from '../../math/bytes.ts'
import { storedExtremes } from '../../math/stored-values.ts'
import type { StoredFrame } from '../image.ts'
import type { ElementSpan } from './elements.ts'
import { encodeElement, encodeRawElement, type DataElement } from './encode.ts'
import type { SourceInstance } from './part10.ts'
import {
  findElement,
  frameCount,
  requiredText,
  requiredUnsigned,
  unsignedValue,
  valueBytes,
} from './source-values.ts'
import type { Change } from './splice.ts'
import { tag } from './tags.ts'

/** How the words of uncompressed pixel data lie (PS3.5 section 8.1.1). */
interface PixelLayout {
  readonly bitsAllocated: 8 | 16 | 32
  readonly bitsStored: number
  readonly highBit: number
  readonly planar: boolean
}

/**
 * The elements that make `frames` (all of them, in order) the pixels of the instance: Pixel Data uncompressed
 * and, where they change, the attributes of the Image Pixel module (PS3.3 C.7.6.3). Where the source is
 * uncompressed its own words are kept and only their stored bits replaced, so that overlays above BitsStored
 * and pixels with equal values stay as they were, bit by bit. YBR and palette become RGB.
 * @throws RadversaryError tensor-invalid when the frames don't fit the source; dicom-unsupported for pixels
 * that can't be written.
 */
export function pixelChanges(source: SourceInstance, frames: readonly StoredFrame[]): Map<number, Change> {
  const first = checkFrames(source, frames)
  const photometric = requiredText(source, tag.PhotometricInterpretation, 'Photometric Interpretation')
  const becomesRgb = first.samplesPerPixel === 3 && photometric !== 'RGB'
  const native = !source.encapsulated && !becomesRgb
  refuseLostOverlay(source, native)
  const layout = native ? sourceLayout(source, first) : newLayout(source, first, becomesRgb)
  const words = native ? sourceWords(source, layout, frames) : new Uint8Array(byteLength(layout, frames))
  const fillsWords =
    first.signed && isAtTheBottom(layout) && (!native || isSignExtended(source, words, layout))
  writeFrames(
    words,
    fillsWords ? { ...layout, bitsStored: layout.bitsAllocated, highBit: layout.bitsAllocated - 1 } : layout,
    frames,
  )
  const changes = new Map<number, Change>([
    ...rangeChanges(source, frames),
    ...attributeChanges(source, first, layout, becomesRgb),
  ])
  changes.set(
    tag.PixelData,
    encodeRawElement(tag.PixelData, pixelVr(source, native, layout), words, source.encoding.explicit),
  )
  return changes
}

/**
 * What can be known of the pixels before there are any to write.
 * @throws RadversaryError dicom-unreadable, dicom-unsupported.
 */
export function checkPixelFormat(source: SourceInstance): void {
  const photometric = requiredText(source, tag.PhotometricInterpretation, 'Photometric Interpretation')
  const becomesRgb = photometric !== 'RGB' && !photometric.startsWith('MONOCHROME')
  const native = !source.encapsulated && !becomesRgb
  refuseLostOverlay(source, native)
  // Other syntaxes hold pixels of one bit as well.
  if (!native && unsignedValue(source, tag.BitsAllocated) !== 1) return
  const bitsAllocated = allocatedBits(source)
  const bitsStored = requiredUnsigned(source, tag.BitsStored, 'Bits Stored')
  const highBit = unsignedValue(source, tag.HighBit) ?? bitsStored - 1
  checkedLayout({ bitsAllocated, bitsStored, highBit, planar: false })
}

function checkFrames(source: SourceInstance, frames: readonly StoredFrame[]): StoredFrame {
  const count = frameCount(source)
  const [first] = frames
  if (first === undefined || frames.length !== count)
    throw misfit(`expected ${count} frames, got ${frames.length}`)
  const rows = requiredUnsigned(source, tag.Rows, 'Rows')
  const columns = requiredUnsigned(source, tag.Columns, 'Columns')
  frames.forEach((frame, index) => {
    if (
      frame.rows !== rows ||
      frame.columns !== columns ||
      frame.values.length !== rows * columns * first.samplesPerPixel
    )
      throw misfit(
        `frame ${index + 1}: expected ${columns} x ${rows} x ${first.samplesPerPixel}, got ${frame.values.length} values`,
      )
    if (
      frame.bitsStored !== first.bitsStored ||
      frame.signed !== first.signed ||
      frame.photometric !== first.photometric
    )
      throw misfit(`frame ${index + 1}: expected the pixel type of the first frame, got another`)
    checkRange(frame, index)
  })
  return first
}

function checkRange(frame: StoredFrame, index: number): void {
  const lowest = frame.signed ? -(2 ** (frame.bitsStored - 1)) : 0
  const highest = lowest + 2 ** frame.bitsStored - 1
  const [least, most] = storedExtremes(frame.values)
  if (least < lowest || most > highest)
    throw misfit(
      `frame ${index + 1}: expected values from ${lowest} to ${highest}, got ${least < lowest ? least : most}`,
    )
}

/**
 * A frame may have more bits than Bits Stored says, where the source's values need them; the attributes
 * follow then.
 */
function sourceLayout(source: SourceInstance, frame: StoredFrame): PixelLayout {
  const bitsStored = requiredUnsigned(source, tag.BitsStored, 'Bits Stored')
  const highBit = unsignedValue(source, tag.HighBit) ?? bitsStored - 1
  const signed = unsignedValue(source, tag.PixelRepresentation) === 1
  const wider = frame.bitsStored > bitsStored && highBit === bitsStored - 1
  if (frame.signed !== signed || (frame.bitsStored !== bitsStored && !wider)) {
    const [expected, got] = [signed, frame.signed].map((each) => (each ? 'signed' : 'unsigned'))
    throw misfit(`expected ${expected ?? ''} ${bitsStored} bits, got ${got ?? ''} ${frame.bitsStored}`)
  }
  const planar = frame.samplesPerPixel === 3 && unsignedValue(source, tag.PlanarConfiguration) === 1
  const bits = { bitsStored: frame.bitsStored, highBit: wider ? frame.bitsStored - 1 : highBit }
  return checkedLayout({ bitsAllocated: allocatedBits(source), ...bits, planar })
}

/**
 * The source's own allocation and alignment where they hold the frame's values, the closest ones otherwise.
 */
function newLayout(source: SourceInstance, frame: StoredFrame, becomesRgb: boolean): PixelLayout {
  const { bitsStored } = frame
  const allocated = unsignedValue(source, tag.BitsAllocated)
  const smallest = bitsStored <= 8 ? 8 : bitsStored <= 16 ? 16 : 32
  const keeps =
    !becomesRgb && (allocated === 8 || allocated === 16 || allocated === 32) && allocated >= bitsStored
  const keepsBits = keeps && unsignedValue(source, tag.BitsStored) === bitsStored
  const highBit = keepsBits ? (unsignedValue(source, tag.HighBit) ?? bitsStored - 1) : bitsStored - 1
  return checkedLayout({ bitsAllocated: keeps ? allocated : smallest, bitsStored, highBit, planar: false })
}

function allocatedBits(source: SourceInstance): 8 | 16 | 32 {
  const bits = requiredUnsigned(source, tag.BitsAllocated, 'Bits Allocated')
  if (bits === 8 || bits === 16 || bits === 32) return bits
  throw new RadversaryError('dicom-unsupported', `Export: expected 8, 16 or 32 bits allocated, got ${bits}`, {
    tip: 'Such pixels are masks as a rule, not an image; leave the file out.',
  })
}

function checkedLayout(layout: PixelLayout): PixelLayout {
  const { bitsAllocated, bitsStored, highBit } = layout
  if (highBit < bitsAllocated && highBit + 1 >= bitsStored) return layout
  throw new RadversaryError(
    'dicom-unsupported',
    `Export: expected the ${bitsStored} stored bits to lie within ${bitsAllocated}, got high bit ${highBit}`,
    { tip: 'Its pixel attributes contradict each other; export the file anew from its archive.' },
  )
}

function byteLength(layout: PixelLayout, frames: readonly StoredFrame[]): number {
  return frames.reduce((length, frame) => length + frame.values.length, 0) * (layout.bitsAllocated / 8)
}

function sourceWords(
  source: SourceInstance,
  layout: PixelLayout,
  frames: readonly StoredFrame[],
): Uint8Array {
  const words = valueBytes(source, tag.PixelData)
  const needed = byteLength(layout, frames)
  if (words === undefined || words.length < needed)
    throw misfit(`expected ${needed} bytes of pixel data, got ${words?.length ?? 0}`)
  // Not slice(): that of a Node Buffer would share the memory of the source.
  return new Uint8Array(words)
}

/** Replaces the stored bits of every word; equal values leave their word as it was. */
function writeFrames(words: Uint8Array, layout: PixelLayout, frames: readonly StoredFrame[]): void {
  let at = 0
  for (const frame of frames) {
    if (layout.bitsAllocated === 8) writeBytes(words, at, layout, frame)
    else writeWords(new DataView(words.buffer, words.byteOffset), at, layout, frame)
    at += frame.values.length * (layout.bitsAllocated / 8)
  }
}

function writeBytes(bytes: Uint8Array, start: number, layout: PixelLayout, frame: StoredFrame): void {
  const { shift, mask, keep } = bitMasks(layout)
  const indexOf = sampleIndex(layout, frame)
  frame.values.forEach((value, sample) => {
    const at = start + indexOf(sample)
    bytes[at] = (byteAt(bytes, at) & keep) | ((value & mask) << shift)
  })
}

function writeWords(view: DataView, start: number, layout: PixelLayout, frame: StoredFrame): void {
  const { shift, mask, keep } = bitMasks(layout)
  const indexOf = sampleIndex(layout, frame)
  const wide = layout.bitsAllocated === 32
  frame.values.forEach((value, sample) => {
    const at = start + indexOf(sample) * (wide ? 4 : 2)
    const stored = (value & mask) << shift
    if (wide) view.setUint32(at, ((view.getUint32(at, true) & keep) | stored) >>> 0, true)
    else view.setUint16(at, (view.getUint16(at, true) & keep) | stored, true)
  })
}

function isAtTheBottom(layout: PixelLayout): boolean {
  return layout.highBit === layout.bitsStored - 1
}

/**
 * Whether every word of the source repeats the sign in its unused bits, as most writers of signed pixels do
 * and many readers expect. Then changed pixels do so too; otherwise those bits may be an overlay and are
 * kept.
 */
function isSignExtended(
  source: SourceInstance,
  words: Uint8Array,
  { bitsAllocated, bitsStored }: PixelLayout,
): boolean {
  if (embeddedOverlay(source) !== undefined) return false
  const view = new DataView(words.buffer, words.byteOffset, words.byteLength)
  const highest = 2 ** (bitsStored - 1)
  for (let at = 0; at + bitsAllocated / 8 <= words.length; at += bitsAllocated / 8) {
    const value =
      bitsAllocated === 8
        ? view.getInt8(at)
        : bitsAllocated === 16
          ? view.getInt16(at, true)
          : view.getInt32(at, true)
    if (value < -highest || value >= highest) return false
  }
  return true
}

function bitMasks({ bitsStored, highBit }: PixelLayout): { shift: number; mask: number; keep: number } {
  const shift = highBit + 1 - bitsStored
  const mask = bitsStored === 32 ? -1 : 2 ** bitsStored - 1
  return { shift, mask, keep: ~(mask << shift) }
}

/** Frames are pixel-interleaved; with Planar Configuration 1 the source holds plane after plane. */
function sampleIndex(layout: PixelLayout, frame: StoredFrame): (sample: number) => number {
  const pixels = frame.rows * frame.columns
  if (!layout.planar) return (sample) => sample
  return (sample) => (sample % 3) * pixels + Math.floor(sample / 3)
}

/** Image Pixel attributes, each only where its value differs from the source's. */
function attributeChanges(
  source: SourceInstance,
  frame: StoredFrame,
  layout: PixelLayout,
  becomesRgb: boolean,
): Map<number, Change> {
  const changes = new Map<number, Change>()
  const setNumber = (attribute: number, value: number): void => {
    if (unsignedValue(source, attribute) !== value)
      put(changes, source, { tag: attribute, vr: 'US', value: [value] })
  }
  if (requiredText(source, tag.PhotometricInterpretation, 'Photometric Interpretation') !== frame.photometric)
    put(changes, source, { tag: tag.PhotometricInterpretation, vr: 'CS', value: frame.photometric })
  setNumber(tag.SamplesPerPixel, frame.samplesPerPixel)
  if (frame.samplesPerPixel === 3) setNumber(tag.PlanarConfiguration, layout.planar ? 1 : 0)
  setNumber(tag.BitsAllocated, layout.bitsAllocated)
  setNumber(tag.BitsStored, layout.bitsStored)
  setNumber(tag.HighBit, layout.highBit)
  setNumber(tag.PixelRepresentation, frame.signed ? 1 : 0)
  if (becomesRgb)
    for (const element of source.elements) if (isOfPalette(element.tag)) changes.set(element.tag, 'drop')
  return changes
}

/** Palette tables (0028,11xx and 12xx), and values that were indices into them. */
function isOfPalette(attribute: number): boolean {
  if (attribute === tag.PixelPaddingValue || attribute === tag.PixelPaddingRangeLimit) return true
  if (attribute === tag.SmallestImagePixelValue || attribute === tag.LargestImagePixelValue) return true
  return (
    (attribute >= 0x00281101 && attribute <= 0x00281104) ||
    (attribute >= 0x00281199 && attribute <= 0x00281224)
  )
}

/**
 * Smallest and Largest Image Pixel Value, where the source has them: those of all frames now. Those of the
 * series are left out.
 */
function rangeChanges(source: SourceInstance, frames: readonly StoredFrame[]): Map<number, Change> {
  const changes = new Map<number, Change>()
  for (const attribute of [tag.SmallestPixelValueInSeries, tag.LargestPixelValueInSeries]) {
    if (findElement(source, attribute) !== undefined) changes.set(attribute, 'drop')
  }
  const signed = frames[0]?.signed === true
  const set = (attribute: number, value: number): void => {
    if (findElement(source, attribute) === undefined) return
    if (value > (signed ? 0x7fff : 0xffff) || value < -0x8000) changes.set(attribute, 'drop')
    else put(changes, source, { tag: attribute, vr: signed ? 'SS' : 'US', value: [value] })
  }
  const ends = frames.map(({ values }) => storedExtremes(values))
  set(tag.SmallestImagePixelValue, Math.min(...ends.map(([least]) => least)))
  set(tag.LargestImagePixelValue, Math.max(...ends.map(([, most]) => most)))
  return changes
}

function put(changes: Map<number, Change>, source: SourceInstance, element: DataElement): void {
  changes.set(element.tag, encodeElement(element, source.encoding.explicit))
}

/** OB for bytes and OW for words (PS3.5 section A.2); uncompressed pixels keep the VR they had. */
function pixelVr(source: SourceInstance, native: boolean, layout: PixelLayout): string {
  const own = native ? findElement(source, tag.PixelData)?.vr : undefined
  return own ?? (layout.bitsAllocated === 8 ? 'OB' : 'OW')
}

/** Overlays in unused bits of a compressed source would be lost, since frames don't hold them. */
function refuseLostOverlay(source: SourceInstance, native: boolean): void {
  if (native || embeddedOverlay(source) === undefined) return
  throw new RadversaryError(
    'dicom-unsupported',
    'Export: expected overlays in elements of their own, got one in the bits of compressed pixels',
    {
      tip: 'Decompress the series first, for example with DCMTK’s dcmdrle or gdcmconv --raw.',
    },
  )
}

function hasBitPosition(source: SourceInstance, at: number): boolean {
  const position = unsignedValue(source, at)
  return position !== undefined && position !== 0
}

/** Overlay Bit Position (60xx,0102) of an overlay in unused bits (retired, PS3.3 C.9.2): not 0. */
function embeddedOverlay(source: SourceInstance): ElementSpan | undefined {
  return source.elements.find(({ tag: at }) => {
    return at >>> 24 === 0x60 && (at & 0xffff) === 0x0102 && hasBitPosition(source, at)
  })
}

function misfit(message: string): RadversaryError {
  return new RadversaryError('tensor-invalid', `Export: ${message}`)
}
