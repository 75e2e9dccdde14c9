import { readBytes } from '../../adapters/fs/read-file.ts'
import { RadversaryError, reasonOf } from '../../core/errors.ts'
import { csvRows, type CsvRow } from '../labels/csv-rows.ts'

/** What Patient's Name and Patient ID can both hold, in every character set. */
const pseudonymForm = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/

/**
 * Reads a CSV with the columns `PatientID` and `Pseudonym`: which patient gets which. Messages name lines,
 * never what they hold.
 * @throws RadversaryError usage for a file that is none, or gives two patients one pseudonym; io-failed
 */
export async function readPseudonyms(file: string): Promise<ReadonlyMap<string, string>> {
  const rows = rowsOf(new TextDecoder().decode(await readBytes({ path: file })), file)
  const listed = new Map<string, string>()
  const given = new Set<string>()
  for (const [index, { PatientID: id = '', Pseudonym: pseudonym = '' }] of rows.entries()) {
    const line = index + 2
    if (id === '') throw listError(file, 'a PatientID in each line', `none in line ${line}`)
    if (!pseudonymForm.test(pseudonym))
      throw listError(
        file,
        'pseudonyms of 1 to 63 letters, digits, spaces, dots, hyphens',
        `another in line ${line}`,
      )
    if (listed.has(id)) throw listError(file, 'each patient once', `one twice, in line ${line}`)
    if (given.has(pseudonym))
      throw listError(file, 'a pseudonym for each patient', `one twice, in line ${line}`)
    if (id === pseudonym) throw listError(file, 'pseudonyms', `the Patient ID itself in line ${line}`)
    listed.set(id, pseudonym)
    given.add(pseudonym)
  }
  if (listed.size === 0) throw listError(file, 'at least one patient', 'none')
  return listed
}

function rowsOf(text: string, file: string): Partial<CsvRow>[] {
  return csvRows(text, (cause) => listError(file, 'comma-separated values', reasonOf(cause)))
}

function listError(file: string, expected: string, got: string): RadversaryError {
  return new RadversaryError('usage', `Pseudonyms: expected ${expected}, got ${got}`, {
    file,
    tip: 'Give a CSV with the columns PatientID and Pseudonym, a line for each patient.',
  })
}
