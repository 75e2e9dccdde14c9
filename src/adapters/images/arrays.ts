import { unzipSync } from 'fflate'
import type { SourceImages } from '../../core/image/source-images.ts'
import { readNpy } from '../../core/tensor/npy.ts'
import type { Numbers } from '../../core/math/pictures.ts'
import { checkNumbers, decodedBy, unsupported } from './faults.ts'
import { stacksOf } from './volumes.ts'

/** Bytes of an archive's arrays together, at most. */
const mostBytes = 2 ** 32

/**
 * The images of a .npy array: [rows, columns], [images, rows, columns], or either with colours as a last axis
 * of 3. @throws RadversaryError image-unreadable, image-unsupported.
 */
export async function readNpyImages(bytes: Uint8Array, file: string): Promise<SourceImages> {
  const numbers = await decodedBy('npy', file, () => readNumbers(bytes, file))
  checkNumbers('npy', numbers.shape, file)
  return imagesOf(numbers, file)
}

interface NpyNumbers {
  readonly shape: readonly number[]
  readonly data: Numbers
}

/** Whole numbers of 64 bits as floats, exact up to 2^53. */
function readNumbers(bytes: Uint8Array, file: string): NpyNumbers {
  const { shape, data } = readNpy(bytes, file)
  return { shape, data: data instanceof BigInt64Array ? Float64Array.from(data, Number) : data }
}

function imagesOf({ shape, data }: NpyNumbers, file: string): SourceImages {
  const isColour = shape.length > 2 && shape.at(-1) === 3
  const plane = isColour ? shape.slice(0, -1) : shape
  const [images, rows, columns] = plane.length === 2 ? [1, ...plane] : plane
  if (plane.length > 3 || images === undefined || rows === undefined || columns === undefined)
    throw unsupported(
      'npy',
      '[rows, columns] or [images, rows, columns], colours last',
      `[${shape.join(', ')}]`,
      {
        file,
        tip: 'Save each volume, or the images, as an array of its own.',
      },
    )
  return stacksOf(data, {
    format: 'NumPy',
    file,
    rows,
    columns,
    slices: images,
    volumes: 1,
    samples: isColour ? 3 : 1,
    rescale: undefined,
    place: undefined,
    notices: [],
  })
}

/** An archive's part, as MedMNIST has train, val and test. */
export interface ArchivePart {
  readonly name: string
  readonly images: SourceImages
  /** The label of each image, as a labels file has them; undefined where the archive has none. */
  readonly labels: readonly string[] | undefined
}

/**
 * The image arrays of a .npz archive in MedMNIST's layout: `train_images`, `val_images` and `test_images`
 * with `…_labels`; of others each array with images of its own.
 */
export async function readNpzImages(bytes: Uint8Array, file: string): Promise<ArchivePart[]> {
  const files = await decodedBy('npz', file, () =>
    unzipSync(bytes, { filter: ({ originalSize }) => withinBounds(originalSize, file) }),
  )
  const parts: ArchivePart[] = []
  for (const [member, array] of Object.entries(files)) {
    const name = member.replace(/\.npy$/, '')
    if (name.endsWith('_labels') || name === 'labels') continue
    const images = await readNpyImages(array, file)
    const ofLabels = files[`${name.replace(/_?images$/, '')}_labels.npy`] ?? files['labels.npy']
    const labels = ofLabels === undefined ? undefined : labelTexts(readNumbers(ofLabels, file))
    parts.push({ name: name.replace(/_images$/, ''), images, labels })
  }
  return parts
}

function withinBounds(size: number, file: string): boolean {
  if (size <= mostBytes) return true
  throw unsupported('npz', `arrays of at most ${mostBytes} bytes`, String(size), {
    file,
    tip: 'Split it into several files.',
  })
}

/** A class index for each image or, of several columns of 0 and 1, those that are 1. */
function labelTexts({ shape, data }: NpyNumbers): string[] {
  const [images = 0, several = 1] = shape
  return Array.from({ length: images }, (_, image) => {
    const own = Array.from(data.subarray(image * several, (image + 1) * several))
    if (several === 1) return String(own[0])
    const set = own.flatMap((value, index) => (value === 0 ? [] : [String(index)]))
    return set.length === 0 ? 'none' : set.join(';')
  })
}
