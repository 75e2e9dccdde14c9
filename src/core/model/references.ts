import { z } from 'zod'
import { fileBeside } from './further-inputs.ts'

const array = fileBeside(/\.npy$/i, 'a .npy file')
const image = fileBeside(/\.(npy|png|dcm|nii|nii\.gz)$/i, 'a .npy, .png, .dcm or NIfTI file')

/**
 * What the training framework made of an image, in files beside the card: `image` are stored values (of a
 * stack a file for each slice, one array or NIfTI file; of several series a NIfTI file for each), `resized`
 * [C, H, W] what was resampled, in [0, 1], `input` the graph's input, `output` what the graph's output
 * `output.name` gave, and `inputs` the values of further inputs as the graph takes them. Without an image
 * only the graph is checked; without `input` only the whole.
 */
const reference = z
  .strictObject({
    image: z.union([image, z.array(image).min(1)]).optional(),
    inputs: z
      .record(z.string().min(1), z.union([array, z.number(), z.boolean(), z.array(z.number()).min(1)]))
      .optional(),
    resized: array.optional(),
    input: array.optional(),
    output: array,
  })
  .refine(({ image, input }) => image !== undefined || input !== undefined, 'expected an image or an input')

export const references = z.array(reference).min(1)
export type Reference = Readonly<z.output<typeof reference>>

/** Largest difference from a reference, as a part of its range of values. */
export const referenceTolerance = z.number().positive().max(1)

/** What came of comparing all references of a card: kept by hash, and in records. */
export const referenceReport = z.strictObject({
  count: z.int(),
  tolerance: z.number(),
  /** The largest of all, as a part of the range; null where shapes differ. */
  difference: z.number().nullable(),
  /** Where we part from each reference, and what helps. */
  departures: z.array(z.strictObject({ message: z.string(), tip: z.string() })),
})
export type ReferenceReport = Readonly<z.output<typeof referenceReport>>

/** Whether a model gives something else than its card's references say. */
export function departs(report: ReferenceReport | undefined): boolean {
  return report !== undefined && report.departures.length > 0
}
