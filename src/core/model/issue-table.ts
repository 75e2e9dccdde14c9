/** Something that a card says wrongly: where in it, and what was expected. */
export interface FoundIssue {
  readonly path: (string | number)[]
  readonly message: string
}

/** A table's row: whether it is wrong, where in the card, and what was expected. */
export type IssueRow = readonly [isWrong: boolean, path: (string | number)[], message: string]

/** The issues of those rows of a table that are wrong. */
export function issuesIn(table: readonly IssueRow[]): FoundIssue[] {
  return table.flatMap(([isWrong, path, message]) => (isWrong ? [{ path, message }] : []))
}
