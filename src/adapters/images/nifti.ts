import { constants, gunzipSync } from 'node:zlib'
import { readHeader, type NIFTI1, type NIFTI2 } from 'nifti-reader-js'
import { entry } from '../../core/entry.ts'
import { reasonOf } from '../../core/errors.ts'
import type { SourceImages } from '../../core/image/source-images.ts'
import { errorCode } from '../fs/io-error.ts'
import { checkNumbers, decodedBy, unreadable, unsupported } from './faults.ts'
import { ofAffine } from './affine.ts'
import { niftiAffine } from './nifti-affine.ts'
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
 * orientation (RAS to LPS), by the affine that nibabel takes.
 * @throws RadversaryError image-unreadable, image-unsupported.
 */
export async function readNiftiImages(packed: Uint8Array, file: string): Promise<SourceImages> {
  const isPacked = packed[0] === 0x1f
  const head = isPacked ? inflatedHead(packed, file) : packed.subarray(0, headerBytes)
  const header = await decodedBy('NIfTI', file, () => headerOf(head, file))
  const { element, samples } = numbersOf(header, file)
  const extents = extentsOf(header, { file, bytesEach: samples * bytesOf(element) })
  const [columns = 0, rows = 1, slices = 1, volumes = 1] = extents
  const start = Math.max(Math.trunc(header.vox_offset) || 0, 348)
  const needed = start + columns * rows * slices * volumes * samples * bytesOf(element)
  const bytes = isPacked ? inflated(packed, needed, file) : packed
  if (bytes.length < needed)
    throw unreadable(
      'NIfTI',
      `${needed} bytes for ${columns} x ${rows} x ${slices} x ${volumes} voxels`,
      `${bytes.length}: the file is truncated`,
      file,
    )
  const affine = niftiAffine({ header, head, file }, [columns, rows, slices])
  return stacksOf(numbersIn(bytes.subarray(start, needed), element, header.littleEndian), {
    format: 'NIfTI',
    rows,
    columns,
    slices,
    volumes,
    samples,
    file,
    rescale: rescaleOf(header),
    place: ofAffine(affine, file),
    notices: hasAffine(header) ? [] : [withoutAffine],
  })
}

const withoutAffine =
  'The file says nothing of orientation (neither sform nor qform): its axes were taken as left, anterior, superior about its middle, as nibabel does.'

function numbersOf({ datatypeCode }: Header, file: string) {
  const type = types[datatypeCode]
  if (type === undefined)
    throw unsupported('NIfTI', 'whole numbers, floats or RGB', `datatype ${datatypeCode}`, {
      file,
      tip: 'Convert the volume to float32, its parts (real, imaginary) one by one.',
    })
  return type === 'rgb24'
    ? ({ element: 'uint8', samples: 3 } as const)
    : ({ element: type, samples: 1 } as const)
}

/** As much of the packed bytes as the header needs; they unpack to at most 1032 times as many. */
function inflatedHead(packed: Uint8Array, file: string): Uint8Array {
  for (let taken = 1024; ; taken *= 4) {
    const head = unpackedBytes(packed.subarray(0, taken), 1100 * taken, file)
    if (head.length >= headerBytes || taken >= packed.length) return head
  }
}

function inflated(packed: Uint8Array, needed: number, file: string): Uint8Array {
  return unpackedBytes(packed, needed + 2 ** 20, file)
}

/** What gzip holds; of bytes that are cut, what they hold. */
function unpackedBytes(packed: Uint8Array, most: number, file: string): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength: most, finishFlush: constants.Z_SYNC_FLUSH })
  } catch (cause) {
    if (errorCode(cause) === 'ERR_BUFFER_TOO_LARGE')
      throw unreadable('NIfTI', `at most ${most} bytes inside gzip`, 'more', file)
    throw unreadable('NIfTI', 'data packed with gzip', reasonOf(cause), file)
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
function extentsOf(
  { dims }: Header,
  { file, bytesEach }: { readonly file: string; readonly bytesEach: number },
): number[] {
  const extents = dims.slice(1, 1 + entry(dims, 0))
  checkNumbers('NIfTI', extents, { file, bytesEach })
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
