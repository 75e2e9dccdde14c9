import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { ioError } from '../../adapters/fs/io-error.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { AttackSpec } from '../../core/spec/attack-spec.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'
import { type MaskSource, checkGrid, type MaskedFrame } from './mask-source.ts'
import { pngMasks } from './png-masks.ts'
import type { SegmentationOutput } from '../../core/tasks/segmentation/output.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { parseInstance } from '../../core/dicom/instance.ts'
import { readSegmentation, type Segmentation } from '../../core/dicom/segmentation.ts'
import { maskOfPlanes, type ClassPlane } from '../../core/tasks/segmentation/label-masks.ts'
import { hashOf } from './hash.ts'
import { classOfLabel } from './segment-label.ts'

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

/** Masks of binary DICOM SEG; a segment is a class by its label, letters of either case. */
async function segMasks(files: readonly string[], head: SegmentationOutput): Promise<MaskSource> {
  const bytes = await Promise.all(files.map((path) => readBytes({ path })))
  const segmentations = bytes.map((each, i) => readSegmentation(parseInstance(each, { file: files[i] })))
  for (const segmentation of segmentations) checkLabels(segmentation, head)
  return {
    sha256: hashOf(bytes),
    find: async (frame) => {
      const own = segmentations.filter(({ references }) => references.has(frame.sopInstanceUid))
      if (own.length === 0) return undefined
      const planes = await Promise.all(own.map((segmentation) => planesOf(segmentation, frame, head)))
      return maskOfPlanes(head, frame, planes.flat(), own[0]?.file)
    },
  }
}

function checkLabels({ labels, file }: Segmentation, head: SegmentationOutput): void {
  const unknown = labels.find((label) => classOf(label, head) < 0)
  if (unknown === undefined) return
  throw new RadversaryError(
    'labels-invalid',
    `Segmentation: expected segments that are classes, got "${unknown}"`,
    {
      file,
      tip: `Name segments (Segment Label) as the model's classes: ${head.classes.join(', ')}.`,
    },
  )
}

function classOf(label: string, { classes }: SegmentationOutput): number {
  return classOfLabel(label, classes)
}

function planesOf(
  segmentation: Segmentation,
  frame: MaskedFrame,
  head: SegmentationOutput,
): Promise<ClassPlane[]> {
  checkGrid(segmentation, frame, segmentation.file)
  const own = segmentation.frames.filter(
    ({ sopInstanceUid, frameNumber = 1 }) =>
      sopInstanceUid === frame.sopInstanceUid && frameNumber === frame.index + 1,
  )
  return Promise.all(
    own.map(async ({ label, read }) => ({ class: classOf(label, head), plane: await read() })),
  )
}
