import { z } from 'zod'
import type { OrdinalOutput } from '../ordinal/output.ts'
import { gives, name, threshold } from '../output-fields.ts'

/** One class of several, yes or no, or labels that may overlap; docs/model-card.md explains every field. */
export const classificationOutput = z.discriminatedUnion('activation', [
  z.strictObject({ name, activation: z.literal('softmax'), gives, classes: z.array(name).min(2) }),
  z.strictObject({
    name,
    activation: z.literal('binary-sigmoid'),
    gives,
    classes: z.tuple([name, name]),
    threshold,
  }),
  z.strictObject({
    name,
    activation: z.literal('multi-label-sigmoid'),
    gives,
    classes: z.array(name).min(1),
    threshold,
  }),
])

/** Logits [N, K], one prediction an image: a class, or a grade. */
export type ClassificationOutput = Readonly<z.output<typeof classificationOutput>> | OrdinalOutput
