import { z } from 'zod'
import { profileOptions } from '../../core/dicom/deidentify/profile.ts'

export const deidentificationRecordName = 'deidentification.json'
export const deidentificationSchema = 'radversary-deidentification/1'

/** What a record says of the profile that was followed. */
export const recordedProfile = z.strictObject({
  /** The standard and edition whose table E.1-1 was followed. */
  standard: z.string(),
  options: z.array(z.enum(profileOptions)),
  /** Descriptors that the user vouched for. */
  kept: z.array(z.strictObject({ tag: z.string(), keyword: z.string() })),
  /** Whether the key of the pseudonyms was kept. */
  key: z.enum(['kept', 'thrown away']),
  /** Where patients' pseudonyms are from. */
  pseudonyms: z.enum(['by key', 'by list']),
})

export type RecordedProfile = Readonly<z.infer<typeof recordedProfile>>

/** What a record of an export says of identities. */
export const recordedIdentity = z.union([
  z.strictObject({ choice: z.literal('keep') }),
  recordedProfile.extend({ choice: z.enum(['deidentified', 'pseudonyms']) }),
])

export type RecordedIdentity = Readonly<z.infer<typeof recordedIdentity>>

/** What was done to a study, without any identity; docs/deidentification.md explains it. */
export const deidentificationRecord = z.strictObject({
  schema: z.literal(deidentificationSchema),
  software: z.strictObject({ name: z.literal('Radversary'), version: z.string() }),
  ...recordedProfile.shape,
  blackout: z.array(z.strictObject({ x: z.int(), y: z.int(), width: z.int(), height: z.int() })),
  /** How many there are of each, as written. */
  patients: z.int(),
  studies: z.int(),
  series: z.int(),
  images: z.int(),
  /** How often each element was changed, in all files, nested ones included. */
  elements: z.array(
    z.strictObject({
      tag: z.string(),
      keyword: z.string(),
      action: z.enum(['X', 'Z', 'D', 'U', 'K', 'C']),
      count: z.int(),
    }),
  ),
  /** What the profile can't see to, and in how many images. */
  notices: z.array(z.strictObject({ message: z.string(), tip: z.string(), images: z.int() })),
  /** Images that were left out, by the fault; their names are not said. */
  failures: z.array(z.strictObject({ code: z.string(), message: z.string(), images: z.int() })),
  /** Files that are no images, which were left out. */
  skipped: z.int(),
})

export type DeidentificationRecord = Readonly<z.infer<typeof deidentificationRecord>>
