import { geometryOf, type Instance } from '../../../core/dicom/instance.ts'
import type { Vector3 } from '../../../core/dicom/geometry.ts'
import { type GridSlice, type NoGrid, type VolumeGrid, volumeGrid } from '../../../core/dicom/volume-grid.ts'
import type { Study, StudyImage } from '../../study/open-study.ts'

/** Where the slices of a series lie in the patient, and the grid that they make. */
export interface SeriesGeometry {
  /** Series with the same one lie in one system of coordinates (0020,0052); null where none is named. */
  readonly frameOfReference: string | null
  /** Position of each slice of the series, in its order; null where a slice has none. */
  readonly positions: readonly (Vector3 | null)[]
  /** Directions of rows and columns, of the first slice. */
  readonly orientation: readonly [Vector3, Vector3] | null
  readonly grid: VolumeGrid | NoGrid
}

/** @param instanceOf reads an image's own file, whose frames have places of their own */
export async function seriesGeometry(
  study: Study,
  series: number,
  instanceOf: (image: number) => Promise<Instance>,
): Promise<SeriesGeometry> {
  const images = study.images.flatMap((image, place) => (image.series === series ? [{ image, place }] : []))
  const slices: GridSlice[] = []
  for (const { image, place } of images) slices.push(...(await framesOf(image, () => instanceOf(place))))
  return {
    frameOfReference: images[0]?.image.header.frameOfReferenceUid ?? null,
    positions: slices.map(({ imagePositionPatient }) => imagePositionPatient ?? null),
    orientation: slices[0]?.imageOrientationPatient ?? null,
    grid: volumeGrid(slices),
  }
}

async function framesOf({ header }: StudyImage, read: () => Promise<Instance>): Promise<GridSlice[]> {
  if (header.numberOfFrames === 1) return [header]
  const { dataSet } = await read()
  return Array.from({ length: header.numberOfFrames }, (_, frame) => ({
    rows: header.rows,
    columns: header.columns,
    samplesPerPixel: header.samplesPerPixel,
    ...geometryOf(dataSet, frame),
  }))
}
