import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { ioError } from '../../adapters/fs/io-error.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { AttackSpec } from '../../core/spec/attack-spec.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'
import type { MaskSource } from './mask-source.ts'
import { pngMasks } from './png-masks.ts'
import { segMasks } from './seg-masks.ts'
import type { SegmentationOutput } from '../../core/tasks/segmentation/output.ts'

/**
 * Masks as a user names them: a folder of PNG, a CSV that lists PNG, a DICOM SEG or a folder of them.
 * @throws RadversaryError io-failed, labels-invalid, dicom-unreadable, dicom-unsupported.
 */
export async function openMasks(path: string, head: SegmentationOutput): Promise<MaskSource> {
  const found = await stat(path).catch((cause: unknown) => {
    throw ioError('Read', path, cause)
  })
  if (!found.isDirectory())
    return extname(path).toLowerCase() === '.csv' ? pngMasks(path, head) : segMasks([path], head)
  const files = (await readdir(path, { recursive: true })).sort()
  const [pngs, segmentations] = [['.png'], ['.dcm', '']].map((ends) =>
    files.filter((name) => ends.includes(extname(name).toLowerCase())),
  )
  if (pngs !== undefined && pngs.length > 0) return pngMasks(path, head)
  const seg = await onlyFiles((segmentations ?? []).map((name) => join(path, name)))
  if (seg.length > 0) return segMasks(seg, head)
  throw new RadversaryError('labels-invalid', 'Masks: expected PNG or DICOM SEG in the folder, got neither', {
    file: path,
    tip: 'Name PNG masks as their images (01.png for 01.dcm), or give DICOM SEG that refer to them.',
  })
}

/** Masks that a targeted attack wants; undefined where there are none, and for tasks without masks. */
export async function openWantedMasks(
  card: ModelCard,
  { targetMasks }: Pick<AttackSpec, 'targetMasks'>,
): Promise<MaskSource | undefined> {
  const { labels } = rulesOf(card.task)
  if (targetMasks === undefined || labels.kind !== 'masks') return undefined
  return openMasks(targetMasks, labels.headOf(card))
}

async function onlyFiles(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(async (path) => ((await stat(path)).isFile() ? [path] : [])))
  return found.flat()
}
