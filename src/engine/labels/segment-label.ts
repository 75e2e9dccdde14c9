import { encodeText } from '../../core/dicom/write/encode-text.ts'
import { segmentLabel } from '../../core/dicom/write/segmentation-groups.ts'

/**
 * The class that a Segment Label names, in letters of either case; also as our own files have to write it
 * where a name is too long or the character set hasn't its letters. -1 where it is none.
 */
export function classOfLabel(label: string, classes: readonly string[]): number {
  const given = plain(label)
  return classes.findIndex((name, index) => namesOf(name, index).some((each) => plain(each) === given))
}

function namesOf(name: string, index: number): string[] {
  const cut = new TextDecoder().decode(encodeText(name, 'LO', 'ISO_IR 192'))
  return [name, cut, segmentLabel({ class: index, label: name }, undefined)]
}

function plain(text: string): string {
  return text.normalize('NFC').trim().toLowerCase()
}
