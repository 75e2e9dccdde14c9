/**
 * Modality values of stored values where no slope gives them (PS3.3 C.11.1): values outside take the nearest
 * end.
 */
export interface ModalityTable {
  /** The stored value that the first entry is for. */
  readonly first: number
  readonly entries: readonly number[]
  /** Unit of the entries, e.g. HU or OD. */
  readonly unit: string
}

function indexOf({ first, entries }: ModalityTable, stored: number): number {
  return Math.min(Math.max(stored - first, 0), entries.length - 1)
}

export function lookUp(table: ModalityTable, stored: number): number {
  return table.entries[indexOf(table, stored)] ?? 0
}

/**
 * Least and greatest entry for the stored values from one to another. A table may rise and fall, so its ends
 * say nothing.
 */
export function tableRange(table: ModalityTable, from: number, to: number): [lower: number, upper: number] {
  const used = table.entries.slice(indexOf(table, from), indexOf(table, to) + 1)
  return used.reduce<[number, number]>(
    ([lower, upper], entry) => [Math.min(lower, entry), Math.max(upper, entry)],
    [Infinity, -Infinity],
  )
}
