import { z } from 'zod'

const text = z.string().min(1)
const array = z.string().regex(/\.npy$/i, 'expected the name of a .npy file')
const image = z
  .string()
  .regex(/\.(npy|png|dcm)$/i, 'expected the name of a .npy, .png or .dcm file')
  .describe('stored values')

/**
 * What the training framework made of an image, in files beside the card: `image` are stored values (of a
 * stack a file for each slice, or one array), `resized` [C, H, W] what was resampled, in [0, 1], `input` the
 * graph's input, `output` what the graph's output `output.name` gave, and `inputs` the values of further
 * inputs as the graph takes them. Without an image only the graph is checked; without `input` only the whole.
 */
const reference = z
  .strictObject({
    image: z.union([image, z.array(image).min(1)]).optional(),
    inputs: z.record(text, z.union([array, z.number(), z.boolean(), z.array(z.number()).min(1)])).optional(),
    resized: array.optional(),
    input: array.optional(),
    output: array,
  })
  .refine(({ image, input }) => image !== undefined || input !== undefined, 'expected an image or an input')

export const references = z.array(reference).min(1)

/** Largest difference from a reference, as a part of its range of values. */
export const referenceTolerance = z.number().positive().max(1)
