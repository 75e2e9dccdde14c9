import { RadversaryError, type ErrorCode } from '../../errors.ts'
import type { OpenDataSet } from '../data-set.ts'
import { openHeader, openInstance, type SourceInstance } from './part10.ts'
import { checkPixelFormat } from './pixels.ts'
import { itemsOf, requiredUid } from './source-values.ts'
import { tag } from './tags.ts'

/** What an instance is known by, and what its kind is. */
export interface InstanceIdentity {
  readonly sopClassUid: string
  readonly sopInstanceUid: string
  readonly seriesInstanceUid: string
}

/** Why an image can't be exported: what an error says, as plain values. */
export interface ExportFault {
  readonly code: ErrorCode
  readonly message: string
  readonly tip: string | undefined
}

/**
 * Opens a DICOM file for an export of any kind.
 * @throws RadversaryError dicom-unreadable, dicom-unsupported, as `exportFault` finds from the header
 * already; and where what follows the header is damaged
 */
export function openExportable(file: Uint8Array): SourceInstance {
  const source = openInstance(file)
  checkExportable(source)
  return source
}

/** Why an image can't be exported, as its header says, up to the pixel data; undefined where it can. */
export function exportFault(header: OpenDataSet): ExportFault | undefined {
  try {
    checkExportable(openHeader(header))
    return undefined
  } catch (error) {
    if (!(error instanceof RadversaryError) || error.code === 'internal') throw error
    return { code: error.code, message: error.message, tip: error.tip }
  }
}

/**
 * All that decides whether an image can be exported: UIDs, pixel format, functional groups that are whole.
 */
function checkExportable(source: SourceInstance): void {
  identityOf(source)
  studyUidOf(source)
  checkPixelFormat(source)
  itemsOf(source, tag.SharedFunctionalGroupsSequence)
  itemsOf(source, tag.PerFrameFunctionalGroupsSequence)
}

/** @throws RadversaryError dicom-unreadable where one is missing, dicom-unsupported where one is no UID. */
export function identityOf(source: SourceInstance): InstanceIdentity {
  return {
    sopClassUid: requiredUid(source, tag.SOPClassUID, 'SOP Class UID'),
    sopInstanceUid: requiredUid(source, tag.SOPInstanceUID, 'SOP Instance UID'),
    seriesInstanceUid: requiredUid(source, tag.SeriesInstanceUID, 'Series Instance UID'),
  }
}

/** @throws RadversaryError as `identityOf`. */
export function studyUidOf(source: SourceInstance): string {
  return requiredUid(source, tag.StudyInstanceUID, 'Study Instance UID')
}
