import { z } from 'zod'
import { internalError, RadversaryError, reasonOf } from '../errors.ts'
import { interpolations } from '../tensor/interpolation.ts'
import { roundings } from '../tensor/resample-8-bit.ts'
import { outputs, type OutputOf, type Task } from '../tasks/outputs.ts'
import { cardInvalid, cardIssues, issueInWords, type CardIssue } from './card-issues.ts'
import { intensityOfCard } from './card-intensity.ts'
import { channelIssues, channelsOfInput } from './channel-list.ts'
import { seriesCount } from './context.ts'
import { defenceOfCard } from './defence.ts'
import { answerIssues, defenceIssues } from './defence-fields.ts'
import { furtherInputs } from './further-inputs.ts'
import { references, referenceTolerance } from './references.ts'
import { normalisationIssues, normalisationOfCard } from './normalisation.ts'
import { graphChannels, slicesOfInput } from './slices.ts'
import { volumeIssues, volumeOfInput } from './volume.ts'

/** The one version of the model card's schema so far. */
export const cardSchemaVersion = 'radversary/model-card/1'

const name = z.string().min(1)
const pixels = z.int().min(1)
const relative = z.number().min(0).max(1)

const fit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('stretch') }),
  z.strictObject({ kind: z.literal('letterbox'), padValue: relative.default(0) }),
  z.strictObject({ kind: z.literal('centre-crop'), shorterSide: pixels.optional() }),
  z.strictObject({
    kind: z.literal('crop'),
    top: z.int().min(0),
    left: z.int().min(0),
    height: pixels,
    width: pixels,
  }),
])

const input = z.strictObject({
  name,
  layout: z.enum(['NCHW', 'NHWC']),
  size: z.tuple([pixels, pixels]),
  channels: channelsOfInput,
  slices: slicesOfInput.optional(),
  volume: volumeOfInput.optional(),
  valueRange: z.tuple([z.number(), z.number()]).default([0, 1]),
})

const provenance = z.strictObject({
  source: z.string().optional(),
  licence: z.string().optional(),
  training: z.string().optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits')
    .optional(),
})

/** A divisor: what it divides stays a finite float32 number. */
const deviation = z
  .number()
  .positive()
  .refine((std) => Number.isFinite(Math.fround(1 / std)), 'expected a number that can be divided by')

/** A Modality (0008,0060), or several; PS3.3 C.7.3.1.1.1. */
const code = z.string().regex(/^[A-Z][A-Z0-9_ ]{0,15}$/, 'expected a DICOM modality such as "CT"')
const modality = z
  .union([code, z.array(code).min(1)])
  .transform((given): readonly string[] => (typeof given === 'string' ? [given] : given))

/** What cards of every task say. */
const common = {
  schema: z.literal(cardSchemaVersion),
  file: name,
  name,
  input,
  inputs: furtherInputs.optional(),
  modality: modality.optional(),
  intensity: intensityOfCard,
  clip: z.boolean().optional().meta({ default: true }),
  defence: defenceOfCard.optional(),
  normalisation: normalisationOfCard.optional(),
  fit,
  interpolation: z.enum(interpolations),
  rounding: z.enum(roundings).optional(),
  mean: z.array(z.number()).min(1),
  std: z.array(deviation).min(1),
  references: references.optional(),
  referenceTolerance: referenceTolerance.optional(),
  provenance: provenance.default({}),
}

const imageCard = z.object(common).superRefine((value, context) => {
  for (const problem of imageInconsistencies(value)) context.addIssue({ code: 'custom', ...problem })
})

const taskNames = Object.keys(outputs).map((task) => `"${task}"`)

/** A card's schema, one member for each row of `outputs`. */
const card = z
  .discriminatedUnion('task', members(), { error: `expected one of ${taskNames.join(', ')}` })
  .superRefine((value, context) => {
    for (const problem of inconsistencies(value as ModelCard))
      context.addIssue({ code: 'custom', ...problem })
  })

function members() {
  const [first, ...rest] = Object.entries(outputs).map(([task, { schema }]) =>
    z.strictObject({ ...common, task: z.literal(task), output: schema }),
  )
  if (first === undefined) throw internalError('there is no task')
  return [first, ...rest] as const
}

let jsonSchema: z.core.JSONSchema.BaseSchema | undefined

/** The card's schema as JSON Schema, what a form is made of; written when it is first asked for. */
export function cardJsonSchema(): z.core.JSONSchema.BaseSchema {
  jsonSchema ??= z.toJSONSchema(card, { io: 'input', unrepresentable: 'any' })
  return jsonSchema
}

/**
 * What Radversary must know of a model that its file does not say; docs/model-card.md explains every field.
 */
export type ModelCard = CardOf<Task>
/** The card of one task's models. */
export type CardOf<T extends Task> = T extends Task
  ? Readonly<z.output<z.ZodObject<typeof common>> & { task: T; output: OutputOf<T> }>
  : never
export type Intensity = Readonly<ModelCard['intensity']>
export type Fit = Readonly<ModelCard['fit']>
export type ModelOutput = Readonly<ModelCard['output']>

/** What a model distinguishes: its classes or grades; of a regression the value's name alone. */
export function namesOf({ output }: Pick<ModelCard, 'output'>): readonly string[] {
  return 'classes' in output ? output.classes : [output.value]
}

/**
 * A card from parsed JSON. Throws `card-invalid` with one line per field at fault (unknown fields included),
 * naming `file`.
 */
export function parseCard(json: unknown, file?: string): ModelCard {
  const { card: parsed, issues } = checkCard(json)
  if (parsed !== undefined) return parsed
  throw cardInvalid(issues.map(issueInWords), file)
}

interface CheckedCard {
  readonly card: ModelCard | undefined
  readonly issues: readonly CardIssue[]
}

/** The same without an error: the card, or what is wrong with it. */
export function checkCard(json: unknown): CheckedCard {
  const parsed = card.safeParse(json)
  return parsed.success
    ? // The members are made of the table, so their types are known of it, and not of zod.
      { card: parsed.data as ModelCard, issues: [] }
    : { card: undefined, issues: cardIssues(parsed.error.issues) }
}

/** What a card says of images: all but its task and output. */
export type ImageCard = Readonly<z.output<typeof imageCard>>

/**
 * The part of a card that what a model sees depends on; undefined while that is not whole, or contradicts
 * itself.
 */
export function imageCardOf(json: unknown): ImageCard | undefined {
  return imageCard.safeParse(json).data
}

/** A card from the text of a file. Throws `card-invalid`, for text that is not JSON too. */
export function parseCardText(text: string, file?: string): ModelCard {
  return parseCard(parseJson(text, file), file)
}

/** JSON with the fault reported as one of the card. */
export function parseJson(text: string, file?: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RadversaryError('card-invalid', `Model card: expected JSON, got: ${reasonOf(cause)}`, {
      file,
      cause,
    })
  }
}

interface Inconsistency {
  readonly path: (string | number)[]
  readonly message: string
}

/** What no single field's type can say. */
function inconsistencies(card: ModelCard): Inconsistency[] {
  return [
    ...imageInconsistencies(card),
    ...outputInconsistencies(card),
    ...answerIssues(card, outputs[card.task].isDense),
  ]
}

/** What contradicts itself of how images come to the model. */
function imageInconsistencies(card: ImageCard): Inconsistency[] {
  return [
    ...volumeIssues(card),
    ...inputInconsistencies(card),
    ...referenceInconsistencies(card),
    ...numberInconsistencies(card),
    ...channelIssues(card),
    ...normalisationIssues(card),
    ...defenceIssues(card),
  ]
}

function inputInconsistencies({ input, inputs, fit }: ImageCard): Inconsistency[] {
  const found: Inconsistency[] = []
  if (input.slices !== undefined && input.channels !== 1)
    found.push({
      path: ['input', 'channels'],
      message: 'expected 1 beside input.slices: each slice is one channel',
    })
  if (
    fit.kind === 'centre-crop' &&
    fit.shorterSide !== undefined &&
    fit.shorterSide < Math.max(...input.size)
  )
    found.push({
      path: ['fit', 'shorterSide'],
      message: `expected at least ${Math.max(...input.size)}, the larger side of input.size`,
    })
  if (inputs !== undefined && Object.hasOwn(inputs, input.name))
    found.push({ path: ['inputs', input.name], message: 'expected inputs beside the image, got its own' })
  return found
}

function referenceInconsistencies({ input, references: given = [] }: ImageCard): Inconsistency[] {
  const series = seriesCount(input)
  if (series === 1) return []
  const isForEach = (files: readonly string[]) =>
    files.length === series && files.every((file) => /\.nii(\.gz)?$/i.test(file))
  return given.flatMap(({ image }, n) =>
    image === undefined || isForEach([image].flat())
      ? []
      : [
          {
            path: ['references', n, 'image'],
            message: `expected a NIfTI file for each of ${series} series, or an input and an output alone`,
          },
        ],
  )
}

function numberInconsistencies({ input, mean, std }: ImageCard): Inconsistency[] {
  const found: Inconsistency[] = []
  for (const [field, values] of Object.entries({ mean, std }))
    if (values.length !== 1 && values.length !== graphChannels(input))
      found.push({
        path: [field],
        message: `expected 1 number or one per channel (${graphChannels(input)}), got ${values.length}`,
      })
  if (input.valueRange[0] === input.valueRange[1])
    found.push({ path: ['input', 'valueRange'], message: 'expected two different numbers' })
  else if (overflows(input.valueRange, { mean, std }))
    found.push({
      path: ['std'],
      message: 'expected a model input that float32 holds, but (valueRange − mean) / std is not finite',
    })
  return found
}

function outputInconsistencies({ output }: ModelCard): Inconsistency[] {
  const found: Inconsistency[] = []
  const names = namesOf({ output })
  if (new Set(names).size !== names.length)
    found.push({ path: ['output', 'classes'], message: 'expected names that differ' })
  const background = 'background' in output ? output.background : undefined
  if (background !== undefined && !names.includes(background))
    found.push({
      path: ['output', 'background'],
      message: `expected one of output.classes, got "${background}"`,
    })
  return found
}

/** Whether an end of the range is no finite float32 number after mean and standard deviation. */
function overflows(
  ends: readonly number[],
  { mean, std }: { readonly mean: readonly number[]; readonly std: readonly number[] },
): boolean {
  return ends.some((end) =>
    mean.some((centre) => std.some((deviation) => !Number.isFinite(Math.fround((end - centre) / deviation)))),
  )
}
