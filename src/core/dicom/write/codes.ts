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
