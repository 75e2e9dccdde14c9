import { z } from 'zod'

export const count = z.int().nonnegative()
export const fraction = z.number().min(0).max(1)

/** A `Proportion` as reports hold it: Wilson's interval; no rate where nothing was counted. */
export const proportion = z.strictObject({
  successes: count,
  count,
  rate: fraction.nullable(),
  lower: fraction,
  upper: fraction,
})
