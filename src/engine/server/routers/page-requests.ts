import { z } from 'zod'
import { askedAttack, attackSpec } from '../../../core/spec/attack-spec.ts'
import { askedComparison, askedEvaluation } from '../../../core/spec/comparison-spec.ts'
import { attackPresets, exportKinds } from '../../../core/spec/presets.ts'
import { drawnRegion } from '../region.ts'

/** How requests name things. Counts are from 0. */
export const studyId = z.string().regex(/^[0-9a-f]{16}$/, 'expected 16 hexadecimal digits')
export const paths = z.array(z.string().min(1)).min(1)
export const imageAddress = z.strictObject({ study: studyId, image: z.int().min(0) })
export const frameAddress = imageAddress.extend({ frame: z.int().min(0).default(0) })
export const modelName = z.string().min(1)

/** What a page says otherwise than a command line. */
const pageFields = {
  study: studyId,
  /** Places in the study; all by default. */
  images: z.array(z.int().min(0)).min(1).optional(),
  region: drawnRegion.optional(),
}

const batch = attackSpec.shape.batch.max(256)

/** An attack as a page asks for it. */
export const pageAttack = askedAttack.extend({
  ...pageFields,
  model: modelName,
  /** Fewer than the command line's: the first images come sooner, and less is lost when the engine dies. */
  batch: batch.default(4),
  /** All: what of it is wanted is chosen when the run is exported. */
  exports: attackSpec.shape.exports.default([...exportKinds]),
  name: z.string().min(1).max(200).optional(),
})

/** A comparison as a page asks for it. */
export const pageComparison = askedComparison.extend({
  ...pageFields,
  batch: batch.default(attackPresets.batch),
})

/** An evaluation as a page asks for it. */
export const pageEvaluation = askedEvaluation.extend({
  ...pageFields,
  batch: batch.default(attackPresets.batch),
})
