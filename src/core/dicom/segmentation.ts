import type { DataSet } from 'dicom-parser'
import { RadversaryError } from '../errors.ts'
import { decimalOf, functionalGroup, itemOf, itemsOf, textOf, unsignedOf } from './attributes.ts'
import { decodeFrame } from './decode.ts'
import type { Instance } from './instance.ts'
import { segmentationStorage } from './write/sop-classes.ts'

/** One segment's pixels on one image. */
export interface SegmentFrame {
  /** Segment Label (0062,0005). */
  readonly label: string
  /** The image that it is of, and its frame, from 1; undefined of images with one frame. */
  readonly sopInstanceUid: string
  readonly frameNumber: number | undefined
  /** [rows, columns] of 0 and 1. */
  readonly read: () => Promise<Uint8Array>
}

/** A Segmentation (PS3.3 A.51) whose pixels are yet to be read. */
export interface Segmentation {
  readonly file: string | undefined
  readonly rows: number
  readonly columns: number
  /** Labels of all segments, also of those without a frame. */
  readonly labels: readonly string[]
  /**
   * SOP Instance UIDs of the images that it refers to, also of those where no frame was kept as they show
   * nothing.
   */
  readonly references: ReadonlySet<string>
  readonly frames: readonly SegmentFrame[]
}

const labelMapStorage = '1.2.840.10008.5.1.4.1.1.66.7'

/**
 * Reads a binary segmentation's segments and references (PS3.3 C.8.20).
 * @throws RadversaryError dicom-unsupported, naming it, for what is none, for fractional ones and label maps;
 * labels-invalid where frames have no segment or refer to no image.
 */
export function readSegmentation(instance: Instance): Segmentation {
  checkKind(instance)
  const { dataSet, file, rows, columns, numberOfFrames } = instance
  const characterSet = textOf(dataSet, 'x00080005')
  const labels = new Map(
    itemsOf(dataSet, 'x00620002').map((item) => [
      unsignedOf(item, 'x00620004'),
      textOf(item, 'x00620005', characterSet) ?? '',
    ]),
  )
  const frames = Array.from({ length: numberOfFrames }, (_, index) => ({
    ...frameOf(instance, index, labels),
    read: async () => Uint8Array.from((await decodeFrame(instance, index)).values),
  }))
  const references = new Set([
    ...frames.map(({ sopInstanceUid }) => sopInstanceUid),
    ...referencedImages(dataSet),
  ])
  return { file, rows, columns, labels: [...labels.values()], references, frames }
}

function checkKind({ dataSet, sopClassUid, file }: Instance): void {
  const type = sopClassUid === labelMapStorage ? 'LABELMAP' : textOf(dataSet, 'x00620001')
  if (sopClassUid !== segmentationStorage && type !== 'LABELMAP')
    throw new RadversaryError(
      'dicom-unsupported',
      `Segmentation: expected DICOM SEG, got SOP class ${sopClassUid ?? 'none'}`,
      {
        file,
        tip: 'Give the folder or the files of the segmentation, not of the images.',
      },
    )
  if (type === 'BINARY') return
  throw new RadversaryError(
    'dicom-unsupported',
    `Segmentation Type: expected BINARY, got ${type ?? 'none'}`,
    {
      file,
      tip: 'Export the segmentation as a binary one: a fractional or labelled mask has no single meaning here.',
    },
  )
}

function frameOf(
  { dataSet, file }: Instance,
  index: number,
  labels: ReadonlyMap<number | undefined, string>,
): Omit<SegmentFrame, 'read'> {
  const number = unsignedOf(functionalGroup(dataSet, index, 'x0062000a') ?? dataSet, 'x0062000b')
  const label = labels.get(number)
  const source = itemOf(functionalGroup(dataSet, index, 'x00089124'), 'x00082112')
  const sopInstanceUid = source && textOf(source, 'x00081155')
  if (label === undefined || sopInstanceUid === undefined)
    throw new RadversaryError(
      'labels-invalid',
      `Segmentation: expected frame ${index + 1} to name a segment and its source image, got ${label === undefined ? `segment ${number ?? 'none'}` : 'no source image'}`,
      { file, tip: 'Export it with Derivation Image Sequences, as highdicom and dcmqi do.' },
    )
  return { label, sopInstanceUid, frameNumber: source && decimalOf(source, 'x00081160') }
}

/** Referenced Series Sequence (0008,1115), Referenced Instance Sequence (0008,114A). */
function referencedImages(dataSet: DataSet): string[] {
  return itemsOf(dataSet, 'x00081115').flatMap((series) =>
    itemsOf(series, 'x0008114a').flatMap((item) => textOf(item, 'x00081155') ?? []),
  )
}
