import { z } from 'zod'
import { RadversaryError } from '../errors.ts'
import { defenceReport } from '../model/defence-report.ts'
import { attackPresets, exportKinds, pictureFormats, usualDraws } from './presets.ts'

/**
 * What a user asks of an attack, field by field: the one declaration that the command line, the server, the
 * forms, requests on disk, records and comparisons take theirs from. The study, the model and the device are
 * not of it: they are what an attack is made on, and each of those who ask names them in its own way.
 *
 * A field that was not given is absent, on disk and in memory alike.
 */

/** Settings as a user gives them: sizes of change as text with a unit, all others as text or as they are. */
const givenSettings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).readonly()

/** Every field, none at its preset: an attack that is written down says all that it was. */
export const attackSpec = z.strictObject({
  method: z.string().describe('name of the method'),
  /** As in the method's own help. */
  settings: givenSettings,
  images: z
    .array(z.string())
    .min(1)
    .readonly()
    .optional()
    .describe('SOP Instance UIDs of the images of the study; default: all'),
  labels: z
    .string()
    .min(1)
    .optional()
    .describe(
      'CSV with the columns `file` or `SOPInstanceUID`, and `label` (class index or name, or a value); of a segmentation a folder of PNG masks, a CSV that lists them, or DICOM SEG; of a detection a CSV of boxes',
    ),
  target: z
    .string()
    .optional()
    .describe(
      'attack towards this class or grade (index or name), or this value, instead of away from the label; where labels may overlap e.g. "Edema=raise,Mass=lower,Nodule=leave"; of a segmentation where classes overlap `none`; of boxes vanish, false-positives or class:NAME',
    ),
  targetMasks: z
    .string()
    .min(1)
    .optional()
    .describe('of a segmentation: towards these masks, given as --labels are'),
  criterion: z
    .string()
    .optional()
    .describe(
      'of a segmentation: dice<N or iou<N; dice>=N or iou>=N towards something wanted; of grades: change>=N; of values: change>N, or within N of --target; of false positives: boxes>=N',
    ),
  loss: z
    .string()
    .optional()
    .describe(
      'of a segmentation: cross-entropy, dice, or both with weights: cross-entropy=0.5,dice=0.5; of values: mse or huber',
    ),
  region: z
    .string()
    .min(1)
    .optional()
    .describe('.npy mask [rows, columns]: only where it is not 0 may pixels change'),
  seed: z.int().describe('seed of everything random'),
  earlyStop: z.boolean().describe('leave an image alone once its attack succeeds'),
  forceIntensity: z
    .boolean()
    .describe(
      'apply the model card to images that it does not suit: of another modality, not in HU, or mostly beyond its range',
    ),
  forceReferences: z
    .boolean()
    .optional()
    .describe('run the model even where it departs from the references that its card names'),
  straightThrough: z
    .boolean()
    .optional()
    .describe('of a quantised model: gradients go straight through its rounding, as if it were not there'),
  eot: z
    .int()
    .min(1)
    .optional()
    .describe(
      `of a model whose card has a random defence: draws whose gradients are averaged (default: ${usualDraws})`,
    ),
  oblivious: z
    .boolean()
    .optional()
    .describe('of a model whose card has a defence: gradients do not see it, predictions do'),
  batch: z.int().min(1).describe('images attacked together, at most'),
  slices: z
    .int()
    .min(1)
    .optional()
    .describe('of a model of neighbouring slices: slices attacked at once (default: 16 million pixels)'),
  exports: z.array(z.enum(exportKinds)).readonly().describe('what is left as DICOM'),
  pictures: z
    .array(z.enum(pictureFormats))
    .min(1)
    .readonly()
    .optional()
    .describe('adversarial images beside DICOM, in these formats'),
})

const { method, settings, seed, earlyStop, forceIntensity, batch, exports } = attackSpec.shape

/** The same as it is asked for: what is left out is at its preset. */
export const askedAttack = attackSpec.extend({
  method: method.default(attackPresets.method),
  settings: settings.default({}),
  seed: seed.default(attackPresets.seed),
  earlyStop: earlyStop.default(attackPresets.earlyStop),
  forceIntensity: forceIntensity.default(attackPresets.forceIntensity),
  batch: batch.default(attackPresets.batch),
  exports: exports.default(attackPresets.exports),
})

/**
 * What an attack on arrays takes of it. The others are not there, since a tensor has no card: without a task
 * there are no masks, criteria or losses to choose from, without an intensity range nothing to force, without
 * a series no neighbouring slices, and nothing is exported as DICOM. Bounds are those of [0, 1].
 */
export const askedTensor = askedAttack
  .pick({
    method: true,
    settings: true,
    labels: true,
    target: true,
    seed: true,
    earlyStop: true,
    batch: true,
    straightThrough: true,
  })
  .required({ labels: true })

export type GivenSettings = z.output<typeof givenSettings>
export type AttackSpec = Readonly<z.output<typeof attackSpec>>
/** What an attack is after; what each field means for a task its rules say. */
export type GoalSpec = Pick<AttackSpec, 'target' | 'targetMasks' | 'criterion' | 'loss'>
export type TensorSpec = Readonly<z.output<typeof askedTensor>>

/**
 * What was asked for, checked, with presets for what was left out. @throws RadversaryError usage that names
 * the field; fields that there are not are all named.
 */
export function parseSpec<T extends z.ZodObject>(what: string, schema: T, asked: unknown): z.output<T> {
  const parsed = schema.safeParse(asked)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue?.code === 'unrecognized_keys')
    throw new RadversaryError('usage', `${what}: expected its own fields, got ${issue.keys.join(', ')}`, {
      tip: `Its fields are ${Object.keys(schema.shape).join(', ')}.`,
    })
  const field = issue?.path.join('.') ?? ''
  throw new RadversaryError('usage', `${what}: ${field}: ${issue?.message ?? ''}`)
}

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
    /** Only of quantised models, whose gradients went straight through the rounding. */
    straightThrough: z.literal(true).optional(),
    /** Only of models whose card has a defence. */
    defence: defenceReport.optional(),
  })

export type TakenSettings = Readonly<z.output<typeof takenSettings>>
