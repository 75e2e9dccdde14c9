import { addCount } from '../../core/counts.ts'
import { RadversaryError, reasonOf } from '../../core/errors.ts'
import { csvRows, type CsvRow } from './csv-rows.ts'

/** What a CSV that says something of images must have beside `file` or `SOPInstanceUID`. */
export interface RowsWanted {
  readonly file: string
  /** How messages call it. */
  readonly what: 'labels' | 'Masks' | 'Inputs'
  readonly columns: readonly [needed: string, ...others: string[]]
  readonly tip: string
}

/**
 * A file's name as names are compared: composed (NFC), since a disk may have them decomposed; parted by
 * slashes.
 */
export function nameKey(name: string): string {
  return name.normalize('NFC').replaceAll('\\', '/').replace(/^\.\//, '')
}

/** What a labels file may call an image: its path in the study, its path in its archive, its name alone. */
export function namesFor(name: string): string[] {
  const key = nameKey(name)
  const [member = key] = key.split(archiveEnd).slice(-1)
  return [...new Set([key, member, member.split('/').at(-1) ?? member])]
}

/** Names by which a file may call an image of a study: the shorter ones where no other image has them. */
export function namesAmong(all: readonly string[]): (name: string) => string[] {
  const counts = new Map<string, number>()
  for (const name of all.flatMap(namesFor)) addCount(counts, name)
  return (name) => {
    const [path = name, ...shorter] = namesFor(name)
    return [path, ...shorter.filter((short) => counts.get(short) === 1)]
  }
}

/** As `nameOf` parts an archive from its member. */
const archiveEnd = ' > '

/**
 * Rows by the names of their columns; `file` as names are compared. Throws `labels-invalid` for what is no
 * CSV, or lacks the columns.
 */
export function labelRows(csv: string, { file, what, columns, tip }: RowsWanted): Record<string, string>[] {
  const rows = parsed(csv, file, what).map((row) =>
    row['file'] ? { ...row, file: nameKey(row['file']) } : row,
  )
  const given = Object.keys(rows[0] ?? {})
  if (given.includes(columns[0]) && (given.includes('file') || given.includes('SOPInstanceUID'))) return rows
  const named = columns.map((column) => `"${column}"`).join(', ')
  throw new RadversaryError(
    'labels-invalid',
    `${what}: expected the columns "file" or "SOPInstanceUID", and ${named}, got ${given.join(', ') || 'nothing'}`,
    { file, tip },
  )
}

function parsed(csv: string, file: string, what: string): CsvRow[] {
  return csvRows(csv, (cause) => {
    const message = `${what}: expected comma-separated values, got: ${reasonOf(cause)}`
    return new RadversaryError('labels-invalid', message, { file, cause })
  })
}
