import { visibleText } from '../visible-text.ts'

export type CsvCell = string | number | boolean | null

/**
 * Comma-separated values as RFC 4180 has them: lines end in CRLF, cells are quoted where they must be, null
 * is empty. A text that a spreadsheet would run as a formula gets an apostrophe before it; numbers don't.
 */
export function csv(rows: readonly (readonly CsvCell[])[]): string {
  return rows.map((row) => row.map(cellText).join(',') + '\r\n').join('')
}

function cellText(cell: CsvCell): string {
  const text = typeof cell === 'string' ? inert(cell) : cell === null ? '' : String(cell)
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** What begins a formula: also after a semicolon or tab, where some spreadsheets part cells. */
const formula = /(?<=^|[;\t\n])(?=[^\S\t\n]*[=+\-@\uff1d\uff0b\uff0d\uff20])/g
const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Source: OWASP, CSV Injection. */
function inert(text: string): string {
  if (decimal.test(text)) return text
  const guarded = visibleText(text).replace(formula, "'")
  return /^[\t\n]/.test(guarded) ? `'${guarded}` : guarded
}
