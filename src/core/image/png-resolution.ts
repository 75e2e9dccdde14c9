import { RadversaryError } from '../errors.ts'

/** The signature, and IHDR, which comes first: length, type, 13 bytes of data and CRC. */
const headerEnd = 8 + 25

/**
 * A PNG with its resolution written into it, as layout programs read it: a pHYs chunk after IHDR (PNG
 * specification, third edition, 11.3.4.3). @param dpi pixels per inch @throws RadversaryError io-failed for
 * what is no PNG
 */
export function withResolution(png: Uint8Array, dpi: number): Uint8Array<ArrayBuffer> {
  if (new TextDecoder('latin1').decode(png.subarray(12, 16)) !== 'IHDR')
    throw new RadversaryError('io-failed', 'Picture: expected a PNG, got something else')
  const chunk = resolutionChunk(dpi)
  const whole = new Uint8Array(png.length + chunk.length)
  whole.set(png.subarray(0, headerEnd))
  whole.set(chunk, headerEnd)
  whole.set(png.subarray(headerEnd), headerEnd + chunk.length)
  return whole
}

function resolutionChunk(dpi: number): Uint8Array {
  const perMetre = Math.round(dpi / 0.0254)
  const chunk = new Uint8Array(21)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, 9)
  chunk.set(new TextEncoder().encode('pHYs'), 4)
  view.setUint32(8, perMetre)
  view.setUint32(12, perMetre)
  view.setUint8(16, 1) // metres
  view.setUint32(17, crc32(chunk.subarray(4, 17)))
  return chunk
}

/** PNG annex D. Of Node's own a page has nothing. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
