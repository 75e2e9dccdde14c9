import { type DataElement, encodeElements } from './encode.ts'
import { identityOf, type InstanceIdentity, openExportable } from './exportable.ts'
import {
  floatBytes,
  frameType,
  groupElements,
  type MapFrame,
  type ParametricMapSeries,
  splitChannels,
} from './parametric-map-groups.ts'
import { derivedLabels } from './own-texts.ts'
import { encodeFile, type SourceInstance, targetSyntax } from './part10.ts'
import { contributingEquipment, manufacturer } from './provenance.ts'
import { parametricMapStorage } from './sop-classes.ts'
import { requiredUnsigned, textBefore, textValue } from './source-values.ts'
import {
  contentDate,
  contentTime,
  frameOfReferenceElements,
  instanceNumberElement,
  lateralityElements,
  modalityElement,
  noPositionReference,
  studyElements,
} from './study-elements.ts'
import { tag } from './tags.ts'
import { deriveUid } from './uids.ts'

export interface ParametricMap extends InstanceIdentity {
  /** The whole DICOM file. */
  readonly bytes: Uint8Array
  readonly source: InstanceIdentity
}

/**
 * Adversarial minus original as a Parametric Map (PS3.3 A.75) with Float Pixel Data, referring to the source
 * instance and lying where it lies. A colour source gives three frames (red, green, blue) for each of its
 * own, each a stack of its own.
 * @param file the source: a whole DICOM file; it is not changed
 * @param frames for each frame of the source rows x columns x samples values, pixel-interleaved, in the given
 * unit
 * @throws RadversaryError dicom-unreadable, dicom-unsupported, tensor-invalid when frames don't fit the
 * source or hold NaN or infinity
 */
export function buildParametricMap(
  file: Uint8Array,
  frames: readonly Float32Array[],
  series: ParametricMapSeries,
): ParametricMap {
  const source = openExportable(file)
  const original = identityOf(source)
  const identity = parametricMapIdentity(original, series)
  const mapFrames = splitChannels(source, frames)
  const elements = [
    ...studyElements(source),
    ...lateralityElements(source),
    ...placeElements(source, original, mapFrames),
    ...imageElements(source, identity, mapFrames, series),
    ...groupElements(source, original, mapFrames, series),
  ]
  const dataSet = encodeElements(elements, source.encoding.explicit)
  const bytes = encodeFile({ ...identity, transferSyntaxUid: targetSyntax(source.encoding), dataSet })
  return { ...identity, bytes, source: original }
}

/** New UIDs that depend on the export and the source alone. */
function parametricMapIdentity(
  source: InstanceIdentity,
  series: Pick<ParametricMapSeries, 'exportId'>,
): InstanceIdentity {
  return {
    sopClassUid: parametricMapStorage,
    sopInstanceUid: deriveUid(series.exportId, 'perturbation', 'instance', source.sopInstanceUid),
    seriesInstanceUid: deriveUid(series.exportId, 'perturbation', 'series', source.seriesInstanceUid),
  }
}

/** Frame of Reference (PS3.3 C.7.4.1): the source's, or one of the map's own when the source isn't placed. */
function placeElements(
  source: SourceInstance,
  original: InstanceIdentity,
  frames: readonly MapFrame[],
): DataElement[] {
  const placed = frames.every(({ geometry }) => geometry.placed)
  if (placed && textValue(source, tag.FrameOfReferenceUID) !== undefined)
    return frameOfReferenceElements(source)
  const uid = deriveUid('frame of reference', original.sopInstanceUid)
  return [{ tag: tag.FrameOfReferenceUID, vr: 'UI', value: uid }, noPositionReference]
}

/**
 * Series, equipment, image and pixels (PS3.3 C.8.32, C.7.5.2, C.7.6.24). Date and time are the study's, so
 * that the bytes can be repeated.
 */
function imageElements(
  source: SourceInstance,
  identity: InstanceIdentity,
  frames: readonly MapFrame[],
  series: ParametricMapSeries,
): DataElement[] {
  const unsigned = (at: number, value: number): DataElement => ({ tag: at, vr: 'US', value: [value] })
  const code = (at: number, value: string): DataElement => ({ tag: at, vr: 'CS', value })
  return [
    code(tag.ImageType, frameType),
    { tag: tag.SOPClassUID, vr: 'UI', value: identity.sopClassUid },
    { tag: tag.SOPInstanceUID, vr: 'UI', value: identity.sopInstanceUid },
    { tag: tag.ContentDate, vr: 'DA', value: contentDate(source) },
    { tag: tag.ContentTime, vr: 'TM', value: contentTime(source) },
    modalityElement(source),
    { tag: tag.Manufacturer, vr: 'LO', value: manufacturer },
    textBefore(source, tag.SeriesDescription, 'LO', series.seriesDescription),
    { tag: tag.ManufacturerModelName, vr: 'LO', value: 'Radversary' },
    code(tag.PixelPresentation, 'MONOCHROME'),
    { tag: tag.DeviceSerialNumber, vr: 'LO', value: 'none' },
    { tag: tag.SoftwareVersions, vr: 'LO', value: series.softwareVersion },
    code(tag.ContentQualification, 'RESEARCH'),
    contributingEquipment({ ...source, elements: [] }, series),
    { tag: tag.SeriesInstanceUID, vr: 'UI', value: identity.seriesInstanceUid },
    { tag: tag.SeriesNumber, vr: 'IS', value: String(series.seriesNumber) },
    instanceNumberElement(source),
    { tag: tag.ImageComments, vr: 'LT', value: derivedLabels.perturbation },
    unsigned(tag.SamplesPerPixel, 1),
    code(tag.PhotometricInterpretation, 'MONOCHROME2'),
    { tag: tag.NumberOfFrames, vr: 'IS', value: String(frames.length) },
    unsigned(tag.Rows, requiredUnsigned(source, tag.Rows, 'Rows')),
    unsigned(tag.Columns, requiredUnsigned(source, tag.Columns, 'Columns')),
    unsigned(tag.BitsAllocated, 32),
    code(tag.BurnedInAnnotation, textValue(source, tag.BurnedInAnnotation) === 'YES' ? 'YES' : 'NO'),
    code(tag.RecognizableVisualFeatures, 'NO'),
    code(tag.LossyImageCompression, textValue(source, tag.LossyImageCompression) === '01' ? '01' : '00'),
    { tag: tag.AcquisitionContextSequence, vr: 'SQ', items: [] },
    code(tag.ContentLabel, 'PERTURBATION'),
    { tag: tag.ContentDescription, vr: 'LO', value: series.quantity },
    { tag: tag.ContentCreatorName, vr: 'PN', value: '' },
    code(tag.PresentationLUTShape, 'IDENTITY'),
    { tag: tag.FloatPixelData, vr: 'OF', value: floatBytes(frames) },
  ]
}
