export type CsvCell = string | number | boolean | null

/**
 * Comma-separated values as RFC 4180 has them: lines end in CRLF, cells are quoted where they must be, null
 * is empty.
 */
export function csv(rows: readonly (readonly CsvCell[])[]): string {
  return rows.map((row) => row.map(cellText).join(',') + '\r\n').join('')
}

function cellText(cell: CsvCell): string {
  const text = cell === null ? '' : String(cell)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
