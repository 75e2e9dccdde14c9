import { z } from 'zod'

const runs = z.strictObject({
  rows: z.int().positive(),
  columns: z.int().positive(),
  overlapping: z.boolean(),
  runs: z.array(z.int().nonnegative()),
})

const segment = z.strictObject({
  /** Its name. */
  class: z.string(),
  area: z.int().nonnegative(),
  dice: z.number().nullable(),
  iou: z.number().nullable(),
  hd95: z.number().nullable(),
})

const segments = z.strictObject({
  distanceUnit: z.enum(['mm', 'px']),
  /** Spacing for HD95: between rows and between columns, in the unit. */
  spacing: z.tuple([z.number().positive(), z.number().positive()]),
  before: z.array(segment),
  after: z.array(segment),
})

export const maskReportFields = {
  /** Agreement of every class but the background with the label; `after` is of the pixels read back. */
  segments: segments.optional(),
  /** In run lengths. */
  masks: z.strictObject({ label: runs, before: runs, after: runs }).optional(),
}
