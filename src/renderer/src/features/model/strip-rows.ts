import type { FrameReport, ImageResult } from '../../../../engine/export/image-result.ts'
import type { ImageInfo } from '../../../../engine/server/studies/study-info.ts'
import { texts } from '../../texts.ts'
import { answerText, type AnswerNames } from '../../state/card-answers.ts'
import { frameKey, type SlicePrediction } from '../../state/predictions.ts'

/** One line of the strip: a model's word on every slice. */
export interface StripRow {
  readonly name: string
  /** By slice; undefined where there is none yet. */
  readonly predictions: readonly (SlicePrediction | undefined)[]
}

/**
 * Lines of the strip: what a model says of the originals, by its own run over the study or by an attack's,
 * and of the adversarial slices.
 */
export function stripRows(
  images: readonly ImageInfo[],
  predicted: ReadonlyMap<string, SlicePrediction> | undefined,
  attacked: ReadonlyMap<number, ImageResult> | undefined,
  names: AnswerNames,
): StripRow[] {
  const results = new Map([...(attacked?.values() ?? [])].map((result) => [result.sopInstanceUid, result]))
  const frames = images.flatMap(({ sopInstanceUid, frames: count }) =>
    Array.from({ length: count }, (_, frame) => ({ sopInstanceUid, frame })),
  )
  const before = frames.map(({ sopInstanceUid, frame }) => {
    const report = results.get(sopInstanceUid)?.frames[frame]
    return report === undefined
      ? predicted?.get(frameKey(sopInstanceUid, frame + 1))
      : sliceOf(report.before, names)
  })
  const after = frames.map(({ sopInstanceUid, frame }) => {
    const report = results.get(sopInstanceUid)?.frames[frame]
    return report && sliceOf(report.reread, names)
  })
  const rows: StripRow[] = [
    { name: texts.model.before, predictions: before },
    { name: texts.model.after, predictions: after },
  ]
  return rows.filter(({ predictions }) => predictions.some((prediction) => prediction !== undefined))
}

function sliceOf(said: FrameReport['before'], names: AnswerNames): SlicePrediction {
  return {
    prediction: answerText(said, names),
    confidence: said.confidence,
    ...(said.value !== undefined && { value: said.value }),
  }
}

/**
 * The least and the greatest value of all lines, in the card's unit; undefined unless a regression said them.
 */
export function valueSpan(rows: readonly StripRow[]): readonly [least: number, most: number] | undefined {
  const values = rows.flatMap(({ predictions }) =>
    predictions.flatMap((prediction) => prediction?.value ?? []),
  )
  return values.length === 0 ? undefined : [Math.min(...values), Math.max(...values)]
}

/**
 * How strong a cell's colour is, 0 to 1: the confidence, or where the value lies between the least and the
 * greatest.
 */
export function cellStrength(
  { confidence, value }: SlicePrediction,
  span: readonly [number, number] | undefined,
): number {
  if (value === undefined || span === undefined) return confidence ?? 0
  const [least, most] = span
  return most > least ? (value - least) / (most - least) : 1
}
