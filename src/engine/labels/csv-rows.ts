import { parse } from 'csv-parse/sync'
import type { RadversaryError } from '../../core/errors.ts'

/** A row by the names of its columns. */
export type CsvRow = Record<string, string>

/**
 * Reads comma-separated values, the first line of which names the columns. Blanks around values, empty lines
 * and a byte order mark are left out.
 * @param fault the error of text that is none; gets the cause
 */
export function csvRows(text: string, fault: (cause: unknown) => RadversaryError): CsvRow[] {
  try {
    return parse(text, { columns: true, bom: true, trim: true, skip_empty_lines: true })
  } catch (cause) {
    throw fault(cause)
  }
}
