import type { DataElement } from './encode.ts'
import { tag } from './tags.ts'

/** A coded concept (PS3.3 section 8.8). */
export interface Code {
  readonly value: string
  readonly scheme: 'DCM' | 'UCUM' | 'SCT'
  readonly meaning: string
}

const dcm = (value: string, meaning: string): Code => ({ value, scheme: 'DCM', meaning })

/** Context groups 7202, 7203 and 7005 (PS3.16). */
export const codes = {
  pixelByPixelAddition: dcm('113042', 'Pixel by pixel addition'),
  pixelByPixelSubtraction: dcm('113062', 'Pixel by pixel subtraction'),
  gaussianBlur: dcm('113088', 'Gaussian blur'),
  sourceOfProcessing: dcm('121322', 'Source image for image processing operation'),
  segmentation: dcm('113076', 'Segmentation'),
  processingEquipment: dcm('109102', 'Processing Equipment'),
} as const

/** The elements of a coded entry's item (PS3.3 table 8.8-1). */
export function codeItem(code: Code): DataElement[] {
  return [
    { tag: tag.CodeValue, vr: 'SH', value: code.value },
    { tag: tag.CodingSchemeDesignator, vr: 'SH', value: code.scheme },
    { tag: tag.CodeMeaning, vr: 'LO', value: code.meaning },
  ]
}

const ucum = (value: string, meaning = value): Code => ({ value, scheme: 'UCUM', meaning })
const noUnits = ucum('1', 'no units')

/**
 * Units of modality values as DICOM names them, by UCUM: Rescale Type and Modality LUT Type (PS3.3
 * C.11.1.1.2), Units of PET (C.8.9.1.1.3, coded as in PS3.16 CID 84), Dose Units (C.8.8.3). What has no unit
 * (US, NONE, OD, RELATIVE …) is 1.
 */
const units: Readonly<Record<string, Code>> = {
  HU: ucum("[hnsf'U]", 'Hounsfield unit'),
  HU_MOD: ucum("[hnsf'U]", 'Hounsfield unit'),
  MGML: ucum('mg/ml'),
  ED: ucum('10*23/ml', '10^23 electrons per milliliter'),
  PCT: ucum('%', 'percent'),
  PCNT: ucum('%', 'percent'),
  GY: ucum('Gy', 'gray'),
  CNTS: ucum('{counts}', 'counts'),
  CPS: ucum('{counts}/s', 'counts per second'),
  PROPCNTS: ucum('{propcounts}', 'propcounts'),
  PROPCPS: ucum('{propcounts}/s', 'propcounts per second'),
  BQML: ucum('Bq/ml', 'Becquerels/milliliter'),
  CM2: ucum('cm2', 'square centimeter'),
  CM2ML: ucum('cm2/ml', 'square centimeter/milliliter'),
  MGMINML: ucum('mg/min/ml'),
  UMOLMINML: ucum('umol/min/ml'),
  UMOLML: ucum('umol/ml'),
  MLMING: ucum('ml/min/g'),
  MLMINML: ucum('ml/min/ml'),
  MLG: ucum('ml/g'),
  MLML: ucum('ml/ml'),
  GML: ucum('g/ml', 'grams/milliliter'),
  '1CM': ucum('/cm', 'per centimeter'),
  STDDEV: ucum('{STDDEV}', 'STDDEV'),
}

/** The code of a unit's DICOM term; no units where there is none, or none that is known. */
export function unitOf(term: string | undefined): Code {
  return (term === undefined ? undefined : units[term.trim().toUpperCase()]) ?? noUnits
}
