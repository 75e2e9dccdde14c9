import type { DataSet, Element } from 'dicom-parser'
import { decimalOf, decimalsOf, functionalGroup, textOf, unsigned32Of, unsignedOf } from './attributes.ts'
import { openDataSet, type OpenDataSet, pixelDataTag } from './data-set.ts'
import { type FrameStack, frameStacksOf } from './frame-stacks.ts'
import type { Vector3 } from './geometry.ts'
import { dimensionValues, type DimensionValues } from './stack-dimensions.ts'

/**
 * What a study browser and the series order need of an instance: plain values, so that thousands of them
 * weigh little and can be sent to another thread. Text is decoded with the instance's Specific Character Set;
 * absent or empty values are undefined.
 */
export interface InstanceHeader {
  /** As the caller named it. */
  readonly file: string | undefined
  readonly transferSyntaxUid: string
  readonly sopClassUid: string | undefined
  readonly sopInstanceUid: string | undefined
  readonly studyInstanceUid: string | undefined
  readonly seriesInstanceUid: string | undefined
  readonly frameOfReferenceUid: string | undefined
  readonly modality: string | undefined
  readonly patientName: string | undefined
  readonly patientId: string | undefined
  readonly patientSex: string | undefined
  readonly patientBirthDate: string | undefined
  readonly studyDate: string | undefined
  readonly studyTime: string | undefined
  readonly studyDescription: string | undefined
  readonly accessionNumber: string | undefined
  readonly seriesNumber: number | undefined
  readonly seriesDescription: string | undefined
  readonly manufacturer: string | undefined
  readonly instanceNumber: number | undefined
  /** Whether there are pixels of integers to decode (Pixel Data (7FE0,0010) is present). */
  readonly hasPixelData: boolean
  /** Rows and Columns; 0 where the instance is no image. */
  readonly rows: number
  readonly columns: number
  /** 1 where the header doesn't say; 0 where what it says is no number, and such an image isn't read. */
  readonly numberOfFrames: number
  readonly samplesPerPixel: number
  readonly photometricInterpretation: string | undefined
  readonly bitsAllocated: number
  readonly bitsStored: number
  readonly highBit: number
  readonly pixelRepresentation: 0 | 1
  readonly planarConfiguration: 0 | 1
  /**
   * Position of the first frame, where the instance is an enhanced multi-frame one; likewise the two below.
   */
  readonly imagePositionPatient: Vector3 | undefined
  /** Direction of the rows, then of the columns. */
  readonly imageOrientationPatient: readonly [Vector3, Vector3] | undefined
  /** [between rows, between columns], in mm. */
  readonly pixelSpacing: readonly [number, number] | undefined
  /** Time, echo, b-value and the like, of the first frame: what parts a series into stacks. */
  readonly dimensions: DimensionValues
  /** The stacks that its frames make: one of a single frame. */
  readonly frameStacks: readonly FrameStack[]
}

/** One instance, its header parsed, its pixels still as they are stored. */
export interface Instance extends InstanceHeader {
  /**
   * dicom-parser's, for everything that InstanceHeader does not have; offsets are into `bytes`. Pixel Data
   * has no value in it.
   */
  readonly dataSet: DataSet
  readonly bytes: Uint8Array
  /** Where Pixel Data (7FE0,0010) lies in `bytes`, as its header says; undefined where there is none. */
  readonly pixelData: Element | undefined
}

/**
 * Parses a DICOM file's header: Implicit and Explicit VR, little and big endian, deflated; with or without
 * preamble and meta header. The bytes are kept, not copied (but for deflated files), and not changed; pixels
 * are read by `decodeFrame`.
 * @throws RadversaryError dicom-unreadable when the header is damaged, truncated or none.
 */
export function parseInstance(
  bytes: Uint8Array,
  options: { readonly file?: string | undefined } = {},
): Instance {
  const open = openDataSet(bytes, options.file)
  return instanceOf(open, headerOf(open, options.file))
}

/** The instance of an open data set, whose bytes may end with the pixel data's header. */
export function instanceOf({ dataSet, bytes }: OpenDataSet, header: InstanceHeader): Instance {
  return { ...header, dataSet, bytes, pixelData: dataSet.elements[pixelDataTag] }
}

/** The header alone, with nothing that keeps the file's bytes alive. */
export function headerOf(open: OpenDataSet, file: string | undefined): InstanceHeader {
  const { dataSet, transferSyntaxUid } = open
  const facts = imageFacts(dataSet)
  return {
    file,
    transferSyntaxUid,
    ...identity(open),
    ...description(dataSet),
    ...facts,
    ...geometryOf(dataSet, 0),
    dimensions: dimensionValues(dataSet, 0),
    frameStacks: frameStacksOf(dataSet, facts, placeOf),
  }
}

function identity({ dataSet, mediaStorageSopClassUid }: OpenDataSet) {
  return {
    sopClassUid: textOf(dataSet, 'x00080016') ?? mediaStorageSopClassUid,
    sopInstanceUid: textOf(dataSet, 'x00080018'),
    studyInstanceUid: textOf(dataSet, 'x0020000d'),
    seriesInstanceUid: textOf(dataSet, 'x0020000e'),
    frameOfReferenceUid: textOf(dataSet, 'x00200052'),
  }
}

function description(dataSet: DataSet) {
  const characterSet = textOf(dataSet, 'x00080005')
  const text = (tag: string) => textOf(dataSet, tag, characterSet)
  return {
    modality: text('x00080060'),
    patientName: text('x00100010'),
    patientId: text('x00100020'),
    patientSex: text('x00100040'),
    patientBirthDate: text('x00100030'),
    studyDate: text('x00080020'),
    studyTime: text('x00080030'),
    studyDescription: text('x00081030'),
    accessionNumber: text('x00080050'),
    seriesNumber: decimalOf(dataSet, 'x00200011'),
    seriesDescription: text('x0008103e'),
    manufacturer: text('x00080070'),
    instanceNumber: decimalOf(dataSet, 'x00200013'),
  }
}

/** Without them an instance is no image; one sample is what files leave out. */
const absent = { rows: 0, columns: 0, bitsAllocated: 0, samplesPerPixel: 1 } as const

/**
 * Absent values take the only one that makes sense: one frame, one sample, all bits stored, the highest bit
 * on top, unsigned.
 */
function imageFacts(dataSet: DataSet) {
  const bitsAllocated = unsignedOf(dataSet, 'x00280100') ?? absent.bitsAllocated
  const bitsStored = unsignedOf(dataSet, 'x00280101') ?? bitsAllocated
  return {
    hasPixelData: dataSet.elements[pixelDataTag] !== undefined,
    rows: unsignedOf(dataSet, 'x00280010') ?? absent.rows,
    columns: unsignedOf(dataSet, 'x00280011') ?? absent.columns,
    numberOfFrames: numberOfFrames(dataSet),
    samplesPerPixel: unsignedOf(dataSet, 'x00280002') ?? absent.samplesPerPixel,
    photometricInterpretation: textOf(dataSet, 'x00280004'),
    bitsAllocated,
    bitsStored,
    highBit: unsignedOf(dataSet, 'x00280102') ?? bitsStored - 1,
    pixelRepresentation: unsignedOf(dataSet, 'x00280103') === 1 ? (1 as const) : (0 as const),
    planarConfiguration: unsignedOf(dataSet, 'x00280006') === 1 ? (1 as const) : (0 as const),
  }
}

/** Some writers give an image of one frame none. */
function numberOfFrames(dataSet: DataSet): number {
  const text = textOf(dataSet, 'x00280008')
  if (text === undefined) return 1
  return /^[+]?\d+$/.test(text) ? Math.max(1, Number(text)) : 0
}

/** Where a frame lies, from 0, and what it says of each dimension. */
function placeOf(dataSet: DataSet, frameIndex: number) {
  const content = functionalGroup(dataSet, frameIndex, 'x00209111')
  return {
    ...geometryOf(dataSet, frameIndex),
    dimensions: dimensionValues(dataSet, frameIndex),
    inStackPosition: content && unsigned32Of(content, 'x00209057'),
  }
}

/** Where a frame, counted from 0, lies, and how far its pixels are apart. */
export function geometryOf(dataSet: DataSet, frameIndex: number) {
  const group = (sequence: string) => functionalGroup(dataSet, frameIndex, sequence) ?? dataSet
  const [rowSpacing, columnSpacing] = decimalsOf(group('x00289110'), 'x00280030')
  const orientation = decimalsOf(group('x00209116'), 'x00200037')
  const rowDirection = vector3(orientation.slice(0, 3))
  const columnDirection = vector3(orientation.slice(3, 6))
  return {
    imagePositionPatient: vector3(decimalsOf(group('x00209113'), 'x00200032')),
    imageOrientationPatient:
      rowDirection && columnDirection ? ([rowDirection, columnDirection] as const) : undefined,
    pixelSpacing:
      rowSpacing === undefined || columnSpacing === undefined
        ? undefined
        : ([rowSpacing, columnSpacing] as const),
  }
}

function vector3([x, y, z]: readonly (number | undefined)[]): Vector3 | undefined {
  return x === undefined || y === undefined || z === undefined ? undefined : [x, y, z]
}
