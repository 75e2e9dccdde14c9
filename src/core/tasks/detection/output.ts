import { z } from 'zod'

const name = z.string().min(1)
const positive = z.number().positive()
const layout = z.enum(['anchors-first', 'anchors-last'])

/** Boxes that the network's boxes are encoded against, in pixels of its input. */
const anchors = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('grid'),
    levels: z
      .array(
        z.strictObject({
          stride: positive,
          sizes: z.array(positive).min(1),
          ratios: z.array(positive).min(1),
        }),
      )
      .min(1),
    offset: z.number().min(0).max(1).default(0.5),
  }),
  z.strictObject({
    kind: z.literal('list'),
    boxes: z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])).min(1),
  }),
])

const four = z.tuple([positive, positive, positive, positive])
const place = { name: name.optional(), layout: layout.optional() }
const plain = { ...place, unit: z.enum(['pixels', 'fractions']).default('pixels') }

const boxes = z.discriminatedUnion('format', [
  z.strictObject({ ...plain, format: z.literal('cxcywh') }),
  z.strictObject({ ...plain, format: z.literal('xyxy') }),
  z.strictObject({ ...plain, format: z.literal('yxyx') }),
  z.strictObject({ ...place, format: z.literal('deltas'), anchors, variances: four.default([1, 1, 1, 1]) }),
])

const probability = z.number().gt(0).lt(1)
const shared = {
  name,
  layout,
  gives: z.enum(['logits', 'probabilities']),
  boxes,
  threshold: probability.default(0.25),
  nmsIou: z.number().gt(0).max(1).default(0.45),
  maxDetections: z.int().min(1).default(100),
}

/**
 * What a detector gives of each anchor: a box and a score for each class; docs/model-card.md explains every
 * field.
 */
export const detectionOutput = z.discriminatedUnion('activation', [
  z.strictObject({
    ...shared,
    activation: z.literal('softmax'),
    classes: z.array(name).min(2),
    background: name,
  }),
  z.strictObject({
    ...shared,
    activation: z.literal('sigmoid'),
    classes: z.array(name).min(1),
    objectness: z.boolean().default(false),
  }),
])

export type Anchors = Readonly<z.output<typeof anchors>>
/** Boxes and scores of anchors, [N, 4 + K, A] once they are in one tensor. */
export type DetectionOutput = Readonly<z.output<typeof detectionOutput>>
