import { z } from 'zod'
import { exportKinds } from '../../export/export-kinds.ts'

const schema = 'radversary/run-request/1'

/**
 * Everything that a run needs to be repeated, as request.json in its folder; docs/workspace.md explains every
 * field.
 */
export const runRequest = z.strictObject({
  schema: z.literal(schema).default(schema),
  /** The user's name for it. */
  name: z.string().min(1).max(200),
  /** ISO 8601. */
  created: z.iso.datetime(),
  /** The study's files and folders. */
  paths: z.array(z.string()).min(1),
  /** SOP Instance UIDs of the images to attack; null for all. */
  images: z.array(z.string()).min(1).nullable(),
  /** A model's name, or the path of its file. */
  model: z.string().min(1),
  labels: z.string().nullable(),
  method: z.string(),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  target: z.string().nullable(),
  criterion: z.string().nullable().default(null),
  loss: z.string().nullable().default(null),
  /** Whether region.npy beside this file says which pixels may change. */
  hasRegion: z.boolean(),
  seed: z.int(),
  earlyStop: z.boolean(),
  /** Whether the card is applied to images that it does not suit. */
  forceIntensity: z.boolean().default(false),
  batch: z.int().min(1),
  exports: z.array(z.enum(exportKinds)),
  /** By name, so that it goes on where it began. */
  device: z.strictObject({ name: z.string(), threads: z.int().min(1) }),
})

export type RunRequest = Readonly<z.output<typeof runRequest>>
