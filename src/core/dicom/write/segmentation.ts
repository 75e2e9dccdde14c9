import type { Mask } from '../../image/mask.ts'
import { type DataElement, encodeElements } from './encode.ts'
import { identityOf, type InstanceIdentity, openExportable } from './exportable.ts'
import { encodeFile, type SourceInstance, targetSyntax } from './part10.ts'
import { contributingEquipment, manufacturer } from './provenance.ts'
import {
  bitBytes,
  type Segment,
  segmentationGroups,
  type SegmentationSeries,
  segmentPlanes,
  segmentSequence,
} from './segmentation-groups.ts'
import { segmentationStorage } from './sop-classes.ts'
import { requiredUnsigned, textBefore, textElement, textValue } from './source-values.ts'
import { contentDate, contentTime, instanceNumberElement, studyElements } from './study-elements.ts'
import { tag } from './tags.ts'
import { deriveUid } from './uids.ts'

export interface WrittenSegmentation extends InstanceIdentity {
  /** The whole DICOM file. */
  readonly bytes: Uint8Array
}

/**
 * Masks of an image's frames as a binary Segmentation (PS3.3 A.51), referring to that image and lying where
 * it lies.
 * @param file the image that the masks are of: a whole DICOM file; it is not changed
 * @param masks of each of its frames, in order
 * @param segments the classes to be written
 * @throws RadversaryError dicom-unreadable, dicom-unsupported, tensor-invalid when masks don't fit the image
 */
export function buildSegmentation(
  file: Uint8Array,
  masks: readonly Mask[],
  { segments, series }: { readonly segments: readonly Segment[]; readonly series: SegmentationSeries },
): WrittenSegmentation {
  const source = openExportable(file)
  const original = identityOf(source)
  const identity: InstanceIdentity = {
    sopClassUid: segmentationStorage,
    sopInstanceUid: deriveUid(series.exportId, series.role, 'instance', original.sopInstanceUid),
    seriesInstanceUid: deriveUid(series.exportId, series.role, 'series', original.seriesInstanceUid),
  }
  const planes = segmentPlanes(source, masks, segments)
  const elements: DataElement[] = [
    ...studyElements(source),
    ...seriesElements(source, identity, series),
    ...imageElements(source, planes.length, series),
    {
      tag: tag.SegmentsOverlap,
      vr: 'CS',
      value: masks.some(({ overlapping }) => overlapping) ? 'YES' : 'NO',
    },
    segmentSequence(source, segments, series),
    ...segmentationGroups(source, original, planes, series),
    { tag: tag.PixelData, vr: 'OB', value: bitBytes(planes) },
  ]
  const dataSet = encodeElements(elements, source.encoding.explicit)
  return {
    ...identity,
    bytes: encodeFile({ ...identity, transferSyntaxUid: targetSyntax(source.encoding), dataSet }),
  }
}

/** Series and equipment (PS3.3 C.8.20.1, C.7.5.2). */
function seriesElements(
  source: SourceInstance,
  identity: InstanceIdentity,
  series: SegmentationSeries,
): DataElement[] {
  return [
    { tag: tag.SOPClassUID, vr: 'UI', value: identity.sopClassUid },
    { tag: tag.SOPInstanceUID, vr: 'UI', value: identity.sopInstanceUid },
    { tag: tag.Modality, vr: 'CS', value: 'SEG' },
    { tag: tag.Manufacturer, vr: 'LO', value: manufacturer },
    textBefore(source, tag.SeriesDescription, 'LO', series.seriesDescription),
    { tag: tag.ManufacturerModelName, vr: 'LO', value: 'Radversary' },
    { tag: tag.DeviceSerialNumber, vr: 'LO', value: 'none' },
    { tag: tag.SoftwareVersions, vr: 'LO', value: series.softwareVersion },
    contributingEquipment({ ...source, elements: [] }, series),
    { tag: tag.SeriesInstanceUID, vr: 'UI', value: identity.seriesInstanceUid },
    { tag: tag.SeriesNumber, vr: 'IS', value: String(series.seriesNumber) },
    instanceNumberElement(source),
  ]
}

/** Segmentation Image and Multi-frame Functional Groups (PS3.3 C.8.20.2, C.7.6.16). */
function imageElements(source: SourceInstance, frames: number, series: SegmentationSeries): DataElement[] {
  const unsigned = (at: number, value: number): DataElement => ({ tag: at, vr: 'US', value: [value] })
  const code = (at: number, value: string): DataElement => ({ tag: at, vr: 'CS', value })
  return [
    code(tag.ImageType, 'DERIVED\\PRIMARY'),
    { tag: tag.ContentDate, vr: 'DA', value: contentDate(source) },
    { tag: tag.ContentTime, vr: 'TM', value: contentTime(source) },
    { tag: tag.ImageComments, vr: 'LT', value: series.comment },
    unsigned(tag.SamplesPerPixel, 1),
    code(tag.PhotometricInterpretation, 'MONOCHROME2'),
    { tag: tag.NumberOfFrames, vr: 'IS', value: String(frames) },
    unsigned(tag.Rows, requiredUnsigned(source, tag.Rows, 'Rows')),
    unsigned(tag.Columns, requiredUnsigned(source, tag.Columns, 'Columns')),
    unsigned(tag.BitsAllocated, 1),
    unsigned(tag.BitsStored, 1),
    unsigned(tag.HighBit, 0),
    unsigned(tag.PixelRepresentation, 0),
    code(tag.LossyImageCompression, textValue(source, tag.LossyImageCompression) === '01' ? '01' : '00'),
    code(tag.ContentLabel, 'SEGMENTATION'),
    textElement(source, tag.ContentDescription, 'LO', series.seriesDescription),
    { tag: tag.ContentCreatorName, vr: 'PN', value: '' },
    code(tag.SegmentationType, 'BINARY'),
  ]
}
