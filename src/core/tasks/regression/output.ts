import { z } from 'zod'
import { name } from '../output-fields.ts'

/** One number an image: scale · output + offset, in `unit`. */
export const regressionOutput = z.strictObject({
  name,
  activation: z.literal('linear').default('linear'),
  value: name,
  unit: z.string().default(''),
  scale: z
    .number()
    .refine((scale) => scale !== 0, 'expected another number than 0')
    .default(1),
  offset: z.number().default(0),
  tolerance: z.number().positive(),
})

/** Outputs [N, 1], one number an image. */
export type RegressionOutput = Readonly<z.output<typeof regressionOutput>>
