import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type ExportWriter, joinExportFolder } from '../../adapters/fs/export-folder.ts'
import type { ManifestEntry } from '../../adapters/fs/manifest.ts'
import { readInstance } from '../../adapters/fs/read-file.ts'
import {
  niftiOf,
  npyOf,
  pngOf,
  type Unwritable,
  type WrittenVolume,
} from '../../adapters/images/write-pictures.ts'
import { geometryOf, type Instance } from '../../core/dicom/instance.ts'
import { pixelMeaning } from '../../core/dicom/meaning.ts'
import type { Vector3 } from '../../core/dicom/geometry.ts'
import type { Notice } from '../../core/errors.ts'
import type { SliceGeometry } from '../../core/image/source-images.ts'
import { fourDigits } from '../../core/number-texts.ts'
import { type JobHooks, throwIfCancelled } from '../progress.ts'
import type { PictureFormat } from './export-kinds.ts'
import type { RecordedPicture } from './record.ts'
import { checkPicture, volumeReader } from './reread-picture.ts'

/** A frame of an exported image by its header: where it belongs, before its pixels are read. */
interface PlacedFrame {
  readonly path: string
  /** From 1. */
  readonly frame: number
  /** Frames of equal keys are of one array. */
  readonly series: string
  /** Frames of equal keys may be of one volume; undefined where there is no place. */
  readonly grid: string | undefined
  readonly instanceNumber: number
  /** Whether 0 is white: MONOCHROME1. */
  readonly inverted: boolean
  readonly position: Vector3 | undefined
  readonly rest: Omit<SliceGeometry, 'origin' | 'step'> | undefined
}

const ends: Readonly<Record<PictureFormat, string>> = { png: 'png', nifti: 'nii.gz', npy: 'npy' }
const writers = { png: pngOf, nifti: niftiOf, npy: npyOf } satisfies Record<
  PictureFormat,
  (volume: WrittenVolume) => Uint8Array | Unwritable
>

export interface WantedPictures {
  /** Paths of the adversarial series, in their order. */
  readonly images: readonly string[]
  readonly formats: readonly PictureFormat[]
}

export interface WrittenPictures {
  readonly pictures: RecordedPicture[]
  /** Why what was left out was. */
  readonly notices: Notice[]
}

/**
 * Writes the adversarial images of an export in the formats of other tools, from the DICOM files that were
 * written and judged, and reads them back.
 * @throws RadversaryError verification-failed where another value was read back; io-failed, export-conflict,
 * cancelled.
 */
export async function exportPictures(
  folder: ExportWriter,
  { images, formats }: WantedPictures,
  { signal, onProgress }: JobHooks = {},
): Promise<WrittenPictures> {
  const frames: PlacedFrame[] = []
  for (const path of images) frames.push(...(await placedFrames(folder.folder, path)))
  const pictures: RecordedPicture[] = []
  const notices: Notice[] = frames.some(({ inverted }) => inverted) ? [zeroIsWhite] : []
  const read = volumeReader(folder.folder)
  const files = formats.flatMap((format) => groupsOf(format, frames).map((group) => ({ format, group })))
  for (const [index, { format, group }] of files.entries()) {
    throwIfCancelled(signal)
    const written = await writePicture(folder, format, group, read)
    if ('why' in written) notices.push(leftOut(format, group, written))
    else pictures.push(written)
    onProgress?.({ done: index + 1, total: files.length, phase: 'writing other formats', note: format })
  }
  return { pictures, notices }
}

export interface PicturesRequest extends WantedPictures {
  /** An export's folder, opened by the job that this is done for. */
  readonly folder: string
}

/** Does the same for a job on another thread, which adopts the files. */
export async function addPictures(
  { folder, ...wanted }: PicturesRequest,
  hooks: JobHooks = {},
): Promise<WrittenPictures & { readonly files: readonly ManifestEntry[] }> {
  const joined = joinExportFolder(folder)
  const written = await exportPictures(joined, wanted, hooks)
  return { ...written, files: joined.handOver() }
}

async function placedFrames(folder: string, path: string): Promise<PlacedFrame[]> {
  const instance = await readInstance({ path: join(folder, path) })
  return Array.from({ length: instance.numberOfFrames }, (_, index) => {
    const { modality } = pixelMeaning(instance, index)
    const { rows, columns, samplesPerPixel, seriesInstanceUid, instanceNumber = 0 } = instance
    const geometry = geometryOf(instance.dataSet, index)
    const { imagePositionPatient: position, imageOrientationPatient: orientation, pixelSpacing } = geometry
    const series = [seriesInstanceUid, rows, columns, samplesPerPixel].join(' ')
    const rest = orientation && pixelSpacing && { orientation, pixelSpacing }
    const slope = modality.kind === 'linear' ? [modality.slope, modality.intercept] : modality.kind
    const grid = position && rest && JSON.stringify([series, rest, slope])
    const inverted = instance.photometricInterpretation === 'MONOCHROME1'
    return { path, frame: index + 1, series, grid, instanceNumber, inverted, position, rest }
  })
}

/**
 * Frames that go into one file, each group in the order of Instance Number (0020,0013), as its source had it.
 */
function groupsOf(format: PictureFormat, frames: readonly PlacedFrame[]): (readonly PlacedFrame[])[] {
  if (format === 'png') return frames.map((frame) => [frame])
  const groups = new Map<unknown, PlacedFrame[]>()
  for (const frame of frames) {
    const key = format === 'npy' ? frame.series : (frame.grid ?? frame)
    groups.set(key, [...(groups.get(key) ?? []), frame])
  }
  const ordered = [...groups.values()].map((group) =>
    group.toSorted((a, b) => a.instanceNumber - b.instanceNumber),
  )
  return format === 'npy' ? ordered : ordered.flatMap(evenRuns)
}

/** Steps that differ by less than this part of them are one. */
const sameStep = 1e-3

/** Parts slices wherever the way from one to the next changes: an affine has one step. */
function evenRuns(slices: readonly PlacedFrame[]): PlacedFrame[][] {
  const runs: PlacedFrame[][] = []
  for (const slice of slices) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    const step = stepOf(run?.[0], run?.[1])
    const next = stepOf(last, slice)
    const isEven = step === undefined || (next !== undefined && differsBy(step, next) < sameStep)
    if (run !== undefined && next !== undefined && isEven) run.push(slice)
    else runs.push([slice])
  }
  return runs
}

/** The way from a slice to the next; undefined where either has no place, or they lie in one. */
function stepOf(from: PlacedFrame | undefined, to: PlacedFrame | undefined): Vector3 | undefined {
  if (from?.position === undefined || to?.position === undefined) return undefined
  const [[a, b, c], [x, y, z]] = [from.position, to.position]
  return Math.hypot(x - a, y - b, z - c) > 0 ? [x - a, y - b, z - c] : undefined
}

function differsBy([a, b, c]: Vector3, [x, y, z]: Vector3): number {
  return Math.hypot(x - a, y - b, z - c) / Math.hypot(a, b, c)
}

async function writePicture(
  folder: ExportWriter,
  format: PictureFormat,
  group: readonly PlacedFrame[],
  read: ReturnType<typeof volumeReader>,
): Promise<RecordedPicture | Unwritable> {
  const slices = group.map(({ path, frame }) => ({ path, frame }))
  const volume = { ...(await read(slices)), place: format === 'nifti' ? placeOf(group) : undefined }
  const bytes = writers[format](volume)
  if ('why' in bytes) return bytes
  const path = `${format}/${nameOf(group)}.${ends[format]}`
  await folder.write(path, bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const picture: RecordedPicture = { path, format, sha256, slices }
  await checkPicture(folder.folder, picture, volume)
  return picture
}

/** The first slice's number in the series, and its frame's where there are several. */
function nameOf([first]: readonly PlacedFrame[]): string {
  const number = /(\d+)\.dcm$/.exec(first?.path ?? '')?.[1] ?? fourDigits(1)
  return first === undefined || first.frame === 1 ? number : `${number}-${fourDigits(first.frame)}`
}

/** A slice alone has the thickness of a pixel: its step says nothing. */
function placeOf(group: readonly PlacedFrame[]): SliceGeometry | undefined {
  const [first, second] = group
  if (first?.rest === undefined || first.position === undefined) return undefined
  const { orientation, pixelSpacing } = first.rest
  const last = group.at(-1)
  const whole = second === undefined ? undefined : stepOf(first, last)
  const count = group.length - 1
  const step: Vector3 =
    whole === undefined ? normalOf(orientation) : [whole[0] / count, whole[1] / count, whole[2] / count]
  return { orientation, pixelSpacing, origin: first.position, step }
}

/** Where a frame, counted from 0, lies by itself; undefined where its file does not say. */
export function slicePlace(instance: Instance, index: number): SliceGeometry | undefined {
  const geometry = geometryOf(instance.dataSet, index)
  const { imagePositionPatient: origin, imageOrientationPatient: orientation, pixelSpacing } = geometry
  if (origin === undefined || orientation === undefined || pixelSpacing === undefined) return undefined
  return { orientation, pixelSpacing, origin, step: normalOf(orientation) }
}

/** The normal of the image plane, of length 1. */
function normalOf([[a, b, c], [d, e, f]]: SliceGeometry['orientation']): Vector3 {
  return [b * f - c * e, c * d - a * f, a * e - b * d]
}

const zeroIsWhite: Notice = {
  message: 'Images of MONOCHROME1 have 0 as white, also in the files beside DICOM, which do not say so.',
  tip: 'Turn them where another tool takes 0 for black.',
}

function leftOut(format: PictureFormat, [first]: readonly PlacedFrame[], { why }: Unwritable): Notice {
  return {
    message: `${first?.path ?? ''} was not written as ${format}: ${why}.`,
    tip: 'The DICOM series has it.',
  }
}
