import { join } from 'node:path'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { parseInstance } from '../../core/dicom/instance.ts'
import { readSegmentation } from '../../core/dicom/segmentation.ts'
import { planeOf, type Mask } from '../../core/image/mask.ts'
import { fromRuns } from '../../core/image/mask-runs.ts'
import type { FrameParts } from '../../core/tasks/report-fields.ts'
import { verificationError } from '../../core/tasks/verification.ts'
import { classOfLabel } from '../labels/segment-label.ts'
import type { ImageResult } from './image-result.ts'

/**
 * That exported segmentations are the recorded masks, segment by segment.
 * @throws RadversaryError verification-failed; io-failed, dicom-unreadable, dicom-unsupported where they
 * can't be read.
 */
export async function checkMaskFiles(
  { folder, exported }: { readonly folder: string; readonly exported: ImageResult['exported'] },
  frames: readonly FrameParts[],
  classes: readonly string[],
): Promise<void> {
  for (const [kind, when] of [
    ['masksBefore', 'before'],
    ['masksAfter', 'after'],
  ] as const) {
    const path = exported[kind]?.path
    if (path === undefined) continue
    const masks = frames.flatMap((frame) => (frame.masks === undefined ? [] : [fromRuns(frame.masks[when])]))
    await checkMaskFile(join(folder, path), masks, classes)
  }
}

async function checkMaskFile(
  path: string,
  masks: readonly Mask[],
  classes: readonly string[],
): Promise<void> {
  const { frames, labels } = readSegmentation(parseInstance(await readBytes({ path }), { file: path }))
  // Every segment has a frame on every frame of the image, also where it shows nothing.
  const count = labels.length * masks.length
  if (frames.length !== count)
    throw verificationError(`${count} frames of segments`, String(frames.length), path)
  for (const { label, frameNumber = 1, read } of frames) {
    const mask = masks[frameNumber - 1]
    const expected = mask && planeOf(mask, classOfLabel(label, classes))
    const got = await read()
    if (expected?.length !== got.length || expected.some((value, i) => value !== got[i]))
      throw verificationError('the masks that were recorded', `others for ${label}`, path)
  }
}
