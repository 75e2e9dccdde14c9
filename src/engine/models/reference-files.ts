import { requireBeside } from '../../adapters/fs/read-file.ts'
import { readNiftiImages } from '../../adapters/images/nifti.ts'
import { readPngImage } from '../../adapters/png/read-png.ts'
import type { PixelMeaning, StoredFrame, StoredValues } from '../../core/dicom/image.ts'
import { parseInstance, type Instance } from '../../core/dicom/instance.ts'
import type { Located } from '../../core/dicom/stack-space.ts'
import { internalError, RadversaryError } from '../../core/errors.ts'
import type { ImagePixels } from '../../core/image/intensity-counts.ts'
import type { SliceGeometry, SourceImages } from '../../core/image/source-images.ts'
import type { Reference } from '../../core/model/references.ts'
import { readNpy, tensorFromNpy, type NpyArray } from '../../core/tensor/npy.ts'
import { sizeOf, type Tensor } from '../../core/tensor/tensor.ts'
import { decodeFrames } from '../study/load-image.ts'

/** Contents of the files that references name, by their names. */
export type ReferenceFiles = ReadonlyMap<string, Uint8Array>

/** @throws RadversaryError io-failed for a file that there is not; model-unreadable for one elsewhere. */
export function readReferenceFiles(
  references: readonly Reference[],
  folder: string,
): Promise<ReferenceFiles> {
  return readFilesBeside(referenceFileNames(references), folder)
}

/** Files that a card names, by their names; each once. @throws as `readReferenceFiles` */
export async function readFilesBeside(names: readonly string[], folder: string): Promise<ReferenceFiles> {
  const files = new Map<string, Uint8Array>()
  for (const name of new Set(names)) files.set(name, await requireBeside(folder, name))
  return files
}

/** Names of the files that references are made of, relative to the card. */
export function referenceFileNames(references: readonly Reference[]): string[] {
  return references.flatMap(filesOf)
}

function filesOf({ image, inputs = {}, resized, input, output }: Reference): string[] {
  const values = Object.values(inputs).filter((value) => typeof value === 'string')
  return [image, values, resized, input, output].flat().filter((name) => name !== undefined)
}

/** @throws RadversaryError tensor-invalid */
export function referenceArray(files: ReferenceFiles, name: string): Tensor {
  return tensorFromNpy(readNpy(contentOf(files, name), name), name)
}

/** A frame of a reference's image. */
export interface ReferencePixels extends ImagePixels {
  readonly file: string
  /** Undefined where it is no DICOM file. */
  readonly instance: Instance | undefined
  /** Where it lies; undefined where its file doesn't say. */
  readonly place: Located | undefined
}

/**
 * The frames of a reference's image, in order. Values of .npy and PNG are modality values too.
 * @throws RadversaryError tensor-invalid, dicom-unreadable, dicom-unsupported
 */
export async function referencePixels(
  image: NonNullable<Reference['image']>,
  files: ReferenceFiles,
): Promise<ReferencePixels[]> {
  const frames = await Promise.all([image].flat().map((name) => pixelsOf(name, contentOf(files, name))))
  return frames.flat()
}

async function pixelsOf(file: string, bytes: Uint8Array): Promise<ReferencePixels[]> {
  if (/\.dcm$/i.test(file)) {
    const instance = parseInstance(bytes, { file })
    return (await decodeFrames(instance)).map((pixels) => ({ ...pixels, file, instance, place: instance }))
  }
  if (/\.nii(\.gz)?$/i.test(file)) return niftiPixels(await readNiftiImages(bytes, file), file)
  const frames = /\.png$/i.test(file) ? [pngFrame(bytes, file)] : npyFrames(readNpy(bytes, file), file)
  return frames.map((frame) => ({ frame, meaning: plain, file, instance: undefined, place: undefined }))
}

/** The slices of a NIfTI file, in its own order. */
function niftiPixels(volume: SourceImages, file: string): ReferencePixels[] {
  const { rows, columns, samplesPerPixel, photometric, bitsStored, signed, rescale } = volume
  const [stack] = volume.stacks
  const meaning = { ...plain, modality: { ...linear, ...rescale } }
  return (stack?.images ?? []).map((values, slice) => ({
    frame: { rows, columns, samplesPerPixel, photometric, bitsStored, signed, values },
    meaning,
    file,
    instance: undefined,
    place: placeOf(stack?.geometry, slice),
  }))
}

function placeOf(geometry: SliceGeometry | undefined, slice: number): Located | undefined {
  if (geometry === undefined) return undefined
  const { origin, step, orientation, pixelSpacing } = geometry
  const [x, y, z] = origin
  const position = [x + slice * step[0], y + slice * step[1], z + slice * step[2]] as const
  return { imagePositionPatient: position, imageOrientationPatient: orientation, pixelSpacing }
}

const linear = { kind: 'linear', slope: 1, intercept: 0, unit: 'US' } as const

const plain: PixelMeaning = {
  modality: linear,
  windows: [],
  voiTable: undefined,
  padding: undefined,
}

function pngFrame(bytes: Uint8Array, file: string): StoredFrame {
  const { rows, columns, samples, depth, values } = readPngImage(bytes, file)
  return { rows, columns, ...samplesOf(samples), values, bitsStored: depth, signed: false }
}

function samplesOf(samples: 1 | 3): Pick<StoredFrame, 'samplesPerPixel' | 'photometric'> {
  return { samplesPerPixel: samples, photometric: samples === 3 ? 'RGB' : 'MONOCHROME2' }
}

/** [rows, columns], [rows, columns, 3], or a stack of either. */
function npyFrames(array: NpyArray, file: string): StoredFrame[] {
  const { shape } = array
  const samples = shape.length > 2 && shape.at(-1) === 3 ? 3 : 1
  const extents = samples === 3 ? shape.slice(0, -1) : shape
  const [rows, columns] = extents.slice(-2)
  if (rows === undefined || columns === undefined || extents.length > 3 || sizeOf(shape) === 0)
    throw new RadversaryError(
      'tensor-invalid',
      `Reference: expected an image [rows, columns], [rows, columns, 3] or [slices, rows, columns], got [${shape.join(', ')}]`,
      { file },
    )
  const stored = storedValues(array, file)
  const size = rows * columns * samples
  return Array.from({ length: sizeOf(shape) / size }, (_, n) => ({
    rows,
    columns,
    ...samplesOf(samples),
    bitsStored: stored.bitsStored,
    signed: stored.signed,
    values: stored.values.subarray(n * size, (n + 1) * size),
  }))
}

interface Stored extends Pick<StoredFrame, 'bitsStored' | 'signed'> {
  readonly values: StoredValues
}

/** Whole numbers in their own type; others in 16 or 32 bits. */
function storedValues({ dataType, data }: NpyArray, file: string): Stored {
  switch (dataType) {
    case 'uint8':
    case 'bool':
      return { values: data, bitsStored: 8, signed: false }
    case 'int8':
      return { values: data, bitsStored: 8, signed: true }
    case 'uint16':
      return { values: data, bitsStored: 16, signed: false }
    case 'int16':
      return { values: data, bitsStored: 16, signed: true }
    default: {
      const numbers = Array.from(data, Number)
      const most = numbers.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
      if (!numbers.every(Number.isInteger) || most >= 2 ** 31)
        throw new RadversaryError('tensor-invalid', 'Reference: expected an image of whole numbers', {
          file,
          tip: 'Save the values that are stored, before any scaling, e.g. as int16.',
        })
      return most < 2 ** 15
        ? { values: Int16Array.from(numbers), bitsStored: 16, signed: true }
        : { values: Int32Array.from(numbers), bitsStored: 32, signed: true }
    }
  }
}

function contentOf(files: ReferenceFiles, name: string): Uint8Array {
  const content = files.get(name)
  if (content === undefined) throw internalError(`a reference's file was not read: ${name}`)
  return content
}
