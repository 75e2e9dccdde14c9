import { entry } from '../../entry.ts'
import type { Rescale, SliceGeometry, SourceImages } from '../../image/source-images.ts'
import type { StoredValues } from '../image.ts'
import { decimalString } from './decimal-string.ts'
import { encodeElements, type DataElement } from './encode.ts'
import { encodeText } from './encode-text.ts'
import type { FreeTextVr } from './encode.ts'
import { encodeFile } from './part10.ts'
import { manufacturer } from './provenance.ts'
import { composedClasses } from './sop-classes.ts'
import { tag } from './tags.ts'

/** An image that becomes DICOM, with all that its instance says. */
export interface ComposedImage {
  readonly pixels: Pick<
    SourceImages,
    'rows' | 'columns' | 'samplesPerPixel' | 'photometric' | 'bitsStored' | 'signed' | 'lossy'
  > & { readonly values: StoredValues; readonly rescale: Rescale | undefined }
  /** Where the image lies, as slice `slice` of its stack; undefined where the file doesn't say. */
  readonly place: { readonly geometry: SliceGeometry; readonly slice: number } | undefined
  /** Modality (0008,0060). */
  readonly modality: string
  readonly uids: {
    readonly study: string
    readonly series: string
    readonly instance: string
    readonly frameOfReference: string
  }
  readonly seriesNumber: number
  readonly instanceNumber: number
  readonly studyDescription: string
  readonly seriesDescription: string
  /** The file that the image is of. */
  readonly source: { readonly name: string; readonly sha256: string; readonly format: string }
  readonly softwareVersion: string
}

export interface ComposedInstance {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  /** The whole DICOM file: Explicit VR little endian, uncompressed. */
  readonly bytes: Uint8Array
}

/**
 * A DICOM instance of an image that was none, its stored values those of the file: CT, MR or CR Image where
 * the image has what their definitions require, else Secondary Capture (PS3.3 A.2, A.3, A.4 and A.8.1).
 * What nobody knows (patient, dates, tube voltage) is empty, never made up. See docs/import.md.
 */
export function composeInstance(image: ComposedImage): ComposedInstance {
  const kind = kindOf(image)
  const sopClassUid = composedClasses[kind]
  const identity = { sopClassUid, sopInstanceUid: image.uids.instance }
  const elements = [
    ...studyElements(image),
    ...seriesElements(image, kind),
    ...sourceElements(image),
    ...placeElements(image),
    ...pixelElements(image),
    ...ofClass[kind],
  ]
  const dataSet = encodeElements(elements, true)
  const transferSyntaxUid = '1.2.840.10008.1.2.1'
  return { ...identity, bytes: encodeFile({ ...identity, transferSyntaxUid, dataSet }) }
}

type Kind = keyof typeof composedClasses

/** CT and MR images have 16 bits and a place; radiographs are grey. */
function kindOf({ modality, pixels, place }: ComposedImage): Kind {
  if (pixels.samplesPerPixel === 3) return 'secondaryCapture'
  const isSlice = place !== undefined && pixels.bitsStored === 16
  if (isSlice && modality === 'CT') return 'ct'
  if (isSlice && modality === 'MR' && pixels.rescale === undefined) return 'mr'
  return modality === 'CR' ? 'cr' : 'secondaryCapture'
}

const ofClass: Readonly<Record<Kind, readonly DataElement[]>> = {
  secondaryCapture: [{ tag: tag.ConversionType, vr: 'CS', value: 'WSD' }],
  cr: [
    { tag: tag.BodyPartExamined, vr: 'CS', value: '' },
    { tag: tag.ViewPosition, vr: 'CS', value: '' },
  ],
  ct: [
    { tag: tag.KVP, vr: 'DS', value: '' },
    { tag: tag.AcquisitionNumber, vr: 'IS', value: '' },
    { tag: tag.PatientPosition, vr: 'CS', value: '' },
  ],
  // RM is the standard's word for a sequence of research, which says nothing of its kind (C.8.3.1.1.2).
  mr: [
    { tag: tag.ScanningSequence, vr: 'CS', value: 'RM' },
    { tag: tag.SequenceVariant, vr: 'CS', value: 'NONE' },
    { tag: tag.ScanOptions, vr: 'CS', value: '' },
    { tag: tag.MRAcquisitionType, vr: 'CS', value: '' },
    { tag: tag.RepetitionTime, vr: 'DS', value: '' },
    { tag: tag.EchoTime, vr: 'DS', value: '' },
    { tag: tag.EchoTrainLength, vr: 'IS', value: '' },
    { tag: tag.PatientPosition, vr: 'CS', value: '' },
  ],
}

const unicode = 'ISO_IR 192'

function text(at: number, vr: FreeTextVr, value: string): DataElement {
  return { tag: at, vr: 'bytes', as: vr, value: encodeText(value, vr, unicode) }
}

/** Patient and study (PS3.3 C.7.1.1, C.7.2.1): empty where Type 2. */
function studyElements({ uids, studyDescription }: ComposedImage): DataElement[] {
  const empty = [tag.StudyDate, tag.StudyTime, tag.AccessionNumber, tag.PatientBirthDate, tag.PatientSex]
  const vrs = ['DA', 'TM', 'SH', 'DA', 'CS'] as const
  return [
    { tag: tag.SpecificCharacterSet, vr: 'CS', value: unicode },
    ...empty.map((at, i): DataElement => ({ tag: at, vr: vrs[i] ?? 'CS', value: '' })),
    { tag: tag.ReferringPhysicianName, vr: 'PN', value: '' },
    { tag: tag.PatientName, vr: 'PN', value: '' },
    { tag: tag.PatientID, vr: 'LO', value: '' },
    { tag: tag.StudyID, vr: 'SH', value: '' },
    { tag: tag.StudyInstanceUID, vr: 'UI', value: uids.study },
    text(tag.StudyDescription, 'LO', studyDescription),
  ]
}

/** General Series, General Equipment, SOP Common (PS3.3 C.7.3.1, C.7.5.1, C.12.1). */
function seriesElements(image: ComposedImage, kind: Kind): DataElement[] {
  const { uids, modality, seriesNumber, instanceNumber, seriesDescription, softwareVersion } = image
  return [
    {
      tag: tag.ImageType,
      vr: 'CS',
      value: `DERIVED\\SECONDARY${{ ct: '\\AXIAL', mr: '\\OTHER', cr: '', secondaryCapture: '' }[kind]}`,
    },
    { tag: tag.SOPClassUID, vr: 'UI', value: composedClasses[kind] },
    { tag: tag.SOPInstanceUID, vr: 'UI', value: uids.instance },
    { tag: tag.Modality, vr: 'CS', value: modality },
    { tag: tag.Manufacturer, vr: 'LO', value: manufacturer },
    { tag: tag.ManufacturerModelName, vr: 'LO', value: 'Radversary' },
    { tag: tag.SoftwareVersions, vr: 'LO', value: softwareVersion },
    { tag: tag.SeriesInstanceUID, vr: 'UI', value: uids.series },
    { tag: tag.SeriesNumber, vr: 'IS', value: String(seriesNumber) },
    { tag: tag.InstanceNumber, vr: 'IS', value: String(instanceNumber) },
    { tag: tag.Laterality, vr: 'CS', value: '' },
    // Also of secondary captures that have a place, since their definition has no image plane.
    ...(kind === 'ct' || kind === 'mr' ? [] : [noPatientOrientation]),
    text(tag.SeriesDescription, 'LO', seriesDescription),
  ]
}

const noPatientOrientation: DataElement = { tag: tag.PatientOrientation, vr: 'CS', value: '' }

/** Private elements of the creator RADVERSARY: what the file was, byte for byte (PS3.5 section 7.8). */
export const sourceTags = {
  creator: 0x52410010,
  name: 0x52411001,
  sha256: 0x52411002,
  format: 0x52411003,
} as const

function sourceElements({ source: { name, sha256, format }, softwareVersion }: ComposedImage): DataElement[] {
  const description = `Imported from a ${format} file by Radversary ${softwareVersion}; SHA-256 of the file ${sha256}`
  return [
    text(tag.DerivationDescription, 'ST', description),
    { tag: sourceTags.creator, vr: 'LO', value: 'RADVERSARY' },
    text(sourceTags.name, 'ST', name),
    { tag: sourceTags.sha256, vr: 'LO', value: sha256 },
    { tag: sourceTags.format, vr: 'SH', value: format },
  ]
}

/** Image Plane and Frame of Reference (PS3.3 C.7.6.2, C.7.4.1). */
function placeElements({ place, uids }: ComposedImage): DataElement[] {
  if (place === undefined) return []
  const { orientation, pixelSpacing, origin, step } = place.geometry
  const decimals = (at: number, values: readonly number[]): DataElement => ({
    tag: at,
    vr: 'DS',
    value: values.map(decimalString).join('\\'),
  })
  const [x, y, z] = step
  return [
    { tag: tag.FrameOfReferenceUID, vr: 'UI', value: uids.frameOfReference },
    { tag: tag.PositionReferenceIndicator, vr: 'LO', value: '' },
    decimals(tag.ImageOrientationPatient, orientation.flat()),
    decimals(
      tag.ImagePositionPatient,
      [0, 1, 2].map((axis) => entry(origin, axis) + place.slice * entry(step, axis)),
    ),
    decimals(tag.PixelSpacing, pixelSpacing),
    decimals(tag.SliceThickness, [Math.hypot(x, y, z)]),
  ]
}

/** Image Pixel and Modality LUT (PS3.3 C.7.6.3, C.11.1). */
function pixelElements(image: ComposedImage): DataElement[] {
  const { pixels } = image
  const unsigned = (at: number, value: number): DataElement => ({ tag: at, vr: 'US', value: [value] })
  const bitsAllocated = pixels.bitsStored > 8 ? 16 : 8
  return [
    unsigned(tag.SamplesPerPixel, pixels.samplesPerPixel),
    { tag: tag.PhotometricInterpretation, vr: 'CS', value: pixels.photometric },
    ...(pixels.samplesPerPixel === 3 ? [unsigned(tag.PlanarConfiguration, 0)] : []),
    unsigned(tag.Rows, pixels.rows),
    unsigned(tag.Columns, pixels.columns),
    unsigned(tag.BitsAllocated, bitsAllocated),
    unsigned(tag.BitsStored, pixels.bitsStored),
    unsigned(tag.HighBit, pixels.bitsStored - 1),
    unsigned(tag.PixelRepresentation, pixels.signed ? 1 : 0),
    ...rescaleElements(image),
    ...lossyElements(pixels),
    { tag: tag.PixelData, vr: bitsAllocated === 8 ? 'OB' : 'OW', value: littleEndianBytes(pixels.values) },
  ]
}

/** Values of CT images are Hounsfield units (C.8.2.1.1.2), others' of no unit that is known. */
function rescaleElements(image: ComposedImage): DataElement[] {
  const isCt = image.modality === 'CT' && image.pixels.samplesPerPixel === 1
  const rescale = image.pixels.rescale ?? (isCt ? { slope: 1, intercept: 0 } : undefined)
  if (rescale === undefined) return []
  return [
    { tag: tag.RescaleIntercept, vr: 'DS', value: decimalString(rescale.intercept) },
    { tag: tag.RescaleSlope, vr: 'DS', value: decimalString(rescale.slope) },
    { tag: tag.RescaleType, vr: 'LO', value: isCt ? 'HU' : 'US' },
  ]
}

/** Lossy compression of the past (C.7.6.1.1.5). */
function lossyElements({ lossy }: ComposedImage['pixels']): DataElement[] {
  if (lossy === undefined) return []
  const ratio = { tag: tag.LossyImageCompressionRatio, vr: 'DS', value: decimalString(lossy.ratio) } as const
  return [
    { tag: tag.LossyImageCompression, vr: 'CS', value: '01' },
    ratio,
    ...(lossy.method === undefined
      ? []
      : [{ tag: tag.LossyImageCompressionMethod, vr: 'CS', value: lossy.method } as const]),
  ]
}

/** Every machine that Node or Electron runs on is little endian. */
function littleEndianBytes(values: StoredValues): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
