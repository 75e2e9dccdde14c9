import { asciiText } from '../../core/dicom/write/encode.ts'

/**
 * Whether a Segment Label names a class, in letters of either case; also as our own files have to write it.
 */
export function isLabelOf(label: string, className: string): boolean {
  const [given, ...names] = [label, className, asciiText(className, 'LO')].map((text) =>
    text.trim().toLowerCase(),
  )
  return names.some((name) => name === given)
}
