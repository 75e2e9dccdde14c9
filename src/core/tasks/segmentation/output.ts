import { z } from 'zod'
import { gives, name, threshold } from '../output-fields.ts'

/** Class names of a mask, which holds a class index in a byte for each pixel. */
const pixelClasses = z.array(name).min(2).max(255)

/** A class, or labels that may overlap, for each pixel; docs/model-card.md explains every field. */
export const segmentationOutput = z.discriminatedUnion('activation', [
  z.strictObject({
    name,
    activation: z.literal('softmax'),
    gives,
    classes: pixelClasses,
    background: name.optional(),
  }),
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
    classes: pixelClasses.min(1),
    threshold,
  }),
])

/** Logits [N, K, h, w], one prediction a pixel. */
export type SegmentationOutput = Readonly<z.output<typeof segmentationOutput>>
