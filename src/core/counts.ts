/** The count under a key: 0 where nothing was counted yet. */
export function countOf<Key>(counts: ReadonlyMap<Key, number>, key: Key): number {
  return counts.get(key) ?? 0
}

/** Adds to the count under a key. @returns the new count */
export function addCount<Key>(counts: Map<Key, number>, key: Key, more = 1): number {
  const count = countOf(counts, key) + more
  counts.set(key, count)
  return count
}
