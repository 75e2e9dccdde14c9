import { entry } from '../../entry.ts'
import { RadversaryError } from '../../errors.ts'
import type { Mask } from '../../image/mask.ts'
import { backgroundOf } from './masks.ts'
import type { SegmentationOutput } from './output.ts'

/** A grid of one number a pixel. */
export interface IndexedPixels {
  readonly rows: number
  readonly columns: number
  readonly values: ArrayLike<number>
}

/**
 * A mask from class indices, or of two classes from 0 and 255. Throws `labels-invalid` for other values, and
 * for heads whose classes may overlap, of which an image shows one at most.
 */
export function maskOfIndices(
  head: SegmentationOutput,
  { rows, columns, values }: IndexedPixels,
  file: string,
): Mask {
  const count = head.classes.length
  if (head.activation === 'multi-label-sigmoid')
    throw new RadversaryError(
      'labels-invalid',
      'Mask: expected DICOM SEG for classes that may overlap, got an image',
      { file },
    )
  const isBlackAndWhite = count === 2 && Array.from(values).every((value) => value === 0 || value === 255)
  const indices = Uint8Array.from(values, (value) =>
    isBlackAndWhite ? Number(value === 255) : Math.min(value, 255),
  )
  const unknown = indices.find((value) => value >= count)
  if (unknown === undefined) return { rows, columns, overlapping: false, values: indices }
  throw new RadversaryError('labels-invalid', `Mask: expected class indices below ${count}, got ${unknown}`, {
    file,
    tip: `A pixel's value is the index of its class: ${head.classes.map((name, index) => `${index} ${name}`).join(', ')}.`,
  })
}

/** Where one class is: [rows, columns] of 0 and 1. */
export interface ClassPlane {
  readonly class: number
  readonly plane: Uint8Array
}

/**
 * A mask from planes; what none shows is background. Throws `labels-invalid` where classes overlap that the
 * head keeps apart.
 */
export function maskOfPlanes(
  head: SegmentationOutput,
  { rows, columns }: Pick<Mask, 'rows' | 'columns'>,
  planes: readonly ClassPlane[],
  file: string | undefined,
): Mask {
  const pixels = rows * columns
  const overlapping = head.activation === 'multi-label-sigmoid'
  const background = backgroundOf(head) ?? 0
  const values = overlapping
    ? new Uint8Array(head.classes.length * pixels)
    : new Uint8Array(pixels).fill(background)
  for (const { class: index, plane } of planes)
    for (let i = 0; i < pixels; i++) {
      if (plane[i] !== 1) continue
      if (overlapping) values[index * pixels + i] = 1
      else if (values[i] === background || values[i] === index) values[i] = index
      else throw overlap(head, [entry(values, i), index], file)
    }
  return { rows, columns, overlapping, values }
}

function overlap(
  { classes }: SegmentationOutput,
  pair: readonly number[],
  file: string | undefined,
): RadversaryError {
  const names = pair.map((index) => classes[index] ?? '').join(' and ')
  return new RadversaryError(
    'labels-invalid',
    `Mask: expected segments that don't overlap, got pixels of ${names}`,
    {
      file,
      tip: 'The model gives every pixel one class; correct the segmentation.',
    },
  )
}
