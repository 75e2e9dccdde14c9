import { z } from 'zod'
import { count, fraction, proportion } from '../../core/evaluate/proportion.ts'

/** docs/certification.md explains every field. */
export const certificationSchema = 'radversary/certification/1'

/** In a certification's folder. */
export const certificationName = 'certification.json'

/** What is certified of one frame. */
export const certifiedFrame = z.strictObject({
  file: z.string(),
  sopInstanceUid: z.string(),
  /** From 1. */
  frame: z.int().positive(),
  /** Null where no labels were given. */
  label: z.string().nullable(),
  /** Null where it abstains. */
  class: z.string().nullable(),
  seen: count,
  draws: count,
  lower: fraction,
  radius: z.number().nonnegative().nullable(),
  /** Whether the class is certified and the label's; without labels, whether it is certified. */
  isRight: z.boolean(),
})

/** images/0001.json of a certification: the frames of one image. */
export const certifiedImage = z.strictObject({
  schema: z.literal(certificationSchema),
  frames: z.array(certifiedFrame),
})

export const certification = z.strictObject({
  schema: z.literal(certificationSchema),
  notice: z.string(),
  exportId: z.string(),
  software: z.strictObject({ name: z.literal('Radversary'), version: z.string() }),
  model: z.strictObject({
    name: z.string(),
    sha256: z.string(),
    card: z.record(z.string(), z.unknown()),
    device: z.string(),
  }),
  smoothing: z.strictObject({
    sigma: z.number(),
    at: z.enum(['image', 'input']),
    alpha: z.number(),
    n0: count,
    n: count,
    seed: z.int(),
    /** The largest radius that n draws can certify. */
    largestRadius: z.number(),
  }),
  labels: z.enum(['file', 'none']),
  images: z.array(certifiedFrame),
  abstained: proportion,
  curve: z.array(z.strictObject({ radius: z.number(), certified: proportion })),
  failures: z.array(
    z.strictObject({ file: z.string(), code: z.string(), message: z.string(), tip: z.string().optional() }),
  ),
})

export type CertifiedFrame = z.output<typeof certifiedFrame>
export type Certification = z.output<typeof certification>
