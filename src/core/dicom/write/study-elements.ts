import type { DataElement } from './encode.ts'
import type { SourceInstance } from './part10.ts'
import { elementBytes, findElement, requiredText, textValue } from './source-values.ts'
import { tag } from './tags.ts'

/** Patient and study, byte for byte as in the source (PS3.3 C.7.1 to C.7.3). */
const copiedTags: readonly number[] = [
  tag.SpecificCharacterSet,
  ...[tag.StudyDate, tag.StudyTime, tag.AccessionNumber, tag.ReferringPhysicianName, tag.StudyDescription],
  ...[
    tag.PatientName,
    tag.PatientID,
    tag.PatientBirthDate,
    tag.PatientSex,
    tag.StudyInstanceUID,
    tag.StudyID,
  ],
  ...[0x00101010, 0x00101020, 0x00101030], // Patient's Age, Size, Weight
  ...[0x00080201, 0x00100021, 0x00120062, 0x00120063, 0x00120064], // Timezone Offset, Issuer of Patient ID, de-identification
  tag.BodyPartExamined,
  ...[tag.LossyImageCompressionRatio, tag.LossyImageCompressionMethod],
]

/** Of Type 2: present, if need be without a value. */
const emptyUnlessCopied: readonly DataElement[] = [
  { tag: tag.StudyDate, vr: 'DA', value: '' },
  { tag: tag.StudyTime, vr: 'TM', value: '' },
  { tag: tag.AccessionNumber, vr: 'SH', value: '' },
  { tag: tag.ReferringPhysicianName, vr: 'PN', value: '' },
  { tag: tag.PatientName, vr: 'PN', value: '' },
  { tag: tag.PatientID, vr: 'LO', value: '' },
  { tag: tag.PatientBirthDate, vr: 'DA', value: '' },
  { tag: tag.PatientSex, vr: 'CS', value: '' },
  { tag: tag.StudyID, vr: 'SH', value: '' },
]

/**
 * Patient and study of what is derived from a source (PS3.3 C.7.1 to C.7.3). Throws `dicom-unreadable` for a
 * source without a study.
 */
export function studyElements(source: SourceInstance): DataElement[] {
  requiredText(source, tag.StudyInstanceUID, 'Study Instance UID')
  const copied = copiedTags.flatMap((at) => copiedElement(source, at))
  const present = new Set(copied.map((element) => element.tag))
  return [...copied, ...emptyUnlessCopied.filter((element) => !present.has(element.tag))]
}

/**
 * Laterality (0020,0060) as the source has it; empty where nothing says which part was examined (PS3.3
 * C.7.3.1).
 */
export function lateralityElements(source: SourceInstance): DataElement[] {
  const own = copiedElement(source, tag.Laterality)
  if (own.length > 0 || findElement(source, tag.BodyPartExamined) !== undefined) return own
  return [{ tag: tag.Laterality, vr: 'CS', value: '' }]
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
