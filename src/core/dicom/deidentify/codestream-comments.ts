import { readItems } from '../write/elements.ts'
import type { SourceInstance } from '../write/part10.ts'
import { elementBytes, findElement } from '../write/source-values.ts'
import { tag } from '../write/tags.ts'

const startOfImage = 0xd8
const startOfScan = 0xda
const comment = 0xfe
/** JPEG 2000's SOC, SOT and COM. */
const codestream = { start: 0x4f, tile: 0x90, comment: 0x64 }
/** APP0 (JFIF) and APP14 (Adobe) say how colours are meant. */
const colourSegments: ReadonlySet<number> = new Set([0xe0, 0xee])

/**
 * Pixel Data whose JPEG, JPEG-LS and JPEG 2000 headers hold no text: comments and application segments are blanked
 * in place, so that lengths and offsets stay. Undefined where there are none.
 */
export function withoutComments(source: SourceInstance): Uint8Array | undefined {
  const element = findElement(source, tag.PixelData)
  if (element === undefined) return undefined
  const bytes = new Uint8Array(elementBytes(source, element))
  let changed = false
  for (const { valueStart, valueEnd } of readItems(source.bytes, source.encoding, element)) {
    const fragment = bytes.subarray(valueStart - element.start, valueEnd - element.start)
    for (const [start, end] of textSegments(fragment)) {
      changed ||= fragment.subarray(start, end).some((byte) => byte !== 0)
      fragment.fill(0, start, end)
    }
  }
  return changed ? bytes : undefined
}

/** Where text lies in the header of a codestream: values of the segments before its first scan or tile. */
function textSegments(fragment: Uint8Array): [start: number, end: number][] {
  const [ff, kind] = fragment
  if (ff !== 0xff || (kind !== startOfImage && kind !== codestream.start)) return []
  const isJpeg = kind === startOfImage
  const found: [number, number][] = []
  let at = 2
  while (at + 4 <= fragment.length && fragment[at] === 0xff) {
    const marker = fragment[at + 1] ?? 0
    if (marker === (isJpeg ? startOfScan : codestream.tile)) break
    const end = at + 2 + (((fragment[at + 2] ?? 0) << 8) | (fragment[at + 3] ?? 0))
    if (isJpeg ? isTextOfJpeg(marker) : marker === codestream.comment)
      found.push([at + (isJpeg ? 4 : 6), Math.min(end, fragment.length)])
    at = end
  }
  return found
}

/** A comment, or an application segment other than those of colours; APP8 holds JPEG-LS's colour transform. */
function isTextOfJpeg(marker: number): boolean {
  const isApplication = marker >= 0xe0 && marker <= 0xef
  return marker === comment || (isApplication && !colourSegments.has(marker) && marker !== 0xe8)
}
