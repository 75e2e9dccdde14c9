import { gzipSync } from 'node:zlib'
import { encode } from 'fast-png'
import { NIFTI1 } from 'nifti-reader-js'
import type { ModalityTransform, StoredFrame, StoredValues } from '../../core/dicom/image.ts'
import { modalityFunction } from '../../core/dicom/lookup-tables.ts'
import type { Mask } from '../../core/image/mask.ts'
import type { SliceGeometry } from '../../core/image/source-images.ts'
import { writeNpy, type NpyArray } from '../../core/tensor/npy.ts'
import { toRas } from './affine.ts'

/** Slices of one size, in their order. */
export interface WrittenVolume {
  readonly frames: readonly StoredFrame[]
  /** The Modality LUT of each. */
  readonly modalities: readonly ModalityTransform[]
  readonly place: SliceGeometry | undefined
}

/** Why a format can't hold a volume's values, in words. */
export interface Unwritable {
  readonly why: string
}

/**
 * Returns what is added to stored values in a PNG, which has no negative ones: half the range of signed ones.
 */
export function pngOffset({ signed, bitsStored }: Pick<StoredFrame, 'signed' | 'bitsStored'>): number {
  return signed ? 2 ** (bitsStored - 1) : 0
}

/**
 * Returns a PNG of a volume's first frame: stored values plus `pngOffset`, 8 bits where they hold them, else
 * 16.
 */
export function pngOf({ frames: [frame] }: WrittenVolume): Uint8Array | Unwritable {
  if (frame === undefined || frame.bitsStored > 16) return { why: 'PNG holds at most 16 bits' }
  const { rows: height, columns: width, samplesPerPixel: channels, bitsStored, values } = frame
  const offset = pngOffset(frame)
  const shifted = (value: number) => value + offset
  const depth = bitsStored <= 8 ? 8 : 16
  const data = depth === 8 ? Uint8Array.from(values, shifted) : Uint16Array.from(values, shifted)
  return encode({ width, height, data, depth, channels })
}

/** Returns an 8-bit PNG of a mask's values: class indices, or a bit for each class where they overlap. */
export function maskPng({ rows: height, columns: width, values: data }: Mask): Uint8Array {
  return encode({ width, height, data, depth: 8, channels: 1 })
}

/**
 * Returns a .npy array [images, rows, columns], with a last axis of 3 for colours, in modality units such as
 * HU: the stored type where there is no rescaling, else the narrowest of int16, int32 and float64.
 */
export function npyOf(volume: WrittenVolume): Uint8Array {
  const [first] = volume.frames
  const { rows = 0, columns = 0, samplesPerPixel = 1 } = first ?? {}
  const shape = [volume.frames.length, rows, columns, ...(samplesPerPixel === 3 ? [3] : [])]
  return writeNpy(npyArray(modalityValues(volume), shape))
}

/**
 * Returns all values of a volume in modality units; those stored, in their own type, where that is the same.
 */
export function modalityValues({ frames, modalities }: WrittenVolume): StoredValues | Float64Array {
  const size = frames.reduce((sum, { values }) => sum + values.length, 0)
  const isStored = modalities.every(isIdentity)
  const kinds = new Set(frames.map(({ values }) => values.constructor))
  const into = isStored && kinds.size === 1 ? new (arrayOf(frames[0]?.values))(size) : new Float64Array(size)
  let at = 0
  for (const [n, { values }] of frames.entries()) {
    const valueOf = modalityFunction(modalities[n] ?? identity)
    for (const value of values) into[at++] = valueOf(value)
  }
  return into
}

const identity: ModalityTransform = { kind: 'linear', slope: 1, intercept: 0, unit: 'US' }

function isIdentity(modality: ModalityTransform): boolean {
  return modality.kind === 'linear' && modality.slope === 1 && modality.intercept === 0
}

function arrayOf(values: StoredValues = new Uint8Array()) {
  return values.constructor as new (length: number) => StoredValues
}

function npyArray(values: StoredValues | Float64Array, shape: readonly number[]): NpyArray {
  if (values instanceof Uint8Array) return { dataType: 'uint8', shape, data: values }
  if (values instanceof Int8Array) return { dataType: 'int8', shape, data: values }
  if (values instanceof Uint16Array) return { dataType: 'uint16', shape, data: values }
  if (values instanceof Int16Array) return { dataType: 'int16', shape, data: values }
  if (values instanceof Uint32Array) return { dataType: 'uint32', shape, data: values }
  if (values instanceof Int32Array) return { dataType: 'int32', shape, data: values }
  const fits = (most: number) => values.every((value) => Number.isInteger(value) && Math.abs(value) < most)
  if (fits(2 ** 15)) return { dataType: 'int16', shape, data: Int16Array.from(values) }
  if (fits(2 ** 31)) return { dataType: 'int32', shape, data: Int32Array.from(values) }
  return { dataType: 'float64', shape, data: values }
}

/** NIfTI's datatypes that hold stored values, and the bits of each. */
function niftiType({
  samplesPerPixel,
  bitsStored,
  signed,
}: StoredFrame): readonly [number, number] | undefined {
  if (samplesPerPixel === 3) return bitsStored <= 8 && !signed ? [NIFTI1.TYPE_RGB24, 24] : undefined
  if (bitsStored > 16) return undefined
  if (signed) return [NIFTI1.TYPE_INT16, 16]
  return bitsStored <= 8 ? [NIFTI1.TYPE_UINT8, 8] : [NIFTI1.TYPE_UINT16, 16]
}

/**
 * Returns a .nii.gz of a volume: stored values, a slice after the other, with scl_slope and scl_inter where
 * they stand for others, and the affine (sform) of where they lie; without a place no form has a code.
 */
export function niftiOf({ frames, modalities, place }: WrittenVolume): Uint8Array | Unwritable {
  const [[first], [modality = identity]] = [frames, modalities]
  const type = first && niftiType(first)
  if (first === undefined || type === undefined) return { why: 'NIfTI holds at most 16 bits, 8 of colours' }
  if (modality.kind === 'table') return { why: 'NIfTI has slopes and no tables of modality values' }
  const [datatype, bits] = type
  const bytes = bits === 16 ? 2 : 1
  const header = headerOf(first, frames.length, place)
  header.datatypeCode = datatype
  header.numBitsPerVoxel = bits
  header.scl_slope = modality.slope
  header.scl_inter = modality.intercept
  const size = first.values.length
  const data = bytes === 2 ? new Uint16Array(size * frames.length) : new Uint8Array(size * frames.length)
  // Signed values become their two's complement, which NIfTI's int16 is.
  for (const [n, { values }] of frames.entries()) data.set(values, n * size)
  const head = new Uint8Array(header.toArrayBuffer())
  return gzipSync(Buffer.concat([head, new Uint8Array(data.buffer)]))
}

function headerOf({ rows, columns }: StoredFrame, slices: number, place: SliceGeometry | undefined): NIFTI1 {
  const header = new NIFTI1()
  header.littleEndian = true
  header.dims = [3, columns, rows, slices, 1, 1, 1, 1]
  const [betweenRows, betweenColumns] = place?.pixelSpacing ?? [1, 1]
  const between = place === undefined ? 1 : Math.hypot(...place.step)
  header.pixDims = [1, betweenColumns, betweenRows, between, 0, 0, 0, 0]
  header.vox_offset = 352
  header.xyzt_units = NIFTI1.UNITS_MM
  header.magic = 'n+1'
  if (place === undefined) return header
  header.sform_code = NIFTI1.XFORM_SCANNER_ANAT
  header.affine = [...toRas(place).map((row) => [...row]), [0, 0, 0, 1]]
  return header
}
