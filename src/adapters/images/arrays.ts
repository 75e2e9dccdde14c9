import type { SourceImages } from '../../core/image/source-images.ts'
import { readNpy } from '../../core/tensor/npy.ts'
import type { Numbers } from '../../core/math/pictures.ts'
import { listMembers, readMember } from '../fs/zip.ts'
import { checkNumbers, decodedBy, unsupported } from './faults.ts'
import { stacksOf } from './volumes.ts'

/**
 * The images of a .npy array: [rows, columns], [images, rows, columns], or either with colours as a last axis
 * of 3. @throws RadversaryError image-unreadable, image-unsupported.
 */
export async function readNpyImages(bytes: Uint8Array, file: string): Promise<SourceImages> {
  const numbers = await decodedBy('npy', file, () => readNumbers(bytes, file))
  checkNumbers('npy', numbers.shape, { file, bytesEach: numbers.data.BYTES_PER_ELEMENT })
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
 * @param path where it lies; @param file its name for errors
 * @throws RadversaryError image-unreadable, image-unsupported.
 */
export async function readNpzImages(path: string, file: string): Promise<ArchivePart[]> {
  const members = await decodedBy('npz', file, () => listMembers(path))
  const names = members.map(({ name }) => name)
  const parts: ArchivePart[] = []
  for (const member of names) {
    const name = member.replace(/\.npy$/, '')
    if (name.endsWith('_labels') || name === 'labels') continue
    const images = await readNpyImages(await memberOf(path, member, file), file)
    const ofLabels = [`${name.replace(/_?images$/, '')}_labels.npy`, 'labels.npy'].find((label) =>
      names.includes(label),
    )
    const labels =
      ofLabels === undefined
        ? undefined
        : await labelsIn(await memberOf(path, ofLabels, file), { images, member: ofLabels, file })
    parts.push({ name: name.replace(/_images$/, ''), images, labels })
  }
  return parts
}

function memberOf(path: string, member: string, file: string): Promise<Uint8Array> {
  return decodedBy('npz', file, () => readMember(path, member))
}

interface Labelled {
  readonly images: SourceImages
  readonly member: string
  readonly file: string
}

/**
 * A class index for each image or, of several columns of 0 and 1, those that are 1.
 * @throws RadversaryError image-unsupported for another number of labels, or other values.
 */
async function labelsIn(bytes: Uint8Array, { images, member, file }: Labelled): Promise<string[]> {
  const { shape, data } = await decodedBy('npz', file, () => readNumbers(bytes, file))
  const [count = 1, columns = 1] = shape
  const wanted = images.stacks.reduce((sum, stack) => sum + stack.images.length, 0)
  const refused = (expected: string, got: string) =>
    unsupported('npz', `${member} of ${expected}`, got, {
      file,
      tip: 'Save the archive with a label for each image, or without labels, and name a CSV with --labels.',
    })
  if (shape.length > 2 || count !== wanted)
    throw refused(`${wanted} labels, one an image`, `[${shape.join(', ')}]`)
  const wrong = data.find((value) => (columns > 1 ? value !== 0 && value !== 1 : !Number.isFinite(value)))
  if (wrong !== undefined) throw refused(columns > 1 ? 'columns of 0 and 1' : 'numbers', String(wrong))
  return Array.from({ length: count }, (_, n) => labelText(data.subarray(n * columns, (n + 1) * columns)))
}

function labelText(own: Numbers): string {
  if (own.length === 1) return String(own[0])
  const set = Array.from(own).flatMap((value, index) => (value === 1 ? [String(index)] : []))
  return set.length === 0 ? 'none' : set.join(';')
}
