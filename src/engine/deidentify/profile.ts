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
import { readPseudonyms } from './pseudonym-list.ts'
import { type SecretKey, secretKey } from './secret-key.ts'
import { descriptorTag, keywordOf } from './standard-elements.ts'

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
