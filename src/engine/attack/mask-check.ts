import { join } from 'node:path'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { parseInstance } from '../../core/dicom/instance.ts'
import { readSegmentation } from '../../core/dicom/segmentation.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { differingFraction, planeOf, type Mask } from '../../core/image/mask.ts'
import { fromRuns } from '../../core/image/mask-runs.ts'
import { classOfLabel } from '../labels/segment-label.ts'
import type { FrameReport, ImageResult } from '../export/image-result.ts'
import { maskReport } from './mask-report.ts'
import { mismatch } from './mismatch.ts'

/** Pixels between two classes may fall to the other one where sums are made in another order. */
const largestDifference = 1e-3

type RecordedMasks = Pick<FrameReport, 'segments' | 'masks'>

/**
 * That the recorded masks are those that the recorded measures are of, and that the adversarial one is
 * predicted again.
 * @throws RadversaryError verification-failed
 */
export function checkMasks(
  card: ModelCard,
  { segments, masks }: RecordedMasks,
  predicted: Mask | undefined,
  file: string,
): void {
  if (segments === undefined || masks === undefined || predicted === undefined) return
  const [label, before, after] = [masks.label, masks.before, masks.after].map(fromRuns)
  const again = maskReport(
    card,
    { label, before, after },
    segments.distanceUnit === 'mm' ? segments.spacing : undefined,
  )
  if (JSON.stringify(again.segments) !== JSON.stringify(segments))
    throw mismatch('Dice, IoU and HD95 of the recorded masks', 'others', file)
  const differing = after === undefined ? 1 : differingFraction(after, predicted)
  if (differing > largestDifference)
    throw mismatch(
      'the mask that was recorded',
      `one that differs in ${(100 * differing).toFixed(2)} % of its values`,
      file,
    )
}

/**
 * That exported segmentations are the recorded masks, segment by segment.
 * @throws RadversaryError verification-failed; io-failed, dicom-unreadable, dicom-unsupported where they
 * can't be read.
 */
export async function checkMaskFiles(
  { folder, exported }: { readonly folder: string; readonly exported: ImageResult['exported'] },
  frames: readonly RecordedMasks[],
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
  if (frames.length !== count) throw mismatch(`${count} frames of segments`, String(frames.length), path)
  for (const { label, frameNumber = 1, read } of frames) {
    const mask = masks[frameNumber - 1]
    const expected = mask && planeOf(mask, classOfLabel(label, classes))
    const got = await read()
    if (expected?.length !== got.length || expected.some((value, i) => value !== got[i]))
      throw mismatch('the masks that were recorded', `others for ${label}`, path)
  }
}
