import { valueFor } from '../../entry.ts'
import { patientIdentity } from '../deidentify/identity.ts'
import { explicitLittleEndian } from '../transfer-syntax.ts'
import { RadversaryError } from '../../errors.ts'
import { type DataElement, encodeElements, encodeItem, type Item } from './encode.ts'
import { identityOf, studyUidOf } from './exportable.ts'
import { encodeFile, openInstance, type SourceInstance } from './part10.ts'
import { characterSetOf, textValue, valueBytes } from './source-values.ts'
import { tag } from './tags.ts'
import { deriveUid } from './uids.ts'

/** What a directory says of one file (PS3.3 F.5): keys of its patient, study, series and image. */
export interface DirectoryEntry {
  readonly patient: Keys
  readonly study: Keys
  readonly series: Keys
  readonly image: readonly DataElement[]
}

interface Keys {
  /** Equal for entries below one record. */
  readonly key: string
  readonly elements: readonly DataElement[]
}

/** A component of a file's name on a medium (PS3.10 section 8.2): capital letters, digits and underscores. */
const componentForm = /^[A-Z0-9_]{1,8}$/
const mostComponents = 8

/**
 * The directory's entry of a file. What must have a value and has none gets that of nobody: 19000101,
 * 000000, 1.
 * @param path its components on the medium
 * @throws RadversaryError dicom-unreadable, dicom-unsupported
 */
export function directoryEntry(file: Uint8Array, path: readonly string[]): DirectoryEntry {
  if (path.length > mostComponents || !path.every((part) => componentForm.test(part)))
    throw new RadversaryError(
      'dicom-unsupported',
      `DICOMDIR: expected at most 8 names of at most 8 capital letters and digits, got ${path.join('/')}`,
    )
  const source = openInstance(file)
  const { sopClassUid, sopInstanceUid, seriesInstanceUid } = identityOf(source)
  const studyUid = studyUidOf(source)
  const key = (at: number, vr: string, otherwise = '') => keyElement(source, at, vr, otherwise)
  const set = characterSetOf(source) === undefined ? [] : [key(tag.SpecificCharacterSet, 'CS')]
  return {
    patient: {
      key: patientIdentity(source),
      elements: [...set, key(tag.PatientName, 'PN'), key(tag.PatientID, 'LO', 'NONE')],
    },
    study: {
      key: studyUid,
      elements: [
        ...set,
        key(tag.StudyDate, 'DA', '19000101'),
        key(tag.StudyTime, 'TM', '000000'),
        key(tag.AccessionNumber, 'SH'),
        key(tag.StudyDescription, 'LO'),
        { tag: tag.StudyInstanceUID, vr: 'UI', value: studyUid },
        key(tag.StudyID, 'SH', '1'),
      ],
    },
    series: {
      key: seriesInstanceUid,
      elements: [
        key(tag.Modality, 'CS', 'OT'),
        { tag: tag.SeriesInstanceUID, vr: 'UI', value: seriesInstanceUid },
        key(tag.SeriesNumber, 'IS', '0'),
      ],
    },
    image: [
      { tag: directory.ReferencedFileID, vr: 'CS', value: path.join('\\') },
      { tag: directory.ReferencedSOPClassUIDInFile, vr: 'UI', value: sopClassUid },
      { tag: directory.ReferencedSOPInstanceUIDInFile, vr: 'UI', value: sopInstanceUid },
      { tag: directory.ReferencedTransferSyntaxUIDInFile, vr: 'UI', value: source.transferSyntaxUid },
      key(tag.InstanceNumber, 'IS', '1'),
    ],
  }
}

function keyElement(source: SourceInstance, at: number, vr: string, otherwise: string): DataElement {
  const value = textValue(source, at) === undefined ? undefined : valueBytes(source, at)
  return { tag: at, vr: 'bytes', as: vr, value: value ?? new TextEncoder().encode(otherwise) }
}

/** Attributes of group 0004 (PS3.3 F.3.2). */
const directory = {
  FileSetID: 0x00041130,
  FirstRecord: 0x00041200,
  LastRecord: 0x00041202,
  ConsistencyFlag: 0x00041212,
  RecordSequence: 0x00041220,
  NextRecord: 0x00041400,
  InUse: 0x00041410,
  LowerRecord: 0x00041420,
  RecordType: 0x00041430,
  ReferencedFileID: 0x00041500,
  ReferencedSOPClassUIDInFile: 0x00041510,
  ReferencedSOPInstanceUIDInFile: 0x00041511,
  ReferencedTransferSyntaxUIDInFile: 0x00041512,
} as const

const basicDirectory = '1.2.840.10008.1.3.10'

interface DirectoryRecord {
  readonly type: 'PATIENT' | 'STUDY' | 'SERIES' | 'IMAGE'
  readonly elements: readonly DataElement[]
  readonly below: DirectoryRecord[]
}

/**
 * A Basic Directory (PS3.3 annex F, PS3.10 section 8.6) of files on a medium, for the general purpose
 * profiles of PS3.11 annex D. Records lie patient by patient, each followed by what is below it.
 * @param exportId names the file-set; equal ids give equal bytes
 */
export function buildDicomdir(entries: readonly DirectoryEntry[], exportId: string): Uint8Array {
  const roots = recordsOf(entries)
  const sopInstanceUid = deriveUid(exportId, 'directory')
  const file = (at: Places) =>
    encodeFile({
      sopClassUid: basicDirectory,
      sopInstanceUid,
      transferSyntaxUid: explicitLittleEndian,
      dataSet: dataSetOf(roots, at),
    })
  const records = inOrder(roots)
  const places = new Map<DirectoryRecord, number>()
  let at = file(() => 0).length
  for (const record of records.toReversed()) places.set(record, (at -= itemOf(record, nowhere).length))
  return file((record) => (record === undefined ? 0 : valueFor(places, record)))
}

/** Where a record lies, in bytes from the start of the file; 0 of none. */
type Places = (record: DirectoryRecord | undefined) => number
const nowhere = { next: 0, lower: 0 }

function recordsOf(entries: readonly DirectoryEntry[]): DirectoryRecord[] {
  const roots: DirectoryRecord[] = []
  const known = new Map<string, DirectoryRecord>()
  const within = (
    siblings: DirectoryRecord[],
    type: DirectoryRecord['type'],
    { key, elements }: Keys,
    path: string,
  ) => {
    const place = `${path} ${type} ${key}`
    const record = known.get(place) ?? { type, elements, below: [] }
    if (!known.has(place)) siblings.push(record)
    known.set(place, record)
    return record
  }
  for (const { patient, study, series, image } of entries) {
    const ofPatient = within(roots, 'PATIENT', patient, '')
    const ofStudy = within(ofPatient.below, 'STUDY', study, patient.key)
    const ofSeries = within(ofStudy.below, 'SERIES', series, `${patient.key} ${study.key}`)
    ofSeries.below.push({ type: 'IMAGE', elements: image, below: [] })
  }
  return roots
}

function inOrder(records: readonly DirectoryRecord[]): DirectoryRecord[] {
  return records.flatMap((record) => [record, ...inOrder(record.below)])
}

function dataSetOf(roots: readonly DirectoryRecord[], at: Places): Uint8Array {
  const items = itemsOf(roots, at)
  return encodeElements(
    [
      { tag: directory.FileSetID, vr: 'CS', value: 'RADVERSARY' },
      { tag: directory.FirstRecord, vr: 'UL', value: [at(roots[0])] },
      { tag: directory.LastRecord, vr: 'UL', value: [at(roots.at(-1))] },
      { tag: directory.ConsistencyFlag, vr: 'US', value: [0] },
      { tag: directory.RecordSequence, vr: 'SQ', items },
    ],
    true,
  )
}

function itemsOf(records: readonly DirectoryRecord[], at: Places): Item[] {
  return records.flatMap((record, n) => [
    itemOf(record, { next: at(records[n + 1]), lower: at(record.below[0]) }),
    ...itemsOf(record.below, at),
  ])
}

function itemOf(
  { type, elements }: DirectoryRecord,
  { next, lower }: { readonly next: number; readonly lower: number },
): Uint8Array {
  const inUse = 0xffff
  const head: DataElement[] = [
    { tag: directory.NextRecord, vr: 'UL', value: [next] },
    { tag: directory.InUse, vr: 'US', value: [inUse] },
    { tag: directory.LowerRecord, vr: 'UL', value: [lower] },
    { tag: directory.RecordType, vr: 'CS', value: type },
  ]
  return encodeItem(encodeElements([...head, ...elements], true))
}
