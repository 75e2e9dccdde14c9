import { z } from 'zod'
import { profileOptions } from '../../core/dicom/deidentify/profile.ts'
import { identityChoices } from '../../core/spec/presets.ts'

/** How a user asks for the profile of PS3.15. */
export const profileRequest = z.strictObject({
  options: z.array(z.enum(profileOptions)).readonly().default([]),
  /** Descriptors without identity, by keyword or tag. */
  keep: z.array(z.string()).readonly().default([]),
  /** A file, or `none`; absent for the workspace's key. */
  key: z.string().min(1).optional(),
  /** A CSV of pseudonyms; absent for those that the key makes. */
  pseudonyms: z.string().min(1).optional(),
})

/** What a user chooses for the identities in an export. */
export const identityRequest = profileRequest.extend({ choice: z.enum(identityChoices) })

export type ProfileRequest = Readonly<z.output<typeof profileRequest>>
export type IdentityRequest = Readonly<z.output<typeof identityRequest>>
