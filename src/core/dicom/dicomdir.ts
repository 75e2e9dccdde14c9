import { itemsOf, textOf } from './attributes.ts'
import type { OpenDataSet } from './data-set.ts'

/** A Basic Directory (PS3.3 annex F), as far as it says which files there are. */
export interface Dicomdir {
  /** The components of each Referenced File ID (0004,1500), in the order of the records. */
  readonly references: readonly (readonly string[])[]
}

const mediaStorageDirectory = '1.2.840.10008.1.3.10'
const directoryRecordSequence = 'x00041220'

/**
 * The references of a DICOMDIR; undefined when the file is none. The records' offsets, types and hierarchy are often wrong and the files
 * say better what they are, so all records are read in the order in which they lie, except those marked inactive.
 */
export function readDicomdir({ dataSet, mediaStorageSopClassUid }: OpenDataSet): Dicomdir | undefined {
  const isDirectory = mediaStorageSopClassUid === mediaStorageDirectory || dataSet.elements[directoryRecordSequence] !== undefined
  if (!isDirectory) return undefined
  const inactive = 0
  const records = itemsOf(dataSet, directoryRecordSequence).filter((record) => record.uint16('x00041410') !== inactive)
  const fileIds = records.flatMap((record) => textOf(record, 'x00041500') ?? [])
  return { references: fileIds.map((fileId) => fileId.split('\\').map((component) => component.trim())) }
}
