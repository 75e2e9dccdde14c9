import { byteAt } from '../math/bytes.ts'
import { joinBytes, unreadable } from './data-set.ts'
import type { Instance } from './instance.ts'

/**
 * Encapsulated pixel data (PS3.5 section A.4): a basic offset table, then fragments, each a view of the
 * instance's bytes.
 */
interface Encapsulated {
  readonly offsets: readonly number[]
  readonly fragments: readonly Fragment[]
}

interface Fragment {
  /** Offset of the fragment's item header, counted from the first fragment's. */
  readonly offset: number
  readonly bytes: Uint8Array
}

const item = 0xe000fffe
const sequenceDelimiter = 0xe0ddfffe
const itemHeaderBytes = 8

/** Encapsulated pixel data is walked once per instance. */
const framesOf = new WeakMap<Instance, readonly (readonly Fragment[])[]>()

/**
 * The compressed bytes of one frame, its fragments joined. The structure must be whole, every item inside the
 * file, so that a truncated file is noticed whatever its codec makes of it.
 * @throws RadversaryError dicom-unreadable.
 */
export function encapsulatedFrame(instance: Instance, frameIndex: number): Uint8Array {
  const groups = framesOf.get(instance) ?? groupByFrame(instance, walk(instance))
  framesOf.set(instance, groups)
  const group = groups[frameIndex]
  if (group === undefined || groups.length !== instance.numberOfFrames)
    throw unreadable(
      'Pixel Data',
      `fragments of ${instance.numberOfFrames} frames`,
      `those of ${groups.length}`,
      instance.file,
    )
  return group.length === 1 && group[0] ? group[0].bytes : joinBytes(group.map(({ bytes }) => bytes))
}

function walk(instance: Instance): Encapsulated {
  const { bytes, pixelData } = instance
  if (pixelData === undefined) throw unreadable('Pixel Data', 'fragments', 'none', instance.file)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const items: { at: number; bytes: Uint8Array }[] = []
  let at = pixelData.dataOffset
  // A missing delimiter is no harm: a frame that misses a fragment is noticed by its own end marker, or by
  // the number of frames.
  while (at !== bytes.length) {
    if (at + itemHeaderBytes > bytes.length) throw truncated(instance)
    const tag = view.getUint32(at, true)
    if (tag === sequenceDelimiter) break
    const length = view.getUint32(at + 4, true)
    const end = at + itemHeaderBytes + length
    if (tag !== item)
      throw unreadable('Pixel Data', 'an item or the end of the sequence', 'another tag', instance.file)
    if (end > bytes.length) throw truncated(instance)
    items.push({ at, bytes: bytes.subarray(at + itemHeaderBytes, end) })
    at = end
  }
  const [table, ...fragments] = items
  if (table === undefined) throw unreadable('Pixel Data', 'a basic offset table', 'none', instance.file)
  return {
    offsets: readOffsets(table.bytes),
    fragments: fragments.map(({ at, bytes }, _, [first]) => ({ offset: at - (first?.at ?? at), bytes })),
  }
}

function readOffsets(table: Uint8Array): number[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength)
  return Array.from({ length: Math.floor(table.length / 4) }, (_, index) => view.getUint32(4 * index, true))
}

/**
 * Which fragments make up which frame: one each, or all one frame's, or as the extended or basic offset table
 * says, or (without a table) from one start-of-image marker to the next.
 */
function groupByFrame(instance: Instance, { offsets, fragments }: Encapsulated): Fragment[][] {
  const { numberOfFrames } = instance
  if (numberOfFrames === 1) return fragments.length === 0 ? [] : [[...fragments]]
  if (fragments.length === numberOfFrames) return fragments.map((fragment) => [fragment])
  const starts = new Set(offsetTable(instance, offsets))
  return starts.size === numberOfFrames
    ? groupFrom(fragments, ({ offset }) => starts.has(offset))
    : groupFrom(fragments, ({ bytes }) => startsImage(bytes))
}

/** Extended Offset Table (7FE0,0001), which counts in 64 bits, before the basic one. */
function offsetTable({ dataSet, bytes }: Instance, basic: readonly number[]): readonly number[] {
  const element = dataSet.elements['x7fe00001']
  if (element === undefined || element.length < 8) return basic
  const view = new DataView(bytes.buffer, bytes.byteOffset + element.dataOffset, element.length)
  return Array.from({ length: Math.floor(element.length / 8) }, (_, index) =>
    Number(view.getBigUint64(8 * index, true)),
  )
}

function groupFrom(fragments: readonly Fragment[], starts: (fragment: Fragment) => boolean): Fragment[][] {
  const groups: Fragment[][] = []
  for (const fragment of fragments) {
    const current = groups.at(-1)
    if (current === undefined || starts(fragment)) groups.push([fragment])
    else current.push(fragment)
  }
  return groups
}

/** SOI of the JPEG family, or SOC of JPEG 2000, each with the marker that follows. */
function startsImage([first, second, third]: Uint8Array): boolean {
  return first === 0xff && ((second === 0xd8 && third === 0xff) || (second === 0x4f && third === 0xff))
}

function truncated(instance: Instance) {
  return unreadable('Pixel Data', 'whole fragments', 'the end of the file', instance.file)
}

/** What one frame of RLE Lossless holds. */
export interface RlePlanes {
  /** Bytes of one segment once it is decoded: one byte of one sample of every pixel. */
  readonly planeBytes: number
  /** Samples per pixel times bytes per sample. */
  readonly planes: number
  readonly file: string | undefined
}

const headerBytes = 64

/**
 * Decodes one frame of RLE Lossless (PS3.5 annex G) to its byte planes, one after another: for each sample
 * the most significant byte first.
 * @throws RadversaryError dicom-unreadable when a segment is missing or too short.
 */
export function decodeRle(frame: Uint8Array, { planeBytes, planes, file }: RlePlanes): Uint8Array {
  if (frame.length < headerBytes)
    throw unreadable('RLE', 'a header of 64 bytes', `${frame.length} bytes`, file)
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
  const count = view.getUint32(0, true)
  if (count !== planes) throw unreadable('RLE', `${planes} segments`, String(count), file)
  // Two bytes make at most 128, so what is too short is noticed before memory is taken for it.
  if (planeBytes * planes > 64 * frame.length) throw tooShort(file)
  const decoded = new Uint8Array(planeBytes * planes)
  for (let segment = 0; segment < planes; segment++) {
    const start = view.getUint32(4 * (segment + 1), true)
    const end = segment + 1 < planes ? view.getUint32(4 * (segment + 2), true) : frame.length
    if (start < headerBytes || end > frame.length || start > end)
      throw unreadable('RLE', 'segments inside the frame', 'others', file)
    unpack(
      frame.subarray(start, end),
      decoded.subarray(segment * planeBytes, (segment + 1) * planeBytes),
      file,
    )
  }
  return decoded
}

/** PackBits (PS3.5 section G.3.1): a count byte, then that many literal bytes, or one byte to repeat. */
function unpack(segment: Uint8Array, plane: Uint8Array, file: string | undefined): void {
  let from = 0
  let to = 0
  while (to < plane.length) {
    const control = segment[from++]
    if (control === undefined) throw tooShort(file)
    if (control === 128) continue
    const length = control < 128 ? control + 1 : 257 - control
    const sourceEnd = from + (control < 128 ? length : 1)
    if (sourceEnd > segment.length || to + length > plane.length) throw tooShort(file)
    if (control < 128) plane.set(segment.subarray(from, sourceEnd), to)
    else plane.fill(byteAt(segment, from), to, to + length)
    from = sourceEnd
    to += length
  }
}

function tooShort(file: string | undefined) {
  return unreadable('RLE', 'segments that fill the image', 'shorter or longer ones', file)
}
