import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { onePicture, type SourceImages } from '../../core/image/source-images.ts'
import { byteAt } from '../../core/math/bytes.ts'
import { checkPicture, decodedBy, unreadable, unsupported } from './faults.ts'
import { pictureOf } from './samples.ts'

/** What the library calls ImageData, which Node doesn't have. */
interface Decoded {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray
}

type Decode = (file: ArrayBuffer) => Promise<Decoded>

let decoder: Promise<Decode> | undefined

/** Compiled when first needed; the library would look for its WebAssembly as a page does. */
async function startDecoder(): Promise<Decode> {
  const { default: decode, init } = await import('@jsquash/webp/decode.js')
  const path = createRequire(import.meta.url).resolve('@jsquash/webp/codec/dec/webp_dec.wasm')
  await init({ wasmBinary: new Uint8Array(await readFile(path)).buffer })
  return decode
}

/**
 * A WebP as libwebp decodes it: RGB of 8 bits. @throws RadversaryError image-unreadable, image-unsupported.
 */
export async function readWebpImage(bytes: Uint8Array, file: string): Promise<SourceImages> {
  const { rows, columns, lossy } = header(bytes, file)
  checkPicture('WebP', rows, columns, file)
  const decode = await (decoder ??= startDecoder())
  const { width, height, data } = await decodedBy('WebP', file, () => decode(new Uint8Array(bytes).buffer))
  if (width !== columns || height !== rows)
    throw unreadable('WebP', `${columns} x ${rows} pixels`, `${width} x ${height}`, file)
  const picture = pictureOf(new Uint8Array(data.buffer, data.byteOffset, data.length), 4, 8)
  const ratio = Number((picture.values.length / bytes.length).toPrecision(4))
  return onePicture({ format: 'WebP', rows, columns, ...picture, lossy: lossy ? { ratio } : undefined })
}

/** Size by the first chunk (WebP container specification; RFC 6386 section 9.1, RFC 9649 section 3). */
function header(bytes: Uint8Array, file: string) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 30) throw unreadable('WebP', 'a header', `${bytes.length} bytes`, file)
  const kind = String.fromCharCode(...bytes.subarray(12, 16))
  if (kind === 'VP8L') {
    const bits = view.getUint32(21, true)
    return { columns: (bits & 0x3fff) + 1, rows: ((bits >>> 14) & 0x3fff) + 1, lossy: false }
  }
  if (kind === 'VP8 ')
    return {
      columns: view.getUint16(26, true) & 0x3fff,
      rows: view.getUint16(28, true) & 0x3fff,
      lossy: true,
    }
  if (kind !== 'VP8X') throw unreadable('WebP', 'a chunk VP8, VP8L or VP8X', 'another', file)
  if ((byteAt(bytes, 20) & 2) !== 0)
    throw unsupported('WebP', 'one picture', 'an animation', { file, tip: 'Save its pictures one by one.' })
  const columns = 1 + (view.getUint32(24, true) & 0xffffff)
  const rows = 1 + (view.getUint32(26, true) >>> 8)
  return { columns, rows, lossy: chunksOf(bytes).includes('VP8 ') }
}

/**
 * The names of a file's chunks, in their order (RFC 9649, section 2.3): each a name, a size, and padded to
 * even.
 */
function chunksOf(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const names: string[] = []
  for (let at = 12; at + 8 <= bytes.length; at += 8 + 2 * Math.ceil(view.getUint32(at + 4, true) / 2))
    names.push(String.fromCharCode(...bytes.subarray(at, at + 4)))
  return names
}
