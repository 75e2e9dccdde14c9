import type { DataElement } from './encode.ts'
import type { InstanceIdentity } from './exportable.ts'
import { isGroupLength, type SourceInstance } from './part10.ts'
import { elementBytes, findElement, itemsOf, textValue } from './source-values.ts'
import { groupOf, tag } from './tags.ts'

/**
 * Attributes of patient and study outside the groups that `isOfPatientOrStudy` takes whole: the modules
 * General Study, Patient Study and Clinical Trial Study (PS3.3 C.7.2.1 to C.7.2.3), SOP Common's that their
 * text and times depend on (C.12.1), and Body Part Examined.
 */
const copiedTags: ReadonlySet<number> = new Set([
  tag.SpecificCharacterSet,
  0x00080201, // Timezone Offset From UTC
  ...[tag.StudyDate, tag.StudyTime, tag.AccessionNumber, 0x00080051],
  ...[tag.ReferringPhysicianName, 0x00080096, 0x0008009c, 0x0008009d], // referring, consulting physicians
  ...[tag.StudyDescription, 0x00081032, 0x00081048, 0x00081049, 0x00081060, 0x00081062],
  ...[0x00081080, 0x00081084], // Admitting Diagnoses
  ...[0x00081110, 0x00081120], // Referenced Study, Referenced Patient
  ...[tag.StudyInstanceUID, tag.StudyID],
  ...[0x00321033, 0x00321034, 0x00321066, 0x00321067], // Requesting Service, Reason for Visit
  0x00401012, // Reason for Performed Procedure
  tag.BodyPartExamined,
  ...[tag.LossyImageCompressionRatio, tag.LossyImageCompressionMethod],
])

/** Elements of the groups below that describe an image or a series. */
const ofImageOrSeries: ReadonlySet<number> = new Set([
  0x00109431, // Examined Body Thickness
  ...[0x00120060, 0x00120071, 0x00120072, 0x00120073], // Clinical Trial Series (C.7.3.2)
])

/**
 * Groups 0010 (patient), 0012 (clinical trial, de-identification) and 0038 (visit) belong to patient and
 * study, also in what is retired and in what the standard has yet to add.
 */
function isOfPatientOrStudy(at: number): boolean {
  const isWholeGroup = [0x0010, 0x0012, 0x0038].includes(groupOf(at))
  return copiedTags.has(at) || (isWholeGroup && !isGroupLength(at) && !ofImageOrSeries.has(at))
}

/**
 * Patient and study of what is derived from a source (PS3.3 C.7.1 and C.7.2), byte for byte. What the source
 * lacks stays absent, also where the standard wants it: one study's instances must say the same of it.
 */
export function studyElements(source: SourceInstance): DataElement[] {
  const tags = new Set(source.elements.map((element) => element.tag).filter(isOfPatientOrStudy))
  return [...tags].flatMap((at) => copiedElement(source, at))
}

/**
 * Frame Anatomy (PS3.3 C.7.6.16.2.8) of one of the source's functional groups, which has the side with it;
 * none where the group's encoding isn't the source's.
 */
export function frameAnatomyElements(
  source: SourceInstance,
  group: SourceInstance | undefined,
): DataElement[] {
  const isAlike = group?.encoding.explicit === source.encoding.explicit
  return group === undefined || !isAlike ? [] : copiedElement(group, tag.FrameAnatomySequence)
}

/**
 * Laterality (0020,0060) or Image Laterality (0020,0062) as the source has them; an empty Laterality where
 * nothing says which part was examined, since it may be one of a pair (PS3.3 C.7.3.1). None where the frames
 * say it.
 */
export function lateralityElements(source: SourceInstance): DataElement[] {
  const groups = [tag.SharedFunctionalGroupsSequence, tag.PerFrameFunctionalGroupsSequence]
  const frames = groups.flatMap((at) => itemsOf(source, at))
  if (frames.some((group) => frameAnatomyElements(source, group).length > 0)) return []
  for (const at of [tag.Laterality, tag.ImageLaterality])
    if (textValue(source, at) !== undefined) return copiedElement(source, at)
  if (textValue(source, tag.BodyPartExamined) !== undefined) return []
  return [{ tag: tag.Laterality, vr: 'CS', value: '' }]
}

/** Frame of Reference UID and Position Reference Indicator as the source has them (PS3.3 C.7.4.1). */
export function frameOfReferenceElements(source: SourceInstance): DataElement[] {
  const indicator = copiedElement(source, tag.PositionReferenceIndicator)
  return [
    ...copiedElement(source, tag.FrameOfReferenceUID),
    ...(indicator.length > 0 ? indicator : [noPositionReference]),
  ]
}

/** Position Reference Indicator (0020,1040) is of Type 2. */
export const noPositionReference: DataElement = { tag: tag.PositionReferenceIndicator, vr: 'LO', value: '' }

/** The source's Modality (0008,0060), by which a map made of it goes as well (PS3.3 C.8.32.1); else OT. */
export function modalityElement(source: SourceInstance): DataElement {
  return copiedOr(source, { tag: tag.Modality, vr: 'CS', value: 'OT' })
}

/** The source's Instance Number (0020,0013), else 1. */
export function instanceNumberElement(source: SourceInstance): DataElement {
  return copiedOr(source, { tag: tag.InstanceNumber, vr: 'IS', value: '1' })
}

function copiedOr(source: SourceInstance, otherwise: DataElement): DataElement {
  const [own] = textValue(source, otherwise.tag) === undefined ? [] : copiedElement(source, otherwise.tag)
  return own ?? otherwise
}

function copiedElement(source: SourceInstance, at: number): DataElement[] {
  const element = findElement(source, at)
  return element === undefined ? [] : [{ tag: at, vr: 'copy', bytes: elementBytes(source, element) }]
}

/** Date and time are the study's, so that the bytes can be repeated. */
export function contentDate(source: SourceInstance): string {
  const date = textValue(source, tag.ContentDate) ?? textValue(source, tag.StudyDate)
  return date !== undefined && /^\d{8}$/.test(date) ? date : '19000101'
}

/** As `contentDate`. */
export function contentTime(source: SourceInstance): string {
  const time = textValue(source, tag.ContentTime) ?? textValue(source, tag.StudyTime)
  return time !== undefined && /^\d{6}(\.\d{1,6})?$/.test(time) ? time : '000000'
}

/** One item of Referenced Series Sequence (PS3.3 C.12.2). */
export function referencedSeries(original: InstanceIdentity): DataElement[] {
  const instance: DataElement[] = [
    { tag: tag.ReferencedSOPClassUID, vr: 'UI', value: original.sopClassUid },
    { tag: tag.ReferencedSOPInstanceUID, vr: 'UI', value: original.sopInstanceUid },
  ]
  return [
    { tag: tag.ReferencedInstanceSequence, vr: 'SQ', items: [instance] },
    { tag: tag.SeriesInstanceUID, vr: 'UI', value: original.seriesInstanceUid },
  ]
}
