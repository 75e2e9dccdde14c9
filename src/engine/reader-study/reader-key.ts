import { z } from 'zod'
import { readerArms } from '../../core/evaluate/reader-scores.ts'
import { recordedIdentity } from '../deidentify/deidentification-record.ts'

/** Which image is what: to be kept from readers until they are done. */
export const readerKeyName = 'key.json'

export const readerKey = z.strictObject({
  schema: z.literal('radversary/reader-study/1'),
  study: z.string(),
  /** The export whose images are judged. */
  exportId: z.string(),
  seed: z.int(),
  identity: recordedIdentity,
  images: z
    .array(
      z.strictObject({
        /** As readers see it. */
        name: z.string(),
        arm: z.enum(readerArms),
        /** The image in the export, and the source's UID as this study's identity has it. */
        exported: z.string(),
        sopInstanceUid: z.string(),
        /** Largest difference of the pixels that readers see from the source's, stored values. */
        linf: z.number(),
      }),
    )
    .min(1),
})

export type ReaderKey = Readonly<z.output<typeof readerKey>>
