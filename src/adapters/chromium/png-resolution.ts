import { crc32 } from 'node:zlib'
import { RadversaryError } from '../../core/errors.ts'

const signatureBytes = 8
/** Length, type, 13 bytes of data and CRC of IHDR, which comes first. */
const headerBytes = 25

/**
 * A PNG with its resolution written into it, as layout programs read it: a pHYs chunk after IHDR (PNG
 * specification, third edition, 11.3.4.3). @throws RadversaryError io-failed for what is no PNG
 */
export function withResolution(png: Uint8Array, dpi: number): Uint8Array {
  const bytes = Buffer.from(png)
  if (bytes.toString('latin1', 12, 16) !== 'IHDR')
    throw new RadversaryError('io-failed', 'Picture: expected a PNG, got something else')
  const at = signatureBytes + headerBytes
  return Buffer.concat([bytes.subarray(0, at), resolutionChunk(dpi), bytes.subarray(at)])
}

function resolutionChunk(dpi: number): Uint8Array {
  const perMetre = Math.round(dpi / 0.0254)
  const chunk = Buffer.alloc(21)
  chunk.writeUInt32BE(9, 0)
  chunk.write('pHYs', 4, 'latin1')
  chunk.writeUInt32BE(perMetre, 8)
  chunk.writeUInt32BE(perMetre, 12)
  chunk.writeUInt8(1, 16) // metres
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17)
  return chunk
}
