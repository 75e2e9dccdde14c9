import { gunzipSync } from 'node:zlib'
import { readHeader, type NIFTI1, type NIFTI2 } from 'nifti-reader-js'
import type { SourceImages } from '../../core/image/source-images.ts'
import { checkNumbers, decodedBy, unreadable, unsupported } from './faults.ts'
import { ofAffine, type Affine } from './affine.ts'
import { bytesOf, numbersIn, type NumberType } from './numbers.ts'
import { stacksOf } from './volumes.ts'

type Header = NIFTI1 | NIFTI2

/** NIfTI's datatype codes (nifti1.h). */
const types: Readonly<Record<number, NumberType | 'rgb24'>> = {
  2: 'uint8',
  4: 'int16',
  8: 'int32',
  16: 'float32',
  64: 'float64',
  128: 'rgb24',
  256: 'int8',
  512: 'uint16',
  768: 'uint32',
  1024: 'int64',
  1280: 'uint64',
}

const headerBytes = 540

/**
 * A NIfTI-1 or -2 file, packed with gzip or not. Its values are stored in the file's own order (i along rows,
 * j down columns, a slice for each k), so that none is turned; where they lie is said by position and
 * orientation (RAS to LPS). The affine is sform's, else qform's, else voxel sizes alone, as nibabel takes it.
 * @throws RadversaryError image-unreadable, image-unsupported.
 */
export async function readNiftiImages(packed: Uint8Array, file: string): Promise<SourceImages> {
  const isPacked = packed[0] === 0x1f
  const head = isPacked ? inflated(packed, headerBytes, file, true) : packed.subarray(0, headerBytes)
  const header = await decodedBy('NIfTI', file, () => headerOf(head, file))
  const [columns = 0, rows = 1, slices = 1, volumes = 1] = extentsOf(header, file)
  const type = types[header.datatypeCode]
  if (type === undefined)
    throw unsupported('NIfTI', 'whole numbers, floats or RGB', `datatype ${header.datatypeCode}`, {
      file,
      tip: 'Convert the volume to float32, its parts (real, imaginary) one by one.',
    })
  const samples = type === 'rgb24' ? 3 : 1
  const element = type === 'rgb24' ? 'uint8' : type
  const count = columns * rows * slices * volumes * samples
  const start = Math.max(Math.trunc(header.vox_offset) || 0, 348)
  const needed = start + count * bytesOf(element)
  const bytes = isPacked ? inflated(packed, needed, file, false) : packed
  if (bytes.length < needed)
    throw unreadable(
      'NIfTI',
      `${needed} bytes for ${columns} x ${rows} x ${slices} x ${volumes} voxels`,
      `${bytes.length}: the file is truncated`,
      file,
    )
  const numbers = numbersIn(bytes.subarray(start, needed), element, header.littleEndian)
  return stacksOf(numbers, {
    format: 'NIfTI',
    rows,
    columns,
    slices,
    volumes,
    samples,
    file,
    rescale: rescaleOf(header),
    place: ofAffine(affineOf(header, head), file),
    notices: hasAffine(header)
      ? []
      : [
          'The file says nothing of orientation (neither sform nor qform): its axes were taken as right, anterior, superior.',
        ],
  })
}

/** The first bytes that are packed, at most `length`; one that needs more is cut there. */
function inflated(packed: Uint8Array, length: number, file: string, isHead: boolean): Uint8Array {
  try {
    const input = isHead ? packed.subarray(0, 65536) : packed
    return gunzipSync(input, { maxOutputLength: Math.max(length, 1) + 2 ** 20, finishFlush: 2 })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE')
      throw unreadable('NIfTI', `about ${length} bytes inside gzip`, 'more', file)
    throw unreadable(
      'NIfTI',
      'data packed with gzip',
      cause instanceof Error ? cause.message : 'others',
      file,
    )
  }
}

function headerOf(head: Uint8Array, file: string): Header {
  const header = readHeader(new Uint8Array(head).buffer, true)
  if ('isHDR' in header && header.isHDR)
    throw unsupported('NIfTI', 'one file (.nii)', 'a header whose voxels lie in another (.hdr, .img)', {
      file,
      tip: 'Convert the pair to .nii.gz.',
    })
  return header
}

/** Up to four: columns, rows, slices, volumes. */
function extentsOf({ dims }: Header, file: string): number[] {
  const extents = dims.slice(1, 1 + (dims[0] ?? 0))
  checkNumbers('NIfTI', extents, file)
  const further = extents.slice(4).find((extent) => extent > 1)
  if (extents.length >= 2 && further === undefined) return extents
  throw unsupported('NIfTI', '2 to 4 dimensions', extents.join(' x '), {
    file,
    tip: 'Split it into volumes.',
  })
}

/** A slope of 0 says that there is none (nifti1.h); NaN, which some writers leave, says the same. */
function rescaleOf({ scl_slope: slope, scl_inter: inter }: Header) {
  if (!Number.isFinite(slope) || slope === 0) return undefined
  const intercept = Number.isFinite(inter) ? inter : 0
  return slope === 1 && intercept === 0 ? undefined : { slope, intercept }
}

function hasAffine({ qform_code, sform_code }: Header): boolean {
  return qform_code > 0 || sform_code > 0
}

/** Where sform is given it stands, also beside a qform of a higher code, which the library would take. */
function affineOf(header: Header, head: Uint8Array): Affine {
  if (header.sform_code <= 0) return header.affine.slice(0, 3)
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const is1 = view.getInt32(0, header.littleEndian) === 348
  const at = (n: number) =>
    is1
      ? view.getFloat32(280 + 4 * n, header.littleEndian)
      : view.getFloat64(400 + 8 * n, header.littleEndian)
  return [0, 1, 2].map((row) => [0, 1, 2, 3].map((column) => at(4 * row + column)))
}
