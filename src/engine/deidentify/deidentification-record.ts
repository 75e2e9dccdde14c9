import { z } from 'zod'
import { profileOptions } from '../../core/dicom/deidentify/profile.ts'

export const deidentificationRecordName = 'deidentification.json'
export const deidentificationSchema = 'radversary-deidentification/1'

/** What was done to a study, without any identity; docs/deidentification.md explains it. */
export const deidentificationRecord = z.strictObject({
  schema: z.literal(deidentificationSchema),
  software: z.strictObject({ name: z.literal('Radversary'), version: z.string() }),
  /** The standard and edition whose table E.1-1 was followed. */
  standard: z.string(),
  options: z.array(z.enum(profileOptions)),
  /** Descriptors that the user vouched for. */
  kept: z.array(z.strictObject({ tag: z.string(), keyword: z.string() })),
  blackout: z.array(z.strictObject({ x: z.int(), y: z.int(), width: z.int(), height: z.int() })),
  /** Whether the key of the pseudonyms was kept. */
  key: z.enum(['kept', 'thrown away']),
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
