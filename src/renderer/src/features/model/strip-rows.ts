import type { FrameReport, ImageResult } from '../../../../engine/attack/image-result.ts'
import type { ImageInfo } from '../../../../engine/server/studies/study-info.ts'
import { texts } from '../../texts.ts'
import { classText } from '../results/result-rows.ts'
import { frameKey, type SlicePrediction } from './predictions.ts'

/** One line of the strip: a model's word on every slice. */
export interface StripRow {
  readonly name: string
  /** By slice; undefined where there is none yet. */
  readonly predictions: readonly (SlicePrediction | undefined)[]
}

/** Lines of the strip: what a model says of the originals, by its own run over the study or by an attack's, and of the adversarial slices. */
export function stripRows(
  images: readonly ImageInfo[],
  predicted: ReadonlyMap<string, SlicePrediction> | undefined,
  attacked: ReadonlyMap<number, ImageResult> | undefined,
  classes: readonly string[],
): StripRow[] {
  const results = new Map([...(attacked?.values() ?? [])].map((result) => [result.sopInstanceUid, result]))
  const frames = images.flatMap(({ sopInstanceUid, frames: count }) =>
    Array.from({ length: count }, (_, frame) => ({ sopInstanceUid, frame })),
  )
  const before = frames.map(({ sopInstanceUid, frame }) => {
    const report = results.get(sopInstanceUid)?.frames[frame]
    return report === undefined ? predicted?.get(frameKey(sopInstanceUid, frame + 1)) : sliceOf(report.before, classes)
  })
  const after = frames.map(({ sopInstanceUid, frame }) => {
    const report = results.get(sopInstanceUid)?.frames[frame]
    return report && sliceOf(report.reread, classes)
  })
  const rows: StripRow[] = [
    { name: texts.model.before, predictions: before },
    { name: texts.model.after, predictions: after },
  ]
  return rows.filter(({ predictions }) => predictions.some((prediction) => prediction !== undefined))
}

function sliceOf({ classes: indices, confidence }: FrameReport['before'], classes: readonly string[]): SlicePrediction {
  return { prediction: classText(indices, classes), confidence }
}
