import { z } from 'zod'
import { spectrumBands } from '../../core/evaluate/spectrum.ts'
import { caseKinds } from '../../core/evaluate/cases.ts'
import { checklistAnswers } from '../../core/evaluate/checklist.ts'
import { count, fraction, proportion } from '../../core/evaluate/proportion.ts'
import { defenceReport } from '../../core/model/defence-report.ts'
import { comparisonSpec } from '../../core/spec/comparison-spec.ts'
import { stepRoles } from '../../core/spec/protocols.ts'
import { cellResult } from '../compare/cell-result.ts'

/** docs/evaluation.md explains every field. */
export const evaluationSchema = 'radversary/evaluation/2'

/** In an evaluation's folder. */
export const evaluationName = 'evaluation.json'

const interval = z.strictObject({ lower: z.number(), upper: z.number() }).nullable()
const fooled = z.strictObject({ slices: count, metBefore: count, fooled: proportion, byPatient: interval })

const operatingPoint = z.strictObject({ sensitivity: proportion, specificity: proportion })

const calibration = z.strictObject({
  ece: z.number().nullable(),
  mce: z.number().nullable(),
  bins: z
    .array(
      z.strictObject({
        lower: fraction,
        upper: fraction,
        count,
        confidence: fraction.nullable(),
        accuracy: fraction.nullable(),
      }),
    )
    .readonly(),
})

const performance = z.strictObject({
  accuracy: proportion,
  accuracyByPatient: interval,
  calibration: calibration.nullable(),
  labels: z
    .array(
      z.strictObject({
        label: z.string(),
        auc: fraction.nullable(),
        deLong: interval,
        aucByPatient: interval,
        pAgainstClean: fraction.nullable(),
        card: operatingPoint,
        fixed: operatingPoint.extend({ threshold: z.number() }).nullable(),
      }),
    )
    .readonly(),
  confusion: z.array(z.array(count).readonly()).readonly().nullable(),
})

const { settings, norm, failures } = cellResult.shape
const role = z.enum(stepRoles)

const estimate = z.strictObject({ value: z.number().nullable(), byPatient: interval })
const measure = z.strictObject({
  measure: z.enum(['dice', 'hd95', 'map']),
  of: z.string(),
  unit: z.enum(['mm', 'px']).nullable(),
  before: estimate,
  after: estimate,
  difference: estimate,
})

const method = fooled.extend({
  method: z.string(),
  role,
  why: z.string(),
  settings,
  norm,
  /** As it was asked for; null of a method without one. */
  budget: z.string().nullable(),
  /** The same in its unit. */
  budgetValue: z.number().nullable(),
  isReference: z.boolean(),
  psnr: z.number().nullable(),
  ssim: z.number().nullable(),
  /** J, mean of the slices, of each iteration. */
  losses: z.array(z.number()),
  /** At the reference budget, and of methods without a budget. */
  after: performance.nullable(),
  /** Dice and HD95 of each class, or mAP. */
  measures: z.array(measure),
  /** SMIA's means over the images of what the stabilisation follows, by iteration. */
  stabilisation: z.array(z.strictObject({ klToSmoothed: z.number().nullable(), variance: z.number() })),
  transfer: z.array(z.strictObject({ model: count, slices: count, metBefore: count, fooled: proportion })),
})

const subgroup = z.strictObject({
  value: z.string(),
  images: count,
  patients: count,
  clean: proportion.extend({ byPatient: interval }).nullable(),
  worstCase: fooled,
})

const pair = z.strictObject({
  first: z.string(),
  second: z.string(),
  images: count,
  onlyFirst: count,
  onlySecond: count,
  exact: fraction,
  midP: fraction,
  difference: z.strictObject({ mean: z.number().nullable(), interval }),
})

const saidOfCase = z.strictObject({ text: z.string(), confidence: z.number().nullable() })

/** An image that stands for others, under the strongest method. */
const shownCase = z.strictObject({
  kind: z.enum(caseKinds),
  method: z.string(),
  /** Number of the image in the study, from 1, and of its frame. */
  image: count,
  frame: count,
  patient: count,
  label: z.string(),
  before: saidOfCase,
  after: saidOfCase,
  /** Paths in the evaluation's folder; null where the attack, made alone, came to another answer. */
  pictures: z
    .strictObject({ original: z.string(), adversarial: z.string(), perturbation: z.string() })
    .nullable(),
  /** Shares of the perturbation's energy in 16 bands of spatial frequency; null as `pictures`. */
  spectrum: z.array(z.number()).length(spectrumBands).nullable(),
})

const model = z.strictObject({
  name: z.string(),
  sha256: z.string(),
  device: z.string(),
  task: z.string(),
  classes: z.array(z.string()),
  /** How the card's defence was attacked, and by which methods it was not; absent of a card without one. */
  defence: defenceReport.extend({ unseenBy: z.array(z.string()) }).optional(),
  /** Null where the model's own predictions are the labels: they agree by definition. */
  clean: performance.nullable(),
  methods: z.array(method),
  worstCase: fooled,
  subgroups: z.array(
    z.strictObject({
      column: z.string(),
      groups: z.array(subgroup).readonly(),
      smallest: z.string().nullable(),
    }),
  ),
  /** For methods with several budgets, the smallest that fools each image that was right before. */
  survival: z.array(z.strictObject({ method: z.string(), smallestBudgets: z.array(z.number().nullable()) })),
  /** Empty where no pictures were asked for. */
  cases: z.array(shownCase),
  pairs: z.array(pair),
  checklist: z.array(
    z.strictObject({ question: z.string(), answer: z.enum(checklistAnswers), evidence: z.string() }),
  ),
  warnings: z.array(z.strictObject({ check: z.string(), message: z.string(), tip: z.string() })),
})

export const evaluation = z.strictObject({
  schema: z.literal(evaluationSchema),
  notice: z.string(),
  software: z.strictObject({ name: z.literal('Radversary'), version: z.string() }),
  /** Names the comparison that it was made of. */
  exportId: z.string(),
  protocol: z.strictObject({
    name: z.string(),
    summary: z.string(),
    epsilon: z.string(),
    leftOut: z.array(z.strictObject({ method: z.string(), why: z.string() })),
  }),
  study: z.strictObject({ images: count, patients: count, modalities: z.array(z.string()) }),
  labels: z.enum(['file', 'prediction']),
  target: z.string().nullable(),
  criterion: comparisonSpec.shape.criterion,
  seed: z.int(),
  models: z.array(model),
  failures,
  /** Numbers of patients by SOP Instance UID, so that two evaluations are compared patient by patient. */
  patientOf: z.record(z.string(), count),
  /** Commands that make it again; files by their names, without folders. */
  commands: z.array(z.string()),
})

export type Evaluation = z.output<typeof evaluation>
export type EvaluatedModel = Evaluation['models'][number]
export type EvaluatedMethod = EvaluatedModel['methods'][number]
export type EvaluatedCase = z.output<typeof shownCase>
export type EvaluatedPerformance = z.output<typeof performance>
