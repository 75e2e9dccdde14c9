import { z } from 'zod'
import { gives, name, threshold } from '../output-fields.ts'

/** Names of the grades, the lowest first. */
const grades = z.array(name).min(2)

/**
 * Grades in order. A softmax distinguishes them as classes; cumulative sigmoids say, of each grade above the
 * lowest, whether it is reached.
 */
export const ordinalOutput = z.discriminatedUnion('activation', [
  z.strictObject({ name, activation: z.literal('softmax'), gives, classes: grades }),
  z.strictObject({ name, activation: z.literal('cumulative-sigmoid'), gives, classes: grades, threshold }),
])

export type OrdinalOutput = Readonly<z.output<typeof ordinalOutput>>
