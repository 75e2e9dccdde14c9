import type { StoredValues } from '../dicom/image.ts'
import type { Vector3 } from '../dicom/geometry.ts'

/** Linear meaning of stored values: value = stored · slope + intercept. */
export interface Rescale {
  readonly slope: number
  readonly intercept: number
}

/** Where the slices of a volume lie, in the patient's coordinate system of DICOM (LPS, mm). */
export interface SliceGeometry {
  /** The direction of a row, then of a column; of length 1 and at right angles. */
  readonly orientation: readonly [Vector3, Vector3]
  readonly pixelSpacing: readonly [betweenRows: number, betweenColumns: number]
  /** The middle of the first pixel of slice 0, and the way from a slice to the next. */
  readonly origin: Vector3
  readonly step: Vector3
}

/** Images that belong together: a picture, the slices of a volume, the pages of a file. */
export interface ImageStack {
  /** What parts it from the file's others, such as "volume 2 of 4"; undefined of the only one. */
  readonly label: string | undefined
  /** Stored values of each, [rows, columns, samples]. */
  readonly images: readonly StoredValues[]
  readonly geometry: SliceGeometry | undefined
}

/** What a file that is not DICOM holds, its stored values as they are in it. */
export interface SourceImages {
  /** e.g. 'PNG'. */
  readonly format: string
  readonly rows: number
  readonly columns: number
  readonly samplesPerPixel: 1 | 3
  readonly photometric: 'MONOCHROME1' | 'MONOCHROME2' | 'RGB'
  readonly bitsStored: number
  readonly signed: boolean
  readonly rescale: Rescale | undefined
  /** How lossily the pixels were compressed; undefined where they were not, or nobody knows. */
  readonly lossy?: { readonly ratio: number; readonly method?: string } | undefined
  readonly stacks: readonly ImageStack[]
  /** What was assumed or left out, in sentences. */
  readonly notices: readonly string[]
}

/** A picture alone. */
export function onePicture(
  picture: Omit<SourceImages, 'stacks' | 'rescale'> & { readonly values: StoredValues },
): SourceImages {
  const { values, ...rest } = picture
  return {
    ...rest,
    rescale: undefined,
    stacks: [{ label: undefined, images: [values], geometry: undefined }],
  }
}

/** Numbers of columns, rows and slices. */
type Extents = readonly [columns: number, rows: number, slices: number]

/** Returns where the middle of a pixel lies, in mm (LPS). @param index column, row and slice, from 0 */
function pixelPosition(
  { orientation: [along, down], pixelSpacing, origin, step }: SliceGeometry,
  [column, row, slice]: readonly [number, number, number],
): Vector3 {
  const [betweenRows, betweenColumns] = pixelSpacing
  const at = (axis: 0 | 1 | 2) =>
    origin[axis] + column * betweenColumns * along[axis] + row * betweenRows * down[axis] + slice * step[axis]
  return [at(0), at(1), at(2)]
}

/**
 * Returns how far the pixels of two grids of the same size lie apart at most: at their corners, in mm and in
 * parts of the first grid's least spacing.
 */
export function largestOffset(one: SliceGeometry, other: SliceGeometry, extents: Extents) {
  const [columns, rows, slices] = extents.map((extent) => [0, extent - 1])
  let mm = 0
  for (const column of columns ?? [])
    for (const row of rows ?? [])
      for (const slice of slices ?? []) {
        const [a, b] = [pixelPosition(one, [column, row, slice]), pixelPosition(other, [column, row, slice])]
        mm = Math.max(mm, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]))
      }
  const between = extents[2] > 1 ? Math.hypot(...one.step) : Infinity
  return { mm, pixels: mm / Math.min(...one.pixelSpacing, between) }
}
