import { z } from 'zod'

const rectangle = {
  class: z.int().nonnegative(),
  x0: z.number(),
  y0: z.number(),
  x1: z.number(),
  y1: z.number(),
}

const found = z.strictObject({
  ...rectangle,
  score: z.number(),
  /** Index of the labelled box that it finds (its class, IoU 0.5); null for a false positive. */
  finds: z.int().nonnegative().nullable(),
})

const boxes = z.strictObject({
  label: z.array(z.strictObject(rectangle)),
  before: z.array(found),
  after: z.array(found),
  /** The highest score at any anchor, of any class that is looked for, also below the threshold. */
  highest: z.strictObject({ before: z.number(), after: z.number() }),
})

/** Boxes of one frame, in the image's own pixels; `after` is of the pixels read back. */
export type FrameBoxes = z.output<typeof boxes>

export const boxReportFields = { boxes: boxes.optional() }
