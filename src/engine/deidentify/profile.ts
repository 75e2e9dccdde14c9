import {
  checkPolicy,
  type DeidentificationPolicy,
  type PixelRegion,
} from '../../core/dicom/deidentify/policy.ts'
import { type ProfileOption, profileStandard } from '../../core/dicom/deidentify/profile.ts'
import { type Pseudonyms, pseudonymsOf } from '../../core/dicom/deidentify/pseudonyms.ts'
import { formatTag } from '../../core/dicom/write/tags.ts'
import type { RecordedProfile } from './deidentification-record.ts'
import type { ProfileRequest } from './identity-request.ts'
import { type SecretKey, secretKey } from './secret-key.ts'
import { descriptorTag, keywordOf } from './standard-elements.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { RadversaryError, reasonOf } from '../../core/errors.ts'
import { csvRows, type CsvRow } from '../labels/csv-rows.ts'

/** The profile with everything opened, as plain values. */
export interface OpenedProfile {
  readonly policy: DeidentificationPolicy
  readonly key: SecretKey
  /** Pseudonyms by Patient ID; undefined for those that the key makes. */
  readonly listed: ReadonlyMap<string, string> | undefined
}

/**
 * Opens a profile: its policy is checked, its list read, its key read or made.
 * @param home the workspace
 * @throws RadversaryError usage, io-failed
 */
export async function openProfile(
  { options, keep, key, pseudonyms }: ProfileRequest,
  home: string,
  regions: readonly PixelRegion[] = [],
): Promise<OpenedProfile> {
  const policy = policyOf(options, keep, regions)
  checkPolicy(policy)
  const listed = pseudonyms === undefined ? undefined : await readPseudonyms(pseudonyms)
  return { policy, listed, key: await secretKey(key, home) }
}

function policyOf(
  options: readonly ProfileOption[],
  keep: readonly string[],
  regions: readonly PixelRegion[],
): DeidentificationPolicy {
  const tags = new Set(keep.map(descriptorTag))
  const implied: readonly ProfileOption[] = tags.size > 0 ? ['clean-descriptors'] : []
  return { options: new Set([...options, ...implied]), keep: tags, regions }
}

/** Pseudonyms, UIDs and shifts of a profile. */
export function pseudonymsBy({ key, listed }: OpenedProfile): Pseudonyms {
  return pseudonymsOf(key.bytes, listed)
}

/** Everything that decides what a profile makes of a file, to be hashed with a secret. */
export function profileParts({ policy, listed }: OpenedProfile): readonly unknown[] {
  return [
    [...policy.options].sort(),
    [...policy.keep].sort(),
    policy.regions,
    ...(listed ? [[...listed]] : []),
  ]
}

/** What a record says of a profile. */
export function recordedProfile({ policy, key, listed }: OpenedProfile): RecordedProfile {
  return {
    standard: profileStandard,
    options: [...policy.options].sort(),
    kept: [...policy.keep].map((tag) => ({ tag: formatTag(tag), keyword: keywordOf(tag) })),
    key: key.file === undefined ? 'thrown away' : 'kept',
    pseudonyms: listed === undefined ? 'by key' : 'by list',
  }
}

/** What Patient's Name and Patient ID can both hold, in every character set. */
const pseudonymForm = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$/

/**
 * Reads a CSV with the columns `PatientID` and `Pseudonym`: which patient gets which. Messages name lines,
 * never what they hold.
 * @throws RadversaryError usage for a file that is none, or gives two patients one pseudonym; io-failed
 */
async function readPseudonyms(file: string): Promise<ReadonlyMap<string, string>> {
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
