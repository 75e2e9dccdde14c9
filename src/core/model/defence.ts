import { z } from 'zod'

/**
 * What is done to an image against attacks before a network sees it: on the image's own grid, or on the grid
 * of the network's input.
 */
const at = z.enum(['image', 'input']).default('input')

/** What a step that is drawn anew for each prediction says. */
const drawn = {
  at,
  /** Predictions are the vote of so many draws. */
  votes: z.int().min(1).max(4096).default(1),
  seed: z.int().default(0),
}

const step = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('jpeg'), at, quality: z.int().min(1).max(100).default(75) }),
  z.strictObject({ kind: z.literal('bit-depth'), at, bits: z.int().min(1).max(16).default(4) }),
  z.strictObject({ kind: z.literal('median'), at, size: z.int().min(2).max(15).default(3) }),
  z.strictObject({ kind: z.literal('gaussian'), at, sigma: z.number().positive().max(50).default(1) }),
  z.strictObject({
    kind: z.literal('total-variation'),
    at,
    weight: z.number().positive().default(0.1),
    iterations: z.int().min(1).max(1000).default(50),
  }),
  z.strictObject({
    kind: z.literal('resize-pad'),
    ...drawn,
    smallest: z.number().min(0.1).max(1).default(0.9),
  }),
  z.strictObject({ kind: z.literal('noise'), ...drawn, sigma: z.number().positive().default(0.25) }),
])

/** Steps of a defence, in order. */
export const defenceOfCard = z.array(step).min(1)

export type DefenceStep = Readonly<z.output<typeof step>>
export type DefenceKind = DefenceStep['kind']
export type Defence = readonly DefenceStep[]
