import type { VolumeGrid } from '../../../../core/dicom/volume-grid.ts'
import { fromRuns, type MaskRuns, toRuns } from '../../../../core/image/mask.ts'
import type { FrameMasks, RunImages } from '../run-images.ts'
import type { Slice } from '../slices.ts'
import { planesOf, reslice } from './reslice.ts'
import type { Cut } from './plane-image.ts'

/**
 * Class indices plus 1 [slices, rows, columns]; 0 where there is none, or the run has not come to a slice.
 */
interface LabelVolume {
  readonly before: Uint8Array
  readonly after: Uint8Array
  readonly classes: FrameMasks['classes']
}

const kept = new WeakMap<RunImages, Map<string, LabelVolume | undefined>>()
const keptPlanes = new WeakMap<RunImages, Map<string, FrameMasks>>()

interface MaskSource {
  readonly run: RunImages
  readonly grid: VolumeGrid
  /** The series' slices, in the order of the grid. */
  readonly slices: readonly (Slice | undefined)[]
  readonly series: number
}

/**
 * A run's masks in a plane of a series, the same object for the same plane. Of overlapping classes the last
 * one shows. Undefined where the run has none.
 */
export function planeMasks(source: MaskSource, { id, plane, slab }: Cut): FrameMasks | undefined {
  const planes = keptIn(keptPlanes, source.run)
  const key = `${source.series}/${id}`
  const known = planes.get(key)
  if (known !== undefined) return known
  const volume = labelVolume(source)
  if (volume === undefined) return undefined
  const cut = (values: Uint8Array): MaskRuns => {
    const sampling = {
      along: 'greatest',
      planes: planesOf(slab.millimetres, plane),
      outside: 0,
      isLabel: true,
    } as const
    const labels = Uint8Array.from(reslice({ size: source.grid.size, values }, plane, sampling))
    return toRuns({ rows: plane.rows, columns: plane.columns, overlapping: false, values: labels })
  }
  const masks = { before: cut(volume.before), after: cut(volume.after), classes: volume.classes }
  if (planes.size > mostPlanes) planes.clear()
  planes.set(key, masks)
  return masks
}

const mostPlanes = 200

function keptIn<T>(all: WeakMap<RunImages, Map<string, T>>, run: RunImages): Map<string, T> {
  const found = all.get(run) ?? new Map<string, T>()
  all.set(run, found)
  return found
}

function labelVolume({ run, grid, slices, series }: MaskSource): LabelVolume | undefined {
  const volumes = keptIn(kept, run)
  const key = String(series)
  if (!volumes.has(key)) volumes.set(key, builtFrom(run, grid, slices))
  return volumes.get(key)
}

function builtFrom(
  run: RunImages,
  { size }: VolumeGrid,
  slices: MaskSource['slices'],
): LabelVolume | undefined {
  const all = slices.map((slice) => slice && run.masksOf(slice.image, slice.frame))
  const first = all.find((masks) => masks !== undefined)
  if (first === undefined) return undefined
  const pixels = size[0] * size[1]
  const [before, after] = [new Uint8Array(pixels * size[2]), new Uint8Array(pixels * size[2])]
  all.forEach((masks, k) => {
    if (masks === undefined) return
    before.set(labels(masks.before, pixels), k * pixels)
    after.set(labels(masks.after, pixels), k * pixels)
  })
  return { before, after, classes: first.classes.map((shown) => ({ ...shown, index: shown.index + 1 })) }
}

/** Class indices plus 1 of a mask; of overlapping classes the last one that is there. */
function labels(runs: MaskRuns, pixels: number): Uint8Array {
  const { overlapping, values } = fromRuns(runs)
  if (!overlapping) return values.map((index) => index + 1)
  const found = new Uint8Array(pixels)
  values.forEach((value, i) => {
    if (value === 1) found[i % pixels] = Math.floor(i / pixels) + 1
  })
  return found
}
