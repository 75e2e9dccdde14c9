import { z } from 'zod'
import { attackSpec } from './attack-spec.ts'

/** All settings of a method as they were taken: null where a preset depends on other settings. */
export const takenSettings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

/**
 * What a record says of an attack's spec. Files are known by their SHA-256, since a record has no paths; how
 * many images were attacked together stands beside the device, whose memory decides it.
 */
export const recordedAttack = attackSpec
  .pick({ method: true, seed: true, earlyStop: true, slices: true })
  .extend({
    settings: takenSettings,
    /** In words. */
    criterion: z.string(),
    /** The class that the attack wants; null for an attack away from the label. */
    target: z.string().nullable(),
    /** Weights of J's parts, of a segmentation. */
    loss: z.record(z.string(), z.number()).optional(),
    /** SHA-256 of the mask's file; null where the whole image may change. */
    region: z.string().nullable(),
    /** SHA-256 of the wanted masks' files. */
    targetMasks: z.string().optional(),
    /** Only where the card was applied to images that it may not suit. */
    forceIntensity: z.literal(true).optional(),
    /** Only where a model was run that departs from its references. */
    forceReferences: z.literal(true).optional(),
  })

export type TakenSettings = Readonly<z.output<typeof takenSettings>>
