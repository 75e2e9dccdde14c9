import type { z } from 'zod'
import type { JsonObject } from '../card-place.ts'
import type { ModelFacts, SidecarFiles } from '../model-facts.ts'

/** What a file beside a model says of one field of its card. */
export interface SidecarField {
  /** A place in the card, e.g. 'fit' or 'output.classes'. */
  readonly field: string
  readonly value: unknown
  /** File and place, e.g. 'preprocessor_config.json: image_mean'. */
  readonly from: string
}

export interface SidecarReading {
  readonly fields: readonly SidecarField[]
  /** What was found, and can't be said in a card or has to be known: sentences that name the file. */
  readonly notes: readonly string[]
}

export const nothing: SidecarReading = { fields: [], notes: [] }

/** One family of files beside models. */
export interface SidecarReader {
  /** Names of the files that it reads. */
  readonly files: readonly string[]
  /** Undefined where the files are none of this family. Never throws: what it can't read it leaves out. */
  readonly read: (files: SidecarFiles, facts: ModelFacts) => SidecarReading | undefined
}

/** A field where the file says it, and nothing where it doesn't. */
export function said(field: string, value: unknown, from: string): SidecarField[] {
  return value === undefined ? [] : [{ field, value, from }]
}

/** Fields of images that were read as 8-bit pictures: the ends that became 0 and 1. */
export const bytesOfPictures: JsonObject = { kind: 'stored-range', lower: 0, upper: 255 }

/** A value that may be left out, or null, as Python's None is written. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined)
}
