import { inflateSync } from 'node:zlib'
import { addDecoder, BaseDecoder, type GeoTIFFImage } from 'geotiff'
import { entry } from '../../core/entry.ts'
import { reasonOf } from '../../core/errors.ts'
import { byteAt, uint16BigEndian } from '../../core/math/bytes.ts'

/** The registry of geotiff's decoders is the library's own; ours are entered when first needed. */
let entered = false

type Directory = GeoTIFFImage['fileDirectory']

/**
 * Makes LZW and Deflate stop at the size that a block has by its directory: the library's own decoders go on
 * for as long as the data says.
 */
export function boundDecoders(): void {
  if (entered) return
  entered = true
  const enter = (compressions: number[], decode: (block: Uint8Array, most: number) => Uint8Array) => {
    class Bounded extends BaseDecoder {
      override decodeBlock(block: ArrayBuffer): ArrayBufferLike {
        const { most } = this.parameters as unknown as { readonly most: number }
        const bytes = decode(new Uint8Array(block), most)
        return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
      }
    }
    addDecoder(compressions, () => Promise.resolve(Bounded), parametersOf, false)
  }
  enter([8, 32946], inflated)
  enter([5], unpackedLzw)
}

/** What the library's decoders are given, and the bytes of a block at most. */
async function parametersOf(directory: Directory) {
  const number = async (name: Parameters<Directory['loadValue']>[0], otherwise: number) =>
    directory.hasTag(name) ? Number(await directory.loadValue(name)) : otherwise
  const height = await number('ImageLength', 0)
  const tileWidth = await number('TileWidth', await number('ImageWidth', 0))
  const tileHeight = await number('TileLength', Math.min(await number('RowsPerStrip', height), height))
  const bitsPerSample = Array.from((await directory.loadValue('BitsPerSample')) as ArrayLike<number>)
  const planarConfiguration = await number('PlanarConfiguration', 1)
  const bits = planarConfiguration === 1 ? bitsPerSample.reduce((a, b) => a + b) : Math.max(...bitsPerSample)
  const most = tileHeight * Math.ceil((tileWidth * bits) / 8)
  const predictor = await number('Predictor', 1)
  return { tileWidth, tileHeight, planarConfiguration, bitsPerSample, predictor, most }
}

function inflated(block: Uint8Array, most: number): Uint8Array {
  try {
    return inflateSync(block, { maxOutputLength: Math.max(most, 1) })
  } catch (cause) {
    throw new Error(`a block of at most ${most} bytes: ${reasonOf(cause)}`, { cause })
  }
}

const clear = 256
const end = 257
const firstFree = 258
const mostCodes = 4096

/**
 * LZW with the high bits of codes first and widths that grow a code early (TIFF 6.0, section 13). A code's
 * text lies where it was first written: that of the code before, and the byte after it.
 */
function unpackedLzw(block: Uint8Array, most: number): Uint8Array {
  const into = new Uint8Array(most)
  const [starts, lengths] = [new Uint32Array(mostCodes), new Uint32Array(mostCodes)]
  let [free, at] = [firstFree, 0]
  let before: { readonly start: number; readonly length: number } | undefined
  for (let bit = 0, width = 9; bit + width <= block.length * 8; width = widthOf(free)) {
    const code = codeAt(block, bit, width)
    bit += width
    if (code === end) break
    if (code === clear) {
      free = firstFree
      before = undefined
      continue
    }
    if (before !== undefined && free < mostCodes) {
      starts[free] = before.start
      lengths[free++] = before.length + 1
    }
    if (code >= free) throw new Error(`LZW: a code below ${free}, got ${code}`)
    const length = code < clear ? 1 : entry(lengths, code)
    if (at + length > most) throw new Error(`LZW: a block of at most ${most} bytes, got more`)
    before = { start: at, length }
    if (code < clear) into[at++] = code
    else for (let from = entry(starts, code), to = at + length; at < to;) into[at++] = byteAt(into, from++)
  }
  return into.subarray(0, at)
}

function widthOf(free: number): number {
  return free >= 2047 ? 12 : free >= 1023 ? 11 : free >= 511 ? 10 : 9
}

function codeAt(bytes: Uint8Array, bit: number, width: number): number {
  const at = bit >> 3
  const word = (uint16BigEndian(bytes, at) << 8) | byteAt(bytes, at + 2)
  return (word >> (24 - (bit & 7) - width)) & (2 ** width - 1)
}
