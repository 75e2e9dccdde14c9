import { concatBytes } from './encode.ts'
import { isGroupLength, type SourceInstance } from './part10.ts'
import { elementBytes } from './source-values.ts'
import { groupOf } from './tags.ts'

/** What becomes of an element: new bytes (header and all), or nothing. */
export type Change = Uint8Array | 'drop'

/**
 * The source's data set with some elements replaced, added or dropped, and every other byte as it was, in the
 * order it was. A new element goes before the first one with a greater tag. Group lengths (gggg,0000) of
 * groups that change are dropped: they are retired and may be left out (PS3.5 section 7.2).
 */
export function splice(source: SourceInstance, changes: ReadonlyMap<number, Change>): Uint8Array {
  const changedGroups = new Set([...changes.keys()].map(groupOf))
  const added = addedTags(source, changes)
  const parts: Uint8Array[] = []
  const replaced = new Set<number>()
  for (const element of source.elements) {
    for (let [tag] = added; tag !== undefined && tag < element.tag; [tag] = added) {
      pushChange(parts, changes.get(tag))
      added.shift()
    }
    if (isGroupLength(element.tag) && changedGroups.has(groupOf(element.tag))) continue
    if (!changes.has(element.tag)) parts.push(elementBytes(source, element))
    else if (!replaced.has(element.tag)) pushChange(parts, changes.get(element.tag))
    replaced.add(element.tag)
  }
  for (const tag of added) pushChange(parts, changes.get(tag))
  return concatBytes(parts)
}

function addedTags(source: SourceInstance, changes: ReadonlyMap<number, Change>): number[] {
  const present = new Set(source.elements.map((element) => element.tag))
  return [...changes.keys()].filter((tag) => !present.has(tag)).sort((a, b) => a - b)
}

function pushChange(parts: Uint8Array[], change: Change | undefined): void {
  if (change !== undefined && change !== 'drop') parts.push(change)
}
