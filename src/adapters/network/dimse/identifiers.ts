import type { DataSet } from 'dicom-parser'
import { textOf } from '../../../core/dicom/attributes.ts'
import { openDataSet } from '../../../core/dicom/data-set.ts'
import { encodeElements, type DataElement } from '../../../core/dicom/write/encode.ts'
import { tag } from '../../../core/dicom/write/tags.ts'
import type { ArchivedInstance, FoundStudy, StudyQuery } from '../archive.ts'
import { isUid } from '../peer.ts'
import { fileOf, isDataSet } from '../received.ts'

export type QueryLevel = 'STUDY' | 'SERIES' | 'IMAGE'

const queryLevel = 0x00080052
const modalitiesInStudy = 0x00080061
const studyInstances = 0x00201208

/** Keys of a search for studies (PS3.4 section C.6.2.1). */
export function studyKeys(query: StudyQuery): DataElement[] {
  return [
    key(tag.StudyDate, 'DA', query.studyDate),
    key(tag.AccessionNumber, 'SH', query.accessionNumber),
    key(modalitiesInStudy, 'CS', query.modality),
    key(tag.StudyDescription, 'LO', undefined),
    key(tag.PatientName, 'PN', query.patientName),
    key(tag.PatientID, 'LO', query.patientId),
    key(tag.StudyInstanceUID, 'UI', undefined),
    key(studyInstances, 'IS', undefined),
  ]
}

/** Keys that name a series, or some of its instances; what is '' is asked for. */
export function instanceKeys(study: string, series: string, instances = ''): DataElement[] {
  return [
    key(tag.StudyInstanceUID, 'UI', study),
    key(tag.SeriesInstanceUID, 'UI', series),
    key(tag.SOPInstanceUID, 'UI', instances),
  ]
}

export const sopClassKey = key(tag.SOPClassUID, 'UI', undefined)

function key(at: number, as: string, text: string | undefined): DataElement {
  return { tag: at, vr: 'bytes', as, value: Buffer.from(text ?? '', 'utf8') }
}

/** An identifier in Explicit or Implicit VR little endian; its texts are UTF-8. */
export function encodeIdentifier(
  level: QueryLevel,
  keys: readonly DataElement[],
  isExplicit: boolean,
): Uint8Array {
  const head = [key(tag.SpecificCharacterSet, 'CS', 'ISO_IR 192'), key(queryLevel, 'CS', level)]
  return encodeElements([...head, ...keys], isExplicit)
}

/** @returns undefined for a study without a UID, or bytes that are no data set */
export function foundStudy(data: Uint8Array, transferSyntaxUid: string): FoundStudy | undefined {
  const text = textsIn(data, transferSyntaxUid)
  const studyInstanceUid = text?.('x0020000d')
  if (text === undefined || studyInstanceUid === undefined || !isUid(studyInstanceUid)) return undefined
  return {
    studyInstanceUid,
    patientName: shown(text('x00100010')),
    patientId: shown(text('x00100020')),
    studyDate: shown(text('x00080020')),
    modalities: shown(text('x00080061')).replaceAll('\\', ', '),
    description: shown(text('x00081030')),
    images: shown(text('x00201208')),
  }
}

/** The UIDs of a series or instance; undefined where they are none. */
export function foundUids(
  data: Uint8Array,
  transferSyntaxUid: string,
):
  | (Pick<ArchivedInstance, 'seriesInstanceUid' | 'sopClassUid'> & {
      readonly sopInstanceUid: string | undefined
    })
  | undefined {
  const text = textsIn(data, transferSyntaxUid)
  const uid = (at: string) => {
    const found = text?.(at)
    return found !== undefined && isUid(found) ? found : undefined
  }
  const seriesInstanceUid = uid('x0020000e')
  if (seriesInstanceUid === undefined) return undefined
  return { seriesInstanceUid, sopInstanceUid: uid('x00080018'), sopClassUid: uid('x00080016') }
}

const longestShown = 200

/** A peer's text, on one line of a bounded length. */
function shown(text: string | undefined): string {
  return (text ?? '').replace(/\s+/g, ' ').slice(0, longestShown)
}

function textsIn(data: Uint8Array, transferSyntaxUid: string) {
  const dataSet = dataSetOf(data, transferSyntaxUid)
  if (dataSet === undefined) return undefined
  const characterSet = textOf(dataSet, 'x00080005')
  return (at: string) => textOf(dataSet, at, characterSet)
}

function dataSetOf(data: Uint8Array, transferSyntaxUid: string): DataSet | undefined {
  if (!isDataSet(data, transferSyntaxUid)) return undefined
  try {
    const names = { sopClassUid: '1.2', sopInstanceUid: '1.2', transferSyntaxUid }
    return openDataSet(fileOf(data, names)).dataSet
  } catch {
    return undefined
  }
}
