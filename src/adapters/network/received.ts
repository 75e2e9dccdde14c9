import { textOf } from '../../core/dicom/attributes.ts'
import { openDataSet } from '../../core/dicom/data-set.ts'
import { deflatedLittleEndian } from '../../core/dicom/transfer-syntax.ts'
import { encodeFile } from '../../core/dicom/write/part10.ts'
import type { ArchivedInstance } from './archive.ts'

/**
 * A data set that has come, as a Part 10 file: its bytes stay as they are.
 */
export function fileOf(
  data: Uint8Array,
  {
    sopClassUid,
    sopInstanceUid,
    transferSyntaxUid,
  }: Readonly<Record<'sopClassUid' | 'sopInstanceUid' | 'transferSyntaxUid', string>>,
): Uint8Array {
  return encodeFile({ sopClassUid, sopInstanceUid, transferSyntaxUid, dataSet: data })
}

/**
 * Whether bytes begin as a data set does: with no element of the file's own groups, which readers would take
 * for the file's, another transfer syntax included (PS3.10 section 7.1). The one that is deflated begins as
 * it likes.
 */
export function isDataSet(bytes: Uint8Array, transferSyntaxUid: string): boolean {
  const [first = 8, second = 0] = bytes
  return transferSyntaxUid === deflatedLittleEndian || (first | second) >= 8
}

/** Whether a file is the instance that was asked for, by its own header. Damaged ones are not. */
export function isAsked(file: Uint8Array, sopClassUid: string, asked: ArchivedInstance): boolean {
  try {
    const { dataSet } = openDataSet(file)
    return (
      textOf(dataSet, 'x00080016') === sopClassUid &&
      textOf(dataSet, 'x00080018') === asked.sopInstanceUid &&
      textOf(dataSet, 'x0020000e') === asked.seriesInstanceUid &&
      textOf(dataSet, 'x0020000d') === asked.studyInstanceUid
    )
  } catch {
    return false
  }
}
