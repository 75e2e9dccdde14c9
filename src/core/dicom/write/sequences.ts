import { encodingInside } from './elements.ts'
import { concatBytes, encodeElements, encodeItem, encodeRawElement, type DataElement } from './encode.ts'
import type { SourceInstance } from './part10.ts'
import { findElement, itemBytes } from './source-values.ts'

/** A sequence of the source with our item after its own, whose bytes stay as they are. */
export function appendedSequence(
  source: SourceInstance,
  at: number,
  ours: readonly DataElement[],
): DataElement {
  return sequenceOf(source, at, [...itemBytes(source, at), itemFor(source, at, ours)])
}

/** Our item as it must lie in this sequence of the source, or beside its items. */
export function itemFor(source: SourceInstance, at: number, ours: readonly DataElement[]): Uint8Array {
  const element = findElement(source, at)
  const { explicit } = element === undefined ? source.encoding : encodingInside(element, source.encoding)
  return encodeItem(encodeElements(ours, explicit))
}

/**
 * A sequence of these items, in place of the source's. Where that is a UN, ours is one too: what is in it is
 * Implicit VR (PS3.5 section 6.2.2), and a SQ would claim otherwise.
 * @param items each with its header, encoded as the source's are
 */
export function sequenceOf(source: SourceInstance, at: number, items: readonly Uint8Array[]): DataElement {
  const hidden = findElement(source, at)?.vr === 'UN'
  const content = concatBytes(items)
  const { explicit } = source.encoding
  return { tag: at, vr: 'copy', bytes: encodeRawElement(at, hidden ? 'UN' : 'SQ', content, explicit) }
}
