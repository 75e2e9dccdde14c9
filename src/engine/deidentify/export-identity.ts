import { createHmac } from 'node:crypto'
import { deidentifyInstance } from '../../core/dicom/deidentify/deidentify-instance.ts'
import type { Notice } from '../../core/errors.ts'
import type { identityChoices } from '../../core/spec/presets.ts'
import type { RecordedIdentity } from './deidentification-record.ts'
import { openProfile, type OpenedProfile, profileParts, pseudonymsBy, recordedProfile } from './profile.ts'
import type { IdentityRequest } from './identity-request.ts'
import { standardVr } from './standard-elements.ts'

export type IdentityChoice = (typeof identityChoices)[number]

/** The choice with everything opened, as plain values. */
export type ExportIdentity =
  | { readonly choice: 'keep' }
  | { readonly choice: Exclude<IdentityChoice, 'keep'>; readonly profile: OpenedProfile }

/** @param home the workspace, where the key is @throws as `openProfile` */
export async function openIdentity(request: IdentityRequest, home: string): Promise<ExportIdentity> {
  const { choice, ...profile } = request
  return choice === 'keep' ? { choice } : { choice, profile: await openProfile(profile, home) }
}

/** A source's file, and what the profile can't see to. */
export interface SourceForExport {
  readonly file: Uint8Array
  readonly notices: readonly Notice[]
}

/**
 * A source's file as its export is made of it: itself, or de-identified.
 * @throws RadversaryError dicom-unsupported for one that can't be made safe
 */
export function sourceFor(identity: ExportIdentity, file: Uint8Array): SourceForExport {
  if (identity.choice === 'keep') return { file, notices: [] }
  const { profile } = identity
  const by = { policy: profile.policy, pseudonyms: pseudonymsBy(profile), vrOf: standardVr }
  const { bytes, notices } = deidentifyInstance(file, by)
  return { file: bytes, notices }
}

/** A source's UID as its export has it. */
export function uidFor(identity: ExportIdentity, uid: string): string {
  if (identity.choice === 'keep' || identity.profile.policy.options.has('retain-uids')) return uid
  return pseudonymsBy(identity.profile).uid(uid)
}

/** A text that stands for another, the same every time; nobody without the key finds the way back. */
export function maskedText(profile: OpenedProfile, text: string): string {
  return keyedId(profile.key.bytes, text, 12)
}

/**
 * What of the choice decides an export's bytes; with the key, so that nobody can try what an id was made of.
 */
export function identityParts(identity: ExportIdentity): readonly unknown[] {
  if (identity.choice === 'keep') return ['keep']
  const { choice, profile } = identity
  return [choice, ...profileParts(profile), Buffer.from(profile.key.bytes).toString('hex')]
}

/** What a record says of the choice. */
export function recordedIdentityOf(identity: ExportIdentity): RecordedIdentity {
  return identity.choice === 'keep'
    ? { choice: 'keep' }
    : { choice: identity.choice, ...recordedProfile(identity.profile) }
}

/** The first hexadecimal digits of the HMAC-SHA-256 of a text: without the key, nobody can try what it was. */
export function keyedId(key: Uint8Array | '', text: string, digits: number): string {
  return createHmac('sha256', key).update(text).digest('hex').slice(0, digits)
}

/** What an identity keys its ids by: nothing, where an export keeps what names the patient. */
export function keyOf(identity: ExportIdentity): Uint8Array | '' {
  return identity.choice === 'keep' ? '' : identity.profile.key.bytes
}
