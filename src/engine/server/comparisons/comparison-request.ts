import { z } from 'zod'

const schema = 'radversary/comparison-request/1'
const setting = z.union([z.string(), z.number(), z.boolean()])
const budgets = z.array(z.string().min(1))

/** What is compared, as a page asks for it. */
export const comparedThings = z.strictObject({
  /** Names of models. */
  models: z.array(z.string().min(1)).min(1),
  methods: z
    .array(z.strictObject({ name: z.string(), settings: z.record(z.string(), setting).default({}) }))
    .min(1),
  /** Texts with a unit, e.g. 8/255, by the norm that they bound. */
  budgets: z.strictObject({ Linf: budgets, L2: budgets }),
  transfer: z.boolean().default(false),
  /** A labels file; null for each model's own predictions. */
  labels: z.string().min(1).nullable().default(null),
  seed: z.int().default(0),
  /** Whether cards are applied to images that they do not suit. */
  forceIntensity: z.boolean().default(false),
  batch: z.int().min(1).max(256).default(8),
})

/**
 * Everything that a comparison needs to go on, as request.json in its folder; docs/workspace.md explains
 * every field.
 */
export const comparisonRequest = comparedThings.extend({
  schema: z.literal(schema).default(schema),
  name: z.string().min(1).max(200),
  /** ISO 8601. */
  created: z.iso.datetime(),
  /** The study's files and folders. */
  paths: z.array(z.string()).min(1),
  /** SOP Instance UIDs; null for all. */
  images: z.array(z.string()).min(1).nullable(),
  device: z.strictObject({ name: z.string(), threads: z.int().min(1) }),
})

export type ComparedThings = Readonly<z.output<typeof comparedThings>>
export type ComparisonRequest = Readonly<z.output<typeof comparisonRequest>>
