import { fourDigits } from '../../core/number-texts.ts'
import type { ExportWriter } from '../../adapters/fs/export-folder.ts'
import { internalError } from '../../core/errors.ts'
import { contextOf } from '../../core/model/context.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'
import { distinctNotices, type LoadedImage } from '../study/load-image.ts'
import type { AttackRun } from '../attack/attack-run.ts'
import {
  exportImage,
  type DerivedFile,
  type ExportLabels,
  exportMasks,
  type MasksToExport,
} from './export-image.ts'
import { folderOf, isOfMasks, type ExportKind } from './export-kinds.ts'
import { resultFor } from './nameless.ts'
import type { FrameResult } from '../session/frame-attack.ts'
import { imageResultSchema, type FrameReport, type ImageResult } from '../export/image-result.ts'

/** Where a run's files go, and what is written into them. */
export interface ExportContext {
  readonly run: AttackRun
  readonly folder: ExportWriter
  readonly labels: ExportLabels
}

type ExportedFiles = readonly (readonly [ExportKind, DerivedFile])[]

/** Writes what was asked for of an image's pixels. */
export async function exportPixels(
  number: number,
  image: LoadedImage,
  results: readonly FrameResult[],
  { run, folder, labels }: ExportContext,
): Promise<ExportedFiles> {
  const pixels = run.exports.flatMap((kind) =>
    isOfMasks(kind) ? [] : [[kind, exportImage(kind, image, results, labels)] as const],
  )
  for (const [kind, { bytes }] of pixels) await folder.write(exportedPath(kind, number), bytes)
  return pixels
}

/** An image whose pixels are exported and whose frames are judged. */
export interface JudgedImage {
  readonly number: number
  readonly image: LoadedImage
  readonly results: readonly FrameResult[]
  readonly pixels: ExportedFiles
  readonly frames: readonly FrameReport[]
}

/** Writes an image's masks, and then its result. */
export async function recordImage(
  { number, image, results, pixels, frames }: JudgedImage,
  context: ExportContext,
): Promise<ImageResult> {
  const { folder } = context
  const masks = maskFiles(
    { image, frames, adversarial: pixels.find(([kind]) => kind === 'series')?.[1].bytes },
    context,
  )
  for (const [kind, { bytes }] of masks) await folder.write(exportedPath(kind, number), bytes)
  const result = resultFor(context.run.identity, number, {
    schema: imageResultSchema,
    file: image.image.name,
    sopInstanceUid: image.image.sopInstanceUid,
    ...(contextOf(context.run.opened.card) === 0 ? {} : { stack: image.image.stack }),
    exported: exportedFiles([...pixels, ...masks], number),
    frames: [...frames],
    notices: distinctNotices([...image.notices, ...results.flatMap(({ notices }) => notices)]),
  })
  await folder.write(resultPath(number), new TextEncoder().encode(`${JSON.stringify(result)}\n`))
  return result
}

/** Mask files of a segmentation: what the model predicts before, and on what was read back. */
function maskFiles(
  {
    image,
    frames,
    adversarial,
  }: Pick<MasksToExport, 'image' | 'frames'> & { readonly adversarial: Uint8Array | undefined },
  { run: { exports, opened }, labels }: ExportContext,
): (readonly [ExportKind, DerivedFile])[] {
  const { card } = opened
  const { labels: ofTask } = rulesOf(card.task)
  if (ofTask.kind !== 'masks' || adversarial === undefined) return []
  const model = { name: card.name, output: ofTask.headOf(card) }
  return exports
    .filter(isOfMasks)
    .map((kind) => [kind, exportMasks({ kind, image, adversarial, frames }, model, labels)] as const)
}

/** What an image's result says of its files. */
export function exportedFiles(files: ExportedFiles, number: number): ImageResult['exported'] {
  const named = new Map(
    files.map(([kind, { sopInstanceUid }]) => [kind, { path: exportedPath(kind, number), sopInstanceUid }]),
  )
  const series = named.get('series')
  if (series === undefined) throw internalError('an export has no adversarial series')
  return { series, ...Object.fromEntries(named) }
}

/** e.g. adversarial/0001.dcm. @param number from 1 */
export function exportedPath(kind: ExportKind, number: number): string {
  return `${folderOf[kind]}/${padded(number)}.dcm`
}

export function resultPath(number: number): string {
  return `images/${padded(number)}.json`
}

function padded(number: number): string {
  return fourDigits(number)
}
