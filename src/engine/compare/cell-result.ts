import { z } from 'zod'
import { norms } from '../../core/attacks/balls.ts'
import { attackSpec, takenSettings } from '../../core/spec/attack-spec.ts'
import { reportFields } from '../../core/tasks/report-fields.ts'
import { imageResult } from '../export/image-result.ts'

/** docs/comparison.md explains every field. */
export const cellSchema = 'radversary/comparison-cell/1'

const frame = imageResult.shape.frames.element
const spread = z.strictObject({ mean: z.number(), variance: z.number() })

const iteration = z.strictObject({
  iteration: z.int().positive(),
  deviation: z.number(),
  klToSmoothed: z.number().nullable(),
  perturbationMean: z.number(),
  perturbationVariance: z.number(),
  signAgreement: z.number().nullable(),
})

/** What another model makes of an adversarial slice. */
const transferred = z.strictObject({
  model: z.int().nonnegative(),
  volume: frame.shape.volume,
  success: z.boolean(),
  metBefore: z.boolean(),
  /** Why that model's card does not suit the image; absent where it does. */
  unsuited: z.string().optional(),
})

/** What was decided, and the probability of each class. */
const scored = frame.shape.before.pick({ classes: true, probabilities: true })

const slice = z.strictObject({
  file: z.string(),
  sopInstanceUid: z.string(),
  frame: z.int().positive(),
  volume: frame.shape.volume,
  label: z.string(),
  predictionBefore: z.string(),
  confidenceBefore: z.number().nullable(),
  predictionAfter: z.string(),
  confidenceAfter: z.number().nullable(),
  /** Class indices of the label, and what the model says of all classes; of models of classes and grades. */
  scores: z.strictObject({ labelled: frame.shape.label, before: scored, after: scored }).optional(),
  success: z.boolean(),
  metBefore: z.boolean(),
  /** For segmentations and detections, how well each class is found, and the boxes. */
  segments: reportFields.segments,
  boxes: reportFields.boxes,
  budgetUsed: frame.shape.budgetUsed,
  gradients: frame.shape.gradients,
  iterations: z.int(),
  window: frame.shape.window,
  stored: frame.shape.stored,
  perturbation: spread,
  trace: z.array(iteration),
  transferred: z.array(transferred),
})

const failure = z.strictObject({
  file: z.string(),
  code: z.string(),
  message: z.string(),
  tip: z.string().optional(),
})

/**
 * All that is known of one cell: a file of its own, and the unit in which a comparison goes on after it was
 * stopped.
 */
export const cellResult = z.strictObject({
  schema: z.literal(cellSchema),
  model: z.int().nonnegative(),
  method: attackSpec.shape.method,
  /** What it is called beside the others, where one method is there with several settings. */
  as: z.string().optional(),
  settings: takenSettings,
  budget: z.string().nullable(),
  norm: z.enum(norms),
  slices: z.array(slice),
  failures: z.array(failure),
  /**
   * Wall time of the attack for a slice, measuring and judging left out, s: the one number that differs from
   * run to run. Null in a cohort, where equal runs give equal bytes.
   */
  secondsPerSlice: z.number().nullable(),
})

export type CellResult = z.output<typeof cellResult>
export type CellSlice = z.output<typeof slice>
