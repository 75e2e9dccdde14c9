import { z } from 'zod'
import { reportFields } from '../../core/tasks/report-fields.ts'

/** docs/record.md explains every field. */
export const imageResultSchema = 'radversary/image-result/1'

const classes = z.array(z.int().nonnegative())
const probabilities = z.array(z.number())

/** `value` in the card's unit and no confidence: of a regression. */
const prediction = z.strictObject({
  classes,
  confidence: z.number().nullable(),
  probabilities,
  value: z.number().optional(),
})

const distance = z.strictObject({
  linf: z.number(),
  l2: z.number(),
  psnr: z.number().nullable(),
  ssim: z.number().nullable(),
  changed: z.int(),
  changedFraction: z.number(),
})

const size = z.strictObject({
  relative: z.number(),
  greyLevels: z.number(),
  storedLevels: z.number(),
  hu: z.number().optional(),
})

const tracePoint = z.strictObject({
  iteration: z.int().positive(),
  restart: z.int().nonnegative(),
  deviation: z.number(),
  stabilization: z.number().nullable(),
  klToLabel: z.number(),
  klToSmoothed: z.number().nullable(),
  klToPrevious: z.number().nullable(),
  perturbationMean: z.number(),
  perturbationVariance: z.number(),
  signAgreement: z.number().nullable(),
  probabilities,
  smoothedTarget: probabilities.nullable(),
  success: z.boolean(),
})

const frameResult = z.strictObject({
  /** Counts from 1. */
  frame: z.int().positive(),
  /** Name of the stack whose one answer this is, the same for all its slices; of models of whole volumes. */
  volume: z.string().optional(),
  label: classes,
  /** Labelled value; regressions only. */
  labelValue: z.number().optional(),
  range: z.strictObject({
    domain: z.enum(['modality', 'stored']),
    lower: z.number(),
    upper: z.number(),
    unit: z.string(),
  }),
  /** Absent where the method has no budget. */
  epsilon: size.optional(),
  before: prediction,
  /** As the attack judged it, rounded to stored values. */
  after: prediction,
  /** Prediction on the pixels read back from the exported file; `success` is judged on it. */
  reread: prediction,
  success: z.boolean(),
  metBefore: z.boolean(),
  iterations: z.int(),
  restart: z.int(),
  /** The ensemble's member that made the image. */
  member: z.string().optional(),
  /** Norm of the change that a method which looks for the smallest one has found, in the method's norm. */
  smallest: size.optional(),
  /** Distance of the smallest change's logits beyond the goal's planes, e.g. best other class minus label. */
  margin: z.number().optional(),
  /** Norm of the rounded change as a part of the budget, in the method's norm. */
  budgetUsed: z.number().optional(),
  /** Gradients asked for, and how many of them were zero throughout; only methods that follow gradients. */
  gradients: z.strictObject({ asked: z.int(), zero: z.int() }).optional(),
  /**
   * Distance of the features from those of clean images of the predicted class, as the attack judged it; only
   * for methods that hide in the features of clean images.
   */
  features: z.strictObject({ before: z.number().nullable(), after: z.number().nullable() }).optional(),
  ...reportFields,
  window: distance,
  stored: distance,
  trace: z.array(tracePoint),
})

const exportedFile = z.strictObject({ path: z.string(), sopInstanceUid: z.string() })

export const imageResult = z.strictObject({
  schema: z.literal(imageResultSchema),
  file: z.string(),
  sopInstanceUid: z.string(),
  /** Number of the stack, the same for all its images; only for models of neighbouring slices. */
  stack: z.int().nonnegative().optional(),
  exported: z.strictObject({
    series: exportedFile,
    perturbation: exportedFile.optional(),
    smoothed: exportedFile.optional(),
    masksBefore: exportedFile.optional(),
    masksAfter: exportedFile.optional(),
  }),
  frames: z.array(frameResult).min(1),
  /** What a user should know of how the image's intensities were taken. */
  notices: z.array(z.strictObject({ message: z.string(), tip: z.string() })),
})

/**
 * All that is known of one attacked image: a file of its own in the export, and the unit in which a run goes
 * on after it was stopped.
 */
export type ImageResult = z.output<typeof imageResult>
export type FrameReport = z.output<typeof frameResult>
