import { z } from 'zod'
import type { ErrorCode } from '../../core/errors.ts'
import { headlineOf } from '../../core/evaluate/headline.ts'
import type { AttackSummary } from '../../core/evaluate/summary.ts'
import type { AttackWarning } from '../../core/evaluate/warnings.ts'
import { referenceReport } from '../../core/model/references.ts'
import { attackSpec, recordedAttack } from '../../core/spec/attack-spec.ts'
import type { Proportion } from '../../core/evaluate/statistics.ts'
import { combinations, pictureFormats } from '../../core/spec/presets.ts'
import type { TaskAgreement } from '../../core/tasks/verification.ts'
import { recordedIdentity } from '../deidentify/deidentification-record.ts'
import { imageResult } from './image-result.ts'
import { hidingReport, sharedReport } from './learned.ts'

export const attackRecordSchema = 'radversary/attack-record/2'
/** Its summary counts what was wrong before as a success; it has no warnings. */
const firstSchema = 'radversary/attack-record/1'

const frame = imageResult.shape.frames.element.omit({ trace: true, masks: true })

const recordedImage = imageResult
  .omit({ schema: true, frames: true, notices: true })
  .extend({ /** The file with the iterations and masks. */ result: z.string(), frames: z.array(frame) })

/** A file beside the DICOM series that holds frames of it, in their order. */
const recordedPicture = z.strictObject({
  path: z.string(),
  format: z.enum(pictureFormats),
  sha256: z.string(),
  /** Files of the adversarial series, and the frame of each, from 1. */
  slices: z.array(z.strictObject({ path: z.string(), frame: z.int().positive() })).min(1),
})

const failure = z.strictObject({
  file: z.string(),
  code: z.custom<ErrorCode>((value) => typeof value === 'string'),
  message: z.string(),
  tip: z.string().nullable(),
})

/** Written by us and kept as it is: every part is an object. */
function ours<T extends object>() {
  return z.custom<T>((value) => typeof value === 'object' && value !== null)
}

const ensembleMember = z.strictObject({
  file: z.string(),
  sha256: z.string(),
  card: z.record(z.string(), z.unknown()),
})

/** A held-out model, and what it says of what was made. */
const judgedBy = z.strictObject({
  name: z.string(),
  sha256: z.string(),
  card: z.record(z.string(), z.unknown()),
  device: z.string(),
  /** Images that its card does not suit, which are left out. */
  unsuited: z.int().nonnegative(),
  slices: z.int().nonnegative(),
  metBefore: z.int().nonnegative(),
  fooled: ours<Proportion>(),
})

const currentRecord = z.strictObject({
  schema: z.literal(attackRecordSchema),
  notice: z.string(),
  exportId: z.string(),
  software: z.strictObject({ name: z.literal('Radversary'), version: z.string() }),
  model: z.strictObject({
    file: z.string(),
    sha256: z.string(),
    /** As it was applied, what was read off the model included. */
    card: z.record(z.string(), z.unknown()),
    proposed: z.array(z.string()),
    /** What came of the card's references, before the run. */
    references: referenceReport.optional(),
    /** Models that were attacked together with it, as one, and what of all was averaged. */
    ensemble: z
      .strictObject({ combination: z.enum(combinations), others: z.array(ensembleMember).min(1) })
      .optional(),
  }),
  attack: recordedAttack.extend({
    title: z.string(),
    source: z.record(z.string(), z.string()).nullable(),
    equation: z.string(),
    /** Members of an ensemble, in the order in which they run. */
    members: z.array(z.string()).optional(),
  }),
  /** What became of identities; absent of runs in the workspace, which have them as the source does. */
  identity: recordedIdentity.optional(),
  device: z.strictObject({ name: z.string(), threads: z.int(), batch: attackSpec.shape.batch }),
  labels: z.enum(['file', 'prediction']),
  /** Perturbations that images share. */
  universal: z.array(sharedReport).optional(),
  /** What was fitted to clean images, to hide in. */
  hiding: hidingReport.optional(),
  images: z.array(recordedImage),
  /** Adversarial images in other formats, only where they were asked for. */
  pictures: z.array(recordedPicture).optional(),
  /** Held-out models, only where they were asked for. */
  judges: z.array(judgedBy).optional(),
  failures: z.array(failure),
  notices: imageResult.shape.notices,
  /** Over the slices of labels from a file: AUC per label, or kappa and mean absolute error of grades. */
  agreement: ours<TaskChange>().optional(),
  summary: ours<AttackSummary>(),
  /** Signs that the summary says something else than it seems to. */
  warnings: z.array(ours<AttackWarning>()),
})

const firstRecord = currentRecord
  .omit({ warnings: true })
  .extend({ schema: z.literal(firstSchema) })
  .transform(({ summary, ...record }): AttackRecord => {
    const frames = record.images.flatMap(({ frames }) => frames)
    return {
      ...record,
      schema: attackRecordSchema,
      summary: { ...summary, ...headlineOf(frames) },
      warnings: [],
    }
  })

/**
 * What a run's record.json holds, older ones as the present version; docs/record.md explains every field. No
 * times: the same run gives the same bytes.
 */
export const attackRecord = z.union([currentRecord, firstRecord])

/** The text of record.json. */
export function recordText(record: AttackRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`
}

export interface TaskChange {
  readonly before: TaskAgreement
  /** Agreement on the pixels read back. */
  readonly after: TaskAgreement
}

export type JudgedBy = z.output<typeof judgedBy>
export type AttackRecord = z.output<typeof currentRecord>
export type RecordedImage = z.output<typeof recordedImage>
export type RecordedPicture = z.output<typeof recordedPicture>
export type RecordedFrame = z.output<typeof frame>

export const researchNotice =
  'Adversarial examples for research into the robustness of models. Not for clinical use.'
