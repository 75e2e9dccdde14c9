import type { DataSet } from 'dicom-parser'
import { itemsOf, textOf, unsignedOf } from './attributes.ts'
import { openClippedDataSet, type OpenDataSet } from './data-set.ts'

/** A file that a directory record refers to. */
export interface FileReference {
  /** Components of the Referenced File ID (0004,1500). */
  readonly path: readonly string[]
  /** Referenced SOP Instance UID in File (0004,1511). */
  readonly sopInstanceUid: string | undefined
}

/** A Basic Directory (PS3.3 annex F), as far as it says which files there are. */
export interface Dicomdir {
  /** In the order of the records. */
  readonly references: readonly FileReference[]
  /**
   * By how many bytes the records fall short of the length that they are said to have: then there may have
   * been more.
   */
  readonly missingBytes: number
}

const mediaStorageDirectory = '1.2.840.10008.1.3.10'
const directoryRecordSequence = 'x00041220'

/**
 * The references of a DICOMDIR; undefined when the file is none. The records' offsets, types and hierarchy
 * are often wrong and the files say better what they are, so all records are read in the order in which they
 * lie, except those marked inactive.
 */
export function readDicomdir({ dataSet, mediaStorageSopClassUid }: OpenDataSet): Dicomdir | undefined {
  const isDirectory =
    mediaStorageSopClassUid === mediaStorageDirectory ||
    dataSet.elements[directoryRecordSequence] !== undefined
  return isDirectory ? { references: referencesOf(dataSet), missingBytes: 0 } : undefined
}

/**
 * The same for a file that `openDataSet` refuses because the records are shorter than they are said to be
 * (writers drop elements and leave the length, or the file is truncated between two records); undefined when
 * it is no DICOMDIR or damaged otherwise.
 */
export function readClippedDicomdir(file: Uint8Array): Dicomdir | undefined {
  try {
    const { dataSet, missingBytes } = openClippedDataSet(file, directoryRecordSequence)
    return { references: referencesOf(dataSet), missingBytes }
  } catch {
    return undefined
  }
}

function referencesOf(dataSet: DataSet): FileReference[] {
  const inactive = 0
  const records = itemsOf(dataSet, directoryRecordSequence).filter(
    (record) => unsignedOf(record, 'x00041410') !== inactive,
  )
  return records.flatMap((record) => {
    const fileId = textOf(record, 'x00041500')
    if (fileId === undefined) return []
    const path = fileId.split('\\').map((component) => component.trim())
    return [{ path, sopInstanceUid: textOf(record, 'x00041511') }]
  })
}
