import type { AttackMethod } from '../../core/attacks/attack.ts'
import {
  clippedToWindow,
  imageDistance,
  toPlanes,
  type ImageDistance,
} from '../../core/evaluate/image-distance.ts'
import { relativeInUnits } from '../../core/image/budget.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { classesOfAnswer, recordedPrediction, type Prediction } from '../../core/tasks/answers.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'
import type { FrameResult } from '../session/frame-attack.ts'
import type { FrameReport } from '../export/image-result.ts'

/** What was read back from the exported file. */
export interface Reread {
  readonly prediction: Prediction
  /** The criterion's verdict on it. */
  readonly success: boolean
}

/** One frame's part of an image's result. */
export function frameReport(
  result: FrameResult,
  { method: { ball }, card }: { readonly method: AttackMethod; readonly card: ModelCard },
  { prediction, success }: Reread,
): FrameReport {
  const { frame, label, before, after, outcome, trace } = result
  const { pixelSpacing } = frame.image.header
  const epsilon =
    ball.norm === 'none' || !Number.isFinite(ball.epsilon)
      ? {}
      : { epsilon: defined(relativeInUnits(ball.epsilon, frame.scale)) }
  return {
    frame: frame.index + 1,
    ...(result.volume === undefined ? {} : { volume: result.volume }),
    label: [...classesOfAnswer(label)],
    ...(label.kind === 'value' && { labelValue: label.value }),
    range: frame.float.range,
    ...epsilon,
    before: recordedPrediction(before),
    after: recordedPrediction(after),
    reread: recordedPrediction(prediction),
    success: success && isJudgedToo(outcome),
    metBefore: outcome.metBefore,
    iterations: outcome.iterations,
    restart: outcome.restart,
    ...(outcome.member === undefined ? {} : { member: outcome.member }),
    ...(outcome.distance === undefined
      ? {}
      : { smallest: defined(relativeInUnits(outcome.distance, frame.scale)) }),
    ...(outcome.margin === undefined ? {} : { margin: outcome.margin }),
    ...(outcome.budgetUsed === undefined ? {} : { budgetUsed: outcome.budgetUsed }),
    ...(outcome.gradients && { gradients: outcome.gradients }),
    ...(result.features === undefined ? {} : { features: result.features }),
    ...rulesOf(card.task).report(card, { label, before, after: prediction, pixelSpacing }),
    ...distances(result),
    trace: trace.map((point) => ({
      ...point,
      probabilities: [...point.probabilities],
      smoothedTarget: point.smoothedTarget === null ? null : [...point.smoothedTarget],
    })),
  }
}

/**
 * A smallest change that is beyond the boundary by less than its margin is no success, whatever is read back.
 */
function isJudgedToo({ success, distance, margin }: FrameResult['outcome']): boolean {
  return success || (distance === undefined && margin === undefined)
}

/** In the window and in stored values. */
function distances({ frame, adversarial }: FrameResult): { window: ImageDistance; stored: ImageDistance } {
  const { rows, columns, samplesPerPixel: channels, bitsStored, values } = frame.pixels.frame
  const extents = { channels, rows, columns }
  const [a, b] = [frame.float.relative, frame.float.toRelative(adversarial)].map(({ data }) =>
    clippedToWindow(data),
  )
  return {
    window: imageDistance({ source: a ?? [], adversarial: b ?? [], ...extents, dataRange: 1 }),
    stored: imageDistance({
      source: toPlanes(values, channels),
      adversarial: toPlanes(adversarial, channels),
      ...extents,
      dataRange: 2 ** bitsStored - 1,
    }),
  }
}

function defined<T extends { readonly hu: number | undefined }>({ hu, ...rest }: T) {
  return hu === undefined ? rest : { ...rest, hu }
}
