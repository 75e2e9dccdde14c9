import { RadversaryError } from '../errors.ts'

/** How the pixel data of a transfer syntax is packed. */
export type PixelCoding = 'native' | 'rle' | 'jpeg' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k' | 'deflated-frames'

export interface TransferSyntax {
  readonly uid: string
  /** As PS3.6 table A-1 has it. */
  readonly name: string
  readonly coding: PixelCoding
}

export const implicitLittleEndian = '1.2.840.10008.1.2'
export const explicitLittleEndian = '1.2.840.10008.1.2.1'
export const deflatedLittleEndian = '1.2.840.10008.1.2.1.99'
export const explicitBigEndian = '1.2.840.10008.1.2.2'

/** The transfer syntaxes whose pixels we read: uid, name, coding. */
const readable: readonly (readonly [string, string, PixelCoding])[] = [
  [implicitLittleEndian, 'Implicit VR Little Endian', 'native'],
  [explicitLittleEndian, 'Explicit VR Little Endian', 'native'],
  [deflatedLittleEndian, 'Deflated Explicit VR Little Endian', 'native'],
  [explicitBigEndian, 'Explicit VR Big Endian', 'native'],
  ['1.2.840.10008.1.2.5', 'RLE Lossless', 'rle'],
  ['1.2.840.10008.1.2.8.1', 'Deflated Image Frame Compression', 'deflated-frames'],
  ['1.2.840.10008.1.2.4.50', 'JPEG Baseline (Process 1)', 'jpeg'],
  ['1.2.840.10008.1.2.4.51', 'JPEG Extended (Process 2 & 4)', 'jpeg'],
  ['1.2.840.10008.1.2.4.53', 'JPEG Spectral Selection, Non-Hierarchical (Process 6 & 8)', 'jpeg'],
  ['1.2.840.10008.1.2.4.55', 'JPEG Full Progression, Non-Hierarchical (Process 10 & 12)', 'jpeg'],
  ['1.2.840.10008.1.2.4.57', 'JPEG Lossless, Non-Hierarchical (Process 14)', 'jpeg'],
  ['1.2.840.10008.1.2.4.70', 'JPEG Lossless, Non-Hierarchical, First-Order Prediction', 'jpeg'],
  ['1.2.840.10008.1.2.4.80', 'JPEG-LS Lossless', 'jpeg-ls'],
  ['1.2.840.10008.1.2.4.81', 'JPEG-LS Near-Lossless', 'jpeg-ls'],
  ['1.2.840.10008.1.2.4.90', 'JPEG 2000 Lossless Only', 'jpeg-2000'],
  ['1.2.840.10008.1.2.4.91', 'JPEG 2000', 'jpeg-2000'],
  ['1.2.840.10008.1.2.4.201', 'HTJ2K Lossless Only', 'htj2k'],
  ['1.2.840.10008.1.2.4.202', 'HTJ2K Lossless RPCL', 'htj2k'],
  ['1.2.840.10008.1.2.4.203', 'HTJ2K', 'htj2k'],
]

/** Every transfer syntax whose pixels `decodeFrame` reads. */
export const readableTransferSyntaxes: readonly TransferSyntax[] = readable.map(([uid, name, coding]) => ({
  uid,
  name,
  coding,
}))

/** @throws RadversaryError dicom-unsupported, naming the syntax, for one whose pixels we don't read. */
export function transferSyntaxOf(uid: string, file?: string): TransferSyntax {
  const found = readableTransferSyntaxes.find((syntax) => syntax.uid === uid)
  if (found !== undefined) return found
  const name = /^[0-9.]{1,64}$/.test(uid) ? uid : '(damaged)'
  throw new RadversaryError(
    'dicom-unsupported',
    `Transfer syntax ${name}: expected one that Radversary decodes, got this one`,
    {
      tip: 'Convert the file to Explicit VR Little Endian (for example with gdcmconv --raw or dcmconv) and open that.',
      file,
    },
  )
}

/** What to call a syntax in a message. */
export function describeTransferSyntax(syntax: TransferSyntax): string {
  return `${syntax.name} (${syntax.uid})`
}
