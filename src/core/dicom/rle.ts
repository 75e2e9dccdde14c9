import { unreadable } from './data-set.ts'

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
    else plane.fill(segment[from] ?? 0, to, to + length)
    from = sourceEnd
    to += length
  }
}

function tooShort(file: string | undefined) {
  return unreadable('RLE', 'segments that fill the image', 'shorter or longer ones', file)
}
