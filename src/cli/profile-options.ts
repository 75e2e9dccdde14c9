import { type Command, Option } from 'commander'
import type { ProfileOption } from '../core/dicom/deidentify/profile.ts'
import { identityChoices, presetIdentity } from '../core/spec/presets.ts'
import { RadversaryError } from '../core/errors.ts'
import { profileOptions } from '../engine/deidentify/deidentify-study.ts'
import type { IdentityChoice } from '../engine/deidentify/export-identity.ts'
import type { IdentityRequest, ProfileRequest } from '../engine/deidentify/identity-request.ts'

/** What the profile of PS3.15 is asked, as it is typed. */
export interface ProfileOptions {
  readonly profileOptions: ProfileOption[]
  readonly keep: string[]
  readonly key?: string
  readonly pseudonyms?: string
}

/** The profile's flags, for whatever is de-identified. */
export function withProfile(command: Command): Command {
  return command
    .addOption(
      new Option('--profile-options <option...>', 'options of the profile (docs/deidentification.md)')
        .choices(profileOptions)
        .default([]),
    )
    .option(
      '--keep <element...>',
      'descriptors that hold no identity, such as SeriesDescription; default: all are removed',
      (name: string, before: string[]) => [...before, name],
      [],
    )
    .option(
      '--key <file>',
      'the secret that pseudonyms are made with; made where there is none; none: throw it away; default: that of the workspace',
    )
    .option('--pseudonyms <csv>', 'pseudonyms of patients: a CSV with the columns PatientID and Pseudonym')
}

/** What the profile is asked. */
export function profileOf({
  profileOptions: options,
  keep,
  key,
  pseudonyms,
}: ProfileOptions): ProfileRequest {
  return { options, keep, key, pseudonyms }
}

export interface IdentityOptions extends ProfileOptions {
  readonly identity?: IdentityChoice
}

/** The choice before every export, with the profile's flags. */
export function withIdentity(command: Command): Command {
  return withProfile(
    command.addOption(
      new Option(
        '--identity <choice>',
        `keep what names the patient, de-identify, or take pseudonyms of --pseudonyms (default: ${presetIdentity}, or pseudonyms where they are given)`,
      ).choices(identityChoices),
    ),
  )
}

/** @throws RadversaryError usage for a choice and flags that contradict each other */
export function identityOf(options: IdentityOptions): IdentityRequest {
  const { pseudonyms } = options
  const choice = options.identity ?? (pseudonyms === undefined ? presetIdentity : 'pseudonyms')
  if ((choice === 'pseudonyms') !== (pseudonyms !== undefined))
    throw contradiction(
      'a CSV with the choice pseudonyms and with no other',
      `${choice} ${pseudonyms === undefined ? 'without' : 'with'} one`,
      'Give --pseudonyms FILE.csv alone, or --identity deidentified without it.',
    )
  const profile = profileOf(options)
  if (
    choice === 'keep' &&
    (profile.options.length > 0 || profile.keep.length > 0 || profile.key !== undefined)
  )
    throw contradiction(
      'flags of the profile where it is followed',
      'them with --identity keep',
      'Leave --profile-options, --keep and --key out, or de-identify.',
    )
  return { choice, ...profile }
}

function contradiction(expected: string, got: string, tip: string): RadversaryError {
  return new RadversaryError('usage', `Identity: expected ${expected}, got ${got}`, { tip })
}
