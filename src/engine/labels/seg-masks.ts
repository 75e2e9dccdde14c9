import { readBytes } from '../../adapters/fs/read-file.ts'
import { parseInstance } from '../../core/dicom/instance.ts'
import { readSegmentation, type Segmentation } from '../../core/dicom/segmentation.ts'
import { RadversaryError } from '../../core/errors.ts'
import { maskOfPlanes, type ClassPlane } from '../../core/tasks/segmentation/label-masks.ts'
import { hashOf } from './hash.ts'
import { classOfLabel } from './segment-label.ts'
import { checkGrid, type MaskedFrame, type MaskSource } from './mask-source.ts'
import type { SegmentationOutput } from '../../core/tasks/segmentation/output.ts'

/** Masks of binary DICOM SEG; a segment is a class by its label, letters of either case. */
export async function segMasks(files: readonly string[], head: SegmentationOutput): Promise<MaskSource> {
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
