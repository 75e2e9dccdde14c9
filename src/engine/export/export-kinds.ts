import type { InstanceHeader } from '../../core/dicom/instance.ts'
import { RadversaryError } from '../../core/errors.ts'
import { outputs } from '../../core/tasks/outputs.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { allExports } from '../../core/spec/command-line.ts'
import { exportKinds, pictureFormats } from '../../core/spec/presets.ts'

export type ExportKind = (typeof exportKinds)[number]
export type PictureFormat = (typeof pictureFormats)[number]
/** Those that are made of an attack's pixels, and not of what the model says of them. */
export type PixelKind = Exclude<ExportKind, (typeof maskKinds)[number]>

/** The folder of each kind inside an export. */
export const folderOf = {
  series: 'adversarial',
  perturbation: 'perturbation',
  smoothed: 'smoothed',
  masksBefore: 'masks-before',
  masksAfter: 'masks-after',
} as const satisfies Record<ExportKind, string>

/** Series numbers of what is made of series n are n plus these. */
const seriesOffsets = {
  series: 9000,
  smoothed: 10000,
  perturbation: 11000,
  masksBefore: 12000,
  masksAfter: 13000,
} as const satisfies Record<ExportKind, number>

/** Largest value of an IS (PS3.5 table 6.2-1). */
const largestInteger = 2 ** 31 - 1

/**
 * Series Number of what is made of an image. One that is no integer, or too large to be counted on, is taken
 * as 0.
 */
export function exportedSeriesNumber(
  { seriesNumber = 0 }: Pick<InstanceHeader, 'seriesNumber'>,
  kind: ExportKind,
) {
  const offset = seriesOffsets[kind]
  const fits = Number.isInteger(seriesNumber) && Math.abs(seriesNumber) <= largestInteger - offset
  return fits ? seriesNumber + offset : offset
}

export const maskKinds = ['masksBefore', 'masksAfter'] as const

/** As users name them; both masks are one, and `all` is all that the model's task has. */
export const exportNames = [
  allExports,
  'series',
  'perturbation',
  'smoothed',
  'masks',
  ...pictureFormats,
] as const

/** What is left as DICOM, and the formats of what is left beside it; absent where there is none. */
export interface WantedExports {
  readonly exports: ExportKind[]
  readonly pictures?: PictureFormat[]
}

/**
 * Reads "series,masks,png" as kinds and formats, in their own order; the adversarial series is always among
 * them. @throws RadversaryError usage.
 */
export function parseExports(text: string): WantedExports {
  const given = namesIn(text)
  const unknown = [...given].filter((name) => !(exportNames as readonly string[]).includes(name))
  if (unknown.length > 0)
    throw new RadversaryError(
      'usage',
      `Export: expected some of ${exportNames.join(', ')}, got ${unknown.join(', ')}`,
    )
  const exports = exportKinds.filter(
    (kind) => kind === 'series' || given.has(allExports) || given.has(isOfMasks(kind) ? 'masks' : kind),
  )
  const pictures = pictureFormats.filter((format) => given.has(format))
  return pictures.length === 0 ? { exports } : { exports, pictures }
}

function namesIn(text: string): Set<string> {
  return new Set(text.split(',').map((part) => part.trim()))
}

/** Whether kinds that a task has not are to be refused: where they were named, one by one. */
export function areStrict(text: string | undefined): boolean {
  return text !== undefined && !namesIn(text).has(allExports)
}

/**
 * Masks are of segmentations. Of other tasks they are left out or, if `isStrict`, refused. @throws
 * RadversaryError usage.
 */
export function kindsFor(
  { task }: Pick<ModelCard, 'task'>,
  kinds: readonly ExportKind[],
  isStrict = false,
): ExportKind[] {
  const made = kinds.filter((kind) => outputs[task].isDense || !isOfMasks(kind))
  if (!isStrict || made.length === kinds.length) return made
  throw new RadversaryError(
    'usage',
    `Export: expected masks of a segmentation only, got a model for ${task}`,
    {
      tip: 'Leave masks out of --export.',
    },
  )
}

/** Whether a kind is what the model says, and not pixels. */
export function isOfMasks(kind: ExportKind): kind is (typeof maskKinds)[number] {
  return (maskKinds as readonly ExportKind[]).includes(kind)
}
