import { headerSegments, sos } from '../../core/dicom/codestream.ts'

const app1 = 0xffe1
const exif = 'Exif\0\0'
const orientationTag = 0x0112

/**
 * Orientation of a JPEG as its EXIF says (CIPA DC-008, section 4.6.4): 1 to 8; 1 where it doesn't say, or
 * what it says is damaged. @throws RadversaryError dicom-unreadable for a header that is cut off, as
 * `jpegFacts`
 */
export function exifOrientation(jpeg: Uint8Array): number {
  for (const { marker, start, end } of headerSegments(jpeg, 'JPEG', undefined)) {
    if (marker === sos) return 1
    if (marker === app1 && latin(jpeg, start, exif.length) === exif)
      return orientationIn(jpeg.subarray(start + exif.length, end))
  }
  return 1
}

/** @param tiff the TIFF structure inside EXIF */
function orientationIn(tiff: Uint8Array): number {
  if (tiff.length < 14) return 1
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength)
  const little = latin(tiff, 0, 2) === 'II'
  const directory = view.getUint32(4, little)
  if (directory + 2 > tiff.length) return 1
  for (let n = 0; n < view.getUint16(directory, little); n++) {
    const entry = directory + 2 + 12 * n
    if (entry + 12 > tiff.length) return 1
    if (view.getUint16(entry, little) === orientationTag)
      return knownOrientation(view.getUint16(entry + 8, little))
  }
  return 1
}

/** An Orientation that there is; 1 for any other number. */
export function knownOrientation(orientation: number): number {
  return orientation >= 1 && orientation <= 8 ? orientation : 1
}

function latin(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length))
}
