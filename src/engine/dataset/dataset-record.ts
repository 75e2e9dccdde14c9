import { z } from 'zod'
import { recordedIdentity } from '../deidentify/deidentification-record.ts'

export const datasetName = 'dataset.json'
export const datasetFormats = ['npy', 'png', 'nifti', 'dicom'] as const
export type DatasetFormat = (typeof datasetFormats)[number]

const run = z.strictObject({
  number: z.int().positive(),
  exportId: z.string(),
  model: z.strictObject({ name: z.string(), sha256: z.string() }),
  method: z.string(),
  settings: z.record(z.string(), z.unknown()),
  target: z.string().nullable(),
  seed: z.int(),
  /** Whether labels came from a file, or are the model's own predictions of the clean images. */
  labels: z.enum(['file', 'prediction']),
})

const split = z.strictObject({
  name: z.string(),
  /** As it was asked for. */
  share: z.number(),
  patients: z.int().nonnegative(),
  clean: z.int().nonnegative(),
  adversarial: z.int().nonnegative(),
})

/** What dataset.json holds; docs/dataset.md explains every field. */
export const datasetRecord = z.strictObject({
  schema: z.literal('radversary/dataset/1'),
  notice: z.string(),
  exportId: z.string(),
  software: z.strictObject({ name: z.literal('Radversary'), version: z.string() }),
  task: z.string(),
  names: z.array(z.string()),
  /** Whether an image can have several labels, or none. */
  overlapping: z.boolean(),
  format: z.enum(datasetFormats),
  seed: z.int(),
  onlyFooled: z.boolean(),
  identity: recordedIdentity,
  runs: z.array(run).min(1),
  splits: z.array(split).min(1),
})

export type DatasetRecord = Readonly<z.output<typeof datasetRecord>>
