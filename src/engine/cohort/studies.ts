import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { isPortableName } from '../../adapters/fs/file-names.ts'
import { ioError } from '../../adapters/fs/io-error.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { RadversaryError, reasonOf } from '../../core/errors.ts'
import { csvRows, type CsvRow } from '../labels/csv-rows.ts'
import { identityOfId } from '../../core/dicom/deidentify/identity.ts'
import { type ExportIdentity, maskedText, openIdentity } from '../deidentify/export-identity.ts'
import type { IdentityRequest } from '../deidentify/identity-request.ts'
import { type OpenedProfile, pseudonymsBy } from '../deidentify/profile.ts'

/** One study of a cohort. */
export interface CohortStudy {
  /** Its folder's in the cohort; no other study has it, in whatever case it is written. */
  readonly name: string
  /** A folder, file or archive of DICOM images, absolute. */
  readonly path: string
  /** As the list of studies says; null where it doesn't. */
  readonly patient: string | null
}

/**
 * Lists the studies of a cohort, by name: every folder and zip archive in a folder, or the rows of a CSV with
 * the column `path` (relative to the CSV) and, if wanted, `patient` and `name`.
 * @throws RadversaryError usage for none, and for names that are not one study's; io-failed
 */
export async function listStudies(source: string): Promise<CohortStudy[]> {
  const found = await stat(source).catch((cause: unknown) => {
    throw ioError('Read', source, cause)
  })
  const studies = found.isDirectory() ? await studiesIn(resolve(source)) : await studiesOf(resolve(source))
  if (studies.length === 0) throw listError(source, 'at least one study', 'none', folderTip)
  for (const { name } of studies)
    if (!isPortableName(name))
      throw listError(source, 'names that Windows can hold', JSON.stringify(name), nameTip)
  const twice = firstTwice(studies.map(({ name }) => name))
  if (twice !== undefined) throw listError(source, 'a name for each study', `two called ${twice}`, nameTip)
  return studies.sort((a, b) => (a.name < b.name ? -1 : 1))
}

const folderTip = 'Give a folder whose folders and zip archives are studies, or a CSV with the column "path".'
const nameTip = 'Give each study a name of its own in the column "name" of a CSV.'

async function studiesIn(folder: string): Promise<CohortStudy[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw ioError('list folder', folder, cause)
  })
  return entries
    .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || isArchive(entry.name)))
    .map(({ name }) => ({ name: nameOfPath(name), path: join(folder, name), patient: null }))
}

async function studiesOf(file: string): Promise<CohortStudy[]> {
  const rows = rowsOf(new TextDecoder().decode(await readBytes({ path: file })), file)
  return rows.map(({ path = '', patient = '', name = '' }, index) => {
    if (path === '') throw listError(file, 'a path in each row', `none in row ${index + 1}`, folderTip)
    return {
      name: name === '' ? nameOfPath(path) : name,
      path: resolve(dirname(file), path),
      patient: patient === '' ? null : patient,
    }
  })
}

function rowsOf(text: string, file: string): Partial<CsvRow>[] {
  return csvRows(text, (cause) => listError(file, 'comma-separated values', reasonOf(cause), folderTip))
}

function isArchive(name: string): boolean {
  return /\.zip$/i.test(name)
}

/** What a study is called whose list does not name it. */
function nameOfPath(path: string): string {
  return basename(path).replace(/\.zip$/i, '')
}

/** Disks of Windows and macOS take names that differ in case for one. */
function firstTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => {
    const key = name.normalize('NFC').toLowerCase()
    return seen.has(key) || !seen.add(key)
  })
}

function listError(file: string, expected: string, got: string, tip: string): RadversaryError {
  return new RadversaryError('usage', `Studies: expected ${expected}, got ${got}`, { file, tip })
}

/**
 * Lists the studies of a cohort as its exports name them: without identities nothing is left of folders'
 * names, which may be patients', and patients get pseudonyms; names that the list of studies gives are its
 * writer's word.
 * @throws RadversaryError as `listStudies` and `openIdentity`; usage for a key that is thrown away
 */
export async function studiesToAttack(
  source: string,
  identity: IdentityRequest,
  home: string,
): Promise<CohortStudy[]> {
  const studies = await listStudies(source)
  if (identity.key === 'none')
    throw new RadversaryError('usage', 'Cohort: expected a key for all of its studies, got none', {
      tip: 'Name a new file with --key; remove it once the cohort is done.',
    })
  return studiesFor(await openIdentity(identity, home), studies)
}

function studiesFor(identity: ExportIdentity, studies: readonly CohortStudy[]): CohortStudy[] {
  if (identity.choice === 'keep') return [...studies]
  const { profile } = identity
  const named = studies.map(({ name, path, patient }) => ({
    path,
    name: name === nameOfPath(path) ? `study-${maskedText(profile, name)}` : name,
    patient: patient === null ? null : pseudonymOf(patient, profile),
  }))
  return named.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A patient's pseudonym; a mask where the list of pseudonyms lacks the patient. */
function pseudonymOf(patient: string, profile: OpenedProfile): string {
  return (
    pseudonymsBy(profile).patient(identityOfId(patient), patient) ?? `patient-${maskedText(profile, patient)}`
  )
}
