import { z } from 'zod'
import type { ErrorCode } from '../../../core/errors.ts'

const error = z.strictObject({
  code: z.custom<ErrorCode>((value) => typeof value === 'string'),
  message: z.string(),
  tip: z.string().nullable(),
  file: z.string().nullable(),
})

/**
 * How a run's last attempt ended, if not well, as outcome.json in its folder; a run that is done has a whole
 * export instead.
 */
export const runOutcome = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('cancelled') }),
  z.strictObject({ state: z.literal('failed'), error }),
])

export type RunOutcome = Readonly<z.output<typeof runOutcome>>
