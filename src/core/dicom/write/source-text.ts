import { decodeText } from '../charset.ts'
import { charactersOf, encodeText, firstCharacters } from './encode-text.ts'
import { concatBytes, longest, type DataElement, type FreeTextVr } from './encode.ts'
import type { SourceInstance } from './part10.ts'
import { textValue, valueBytes } from './source-values.ts'
import { tag } from './tags.ts'

/** Specific Character Set (0008,0005) of an instance: all of its terms, as they are stored. */
export function characterSetOf(source: SourceInstance): string | undefined {
  return textValue(source, tag.SpecificCharacterSet)
}

/** An element of free text in the source's character set; see `encodeText` for what doesn't fit. */
export function textElement(source: SourceInstance, at: number, vr: FreeTextVr, text: string): DataElement {
  return { tag: at, vr: 'bytes', as: vr, value: encodeText(text, vr, characterSetOf(source)) }
}

/**
 * Our text, then what the source says in the same element, byte for byte. Where both are too long for the VR,
 * the source's text is cut at its end; what is left of it is written anew in the source's character set.
 */
export function textBefore(source: SourceInstance, at: number, vr: FreeTextVr, text: string): DataElement {
  const characterSet = characterSetOf(source)
  const separator = vr === 'LT' || vr === 'ST' ? '\r\n' : ' '
  const ours = encodeText(text, vr, characterSet)
  const theirs = withoutPadding(valueBytes(source, at) ?? new Uint8Array())
  if (theirs.length === 0) return { tag: at, vr: 'bytes', as: vr, value: ours }
  const decoded = decodeText(theirs, characterSet)
  const room = longest[vr] - charactersOf(decodeText(ours, characterSet)).length - separator.length
  const fits = charactersOf(decoded).length <= room
  const kept = fits ? theirs : encodeText(firstCharacters(decoded, room), vr, characterSet)
  const parts = kept.length === 0 ? [ours] : [ours, new TextEncoder().encode(separator), kept]
  return { tag: at, vr: 'bytes', as: vr, value: concatBytes(parts) }
}

/** Values end with spaces, or wrongly with NUL (PS3.5 section 6.2). */
function withoutPadding(value: Uint8Array): Uint8Array {
  let end = value.length
  while (end > 0 && (value[end - 1] === 0x20 || value[end - 1] === 0)) end--
  return value.subarray(0, end)
}
