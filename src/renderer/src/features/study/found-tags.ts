interface TagText {
  readonly tag: string
  readonly keyword: string | null
  readonly value: string
}

/**
 * Rows in which every word of a search occurs, whatever its case; a tag is found without its punctuation too.
 */
export function foundTags<Row extends TagText>(rows: readonly Row[], search: string): readonly Row[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return rows
  return rows.filter(({ tag, keyword, value }) => {
    const text = [tag, tag.replace(/\W/g, ''), keyword ?? '', value].join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
