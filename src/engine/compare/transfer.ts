import { entry } from '../../core/entry.ts'
import type { StoredValues } from '../../core/dicom/image.ts'
import { joinedBeside } from '../../core/model/beside.ts'
import { imagePredictions } from '../../core/tasks/tasks.ts'
import { concatenate, sampleOf, type Tensor } from '../../core/tensor/tensor.ts'
import { tasksOf } from '../session/load-tasks.ts'
import { labelsOfTasks } from '../session/frame-attack.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import { inModelBatches, sliceRuns } from '../study/image-groups.ts'
import { spaceOf, volumeOf } from '../study/stack-context.ts'
import type { ImageLoader, StudyFrame } from '../study/load-image.ts'
import type { CellSlice } from './cell-result.ts'
import type { ComparedModel } from './compare-run.ts'

/** A model that judges what was made on another one. */
export interface Judge {
  /** Index among the compared models. */
  readonly index: number
  readonly compared: ComparedModel
  readonly model: PixelModel
  /** In this model's own intensity. */
  readonly loader: ImageLoader
}

/** A frame as it was made on another model: stored values are what two models share. */
export interface AdversarialFrame {
  readonly frame: Pick<StudyFrame, 'image' | 'index' | 'pixels'>
  readonly adversarial: StoredValues
}

/**
 * What the judge makes of frames of one size; without a labels file, against its own predictions of the
 * sources.
 */
export async function transferredTo(
  { index, compared, model, loader }: Judge,
  made: readonly AdversarialFrame[],
): Promise<CellSlice['transferred']> {
  const frames = await Promise.all(
    made.map(({ frame }) => loader.frame(frame.image, frame.index, frame.pixels)),
  )
  const sources = frames.map((frame) => ({ ...frame, relative: frame.float.relative }))
  const clean = await logitsOf(model, sources)
  const { rows = 0, columns = 0 } = frames[0]?.pixels.frame ?? {}
  const predicted = imagePredictions(compared.opened.card, [rows, columns], clean)
  const labels = labelsOfTasks(await tasksOf(compared, frames), predicted)
  const { criterion } = compared.goal.maker.of(labels, { image: [rows, columns], logits: clean.shape })
  const changed = frames.map((frame, n) => ({
    ...frame,
    relative: frame.float.toRelative(entry(made, n).adversarial),
  }))
  const after = await logitsOf(model, changed)
  const isMet = (logits: Tensor, n: number) => criterion.isMet(sampleOf(logits, n).data, n)
  const unsuited = await Promise.all(made.map(({ frame }) => mismatchOf(loader, frame)))
  const volumes = volumesAmong(frames, compared)
  return made.map((_, n) => ({
    model: index,
    ...volumes.get(n),
    success: isMet(after, n),
    metBefore: isMet(clean, n),
    ...(unsuited[n] !== undefined && { unsuited: unsuited[n] }),
  }))
}

/** The name of the stack that each frame answers with, by the frame's place. */
function volumesAmong(
  frames: readonly StudyFrame[],
  { opened }: ComparedModel,
): ReadonlyMap<number, ReturnType<typeof volumeOf>> {
  const named = sliceRuns(frames).flatMap((run) => {
    const slices = run.map((at) => entry(frames, at))
    return run.map((at) => [at, volumeOf(opened.card, slices)] as const)
  })
  return new Map(named)
}

/** What a judge's own attacks would refuse the image for. */
async function mismatchOf(
  loader: ImageLoader,
  { image, pixels }: AdversarialFrame['frame'],
): Promise<string | undefined> {
  const { modality } = image.header
  const [reason] = await loader.mismatches(image, { modality, frames: [pixels] })
  return reason?.message
}

interface JudgedFrame extends StudyFrame {
  /** [1, C, H, W] of what is judged. */
  readonly relative: Tensor
}

/** Logits of all frames; slices that depend on each other are judged among themselves. */
async function logitsOf(model: PixelModel, frames: readonly JudgedFrame[]): Promise<Tensor> {
  const together = (some: readonly JudgedFrame[]) => {
    const batch = concatenate(some.map(({ relative }) => relative))
    const stack = some.map(({ image }) => image)
    const space = spaceOf(model, stack, some)
    return model
      .forShape(batch.shape, { space })
      .predict(batch, joinedBeside(some.map(({ beside }) => beside)))
  }
  const oneByOne = async (slices: readonly JudgedFrame[]) => {
    const logits = await together(slices)
    return slices.map((_, n) => sampleOf(logits, n))
  }
  return concatenate(await inModelBatches(frames, model, oneByOne))
}
