import { z } from 'zod'

/** A name of an output, a class or a value. */
export const name = z.string().min(1)
/** Whether the graph's output still needs its activation. */
export const gives = z.enum(['logits', 'probabilities'])
/** A probability from which on a label is set. */
export const threshold = z.number().gt(0).lt(1).default(0.5)
