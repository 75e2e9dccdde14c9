import type { PixelMeaning, VoiWindow } from '../../../core/dicom/image.ts'
import type { Vector3 } from '../../../core/dicom/geometry.ts'
import type { ImagePixels } from '../../../core/image/intensity-counts.ts'
import type { StudyImage } from '../../study/open-study.ts'

/** What a viewport needs of a frame besides its pixels: windows, orientation, scale and corner texts. */
export interface ImageDetails {
  readonly modality: string | null
  readonly patient: {
    readonly name: string | null
    readonly id: string | null
    readonly sex: string | null
    readonly birthDate: string | null
  }
  readonly seriesDescription: string | null
  readonly instanceNumber: number | null
  /** Patient coordinates, mm. */
  readonly position: Vector3 | null
  /** Directions of the rows and of the columns. */
  readonly orientation: readonly [Vector3, Vector3] | null
  readonly pixelSpacing: readonly [betweenRows: number, betweenColumns: number] | null
  readonly bitsStored: number
  readonly signed: boolean
  /** Those that can be used. */
  readonly windows: readonly VoiWindow[]
  readonly padding: { readonly lower: number; readonly upper: number } | null
  /** Stored values to modality units. */
  readonly transform:
    | { readonly kind: 'linear'; readonly slope: number; readonly intercept: number; readonly unit: string }
    | {
        readonly kind: 'table'
        readonly firstStoredValue: number
        readonly table: readonly number[]
        readonly unit: string
      }
  /** Modality units to display values, where there is a table instead of windows. */
  readonly voiTable: { readonly firstValue: number; readonly table: readonly number[] } | null
}

export function imageDetails({ header }: StudyImage, { frame, meaning }: ImagePixels): ImageDetails {
  return {
    modality: header.modality ?? null,
    patient: {
      name: header.patientName ?? null,
      id: header.patientId ?? null,
      sex: header.patientSex ?? null,
      birthDate: header.patientBirthDate ?? null,
    },
    seriesDescription: header.seriesDescription ?? null,
    instanceNumber: header.instanceNumber ?? null,
    position: header.imagePositionPatient ?? null,
    orientation: header.imageOrientationPatient ?? null,
    pixelSpacing: header.pixelSpacing ?? null,
    bitsStored: frame.bitsStored,
    signed: frame.signed,
    windows: meaning.windows.filter((window) => window !== undefined),
    padding: meaning.padding ?? null,
    transform: transformOf(meaning),
    voiTable:
      meaning.voiTable === undefined ? null : { ...meaning.voiTable, table: [...meaning.voiTable.table] },
  }
}

function transformOf({ modality }: PixelMeaning): ImageDetails['transform'] {
  return modality.kind === 'linear' ? modality : { ...modality, table: [...modality.table] }
}
