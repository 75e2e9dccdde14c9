import { RadversaryError } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { Mask } from '../../core/image/mask.ts'
import { shownClasses } from '../../core/tasks/segmentation/masks.ts'
import { boxesLabel, type FramedBox } from './box-labels.ts'
import { frameLabel, type FrameLabel, type Label } from './labels.ts'
import type { StudyFrame } from '../study/load-image.ts'
import type { StudyImage } from '../study/open-study.ts'
import type { MaskedFrame, MaskSource } from './mask-source.ts'

/** What a user says of a study's images. */
export interface GivenTruth {
  readonly opened: { readonly card: ModelCard }
  readonly isLabelled: boolean
  readonly labelOf: (image: StudyImage) => Label | undefined
  readonly masks: MaskSource | undefined
  readonly boxesOf: ((image: StudyImage) => readonly FramedBox[]) | undefined
}

/**
 * Labels of an image's frames, in order; undefined each where nothing was given. @throws RadversaryError
 * labels-invalid for an image without.
 */
export function frameLabels(
  given: GivenTruth,
  frames: readonly StudyFrame[],
): Promise<(FrameLabel | undefined)[]> {
  return Promise.all(frames.map((frame) => frameLabelOf(given, frame)))
}

async function frameLabelOf(
  { opened: { card }, isLabelled, labelOf, masks, boxesOf }: GivenTruth,
  frame: StudyFrame,
): Promise<FrameLabel | undefined> {
  if (masks !== undefined && card.task === 'segmentation') {
    const mask = await maskOfFrame(masks, frame)
    return { classes: shownClasses(card.output, mask), mask }
  }
  if (boxesOf !== undefined) return boxesLabel(boxesOf(frame.image), frame.index)
  const label = frameLabel(labelOf(frame.image), card)
  if (!isLabelled || label !== undefined) return label
  throw new RadversaryError(
    'labels-invalid',
    'labels: expected a label for every image, got none for this one',
    {
      tip: 'Add a line for it to the labels file.',
    },
  )
}

/** Masks that a targeted attack wants of frames; none where no file says them. @throws as `maskOfFrame`. */
export async function wantedOf(
  { wanted }: { readonly wanted: MaskSource | undefined },
  frames: readonly StudyFrame[],
): Promise<Mask[]> {
  return wanted === undefined ? [] : Promise.all(frames.map((frame) => maskOfFrame(wanted, frame)))
}

/** @throws RadversaryError labels-invalid where the source has none, or one that doesn't fit. */
async function maskOfFrame(source: MaskSource, frame: StudyFrame): Promise<Mask> {
  const mask = await source.find(maskedFrame(frame))
  if (mask !== undefined) return mask
  throw new RadversaryError(
    'labels-invalid',
    'Masks: expected a mask for every image, got none for this one',
    {
      tip: 'Name its PNG as the image (01.png for 01.dcm), or give a DICOM SEG that refers to its SOP Instance UID.',
    },
  )
}

/** How a frame's mask is looked for. */
export function maskedFrame({ image, index, pixels }: StudyFrame): MaskedFrame {
  const { rows, columns } = pixels.frame
  const { name, sopInstanceUid, header } = image
  return { name, sopInstanceUid, index, frames: header.numberOfFrames, rows, columns }
}
