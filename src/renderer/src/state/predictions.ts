import type { Notice } from '../../../core/errors.ts'
import type { Box } from '../../../core/image/boxes.ts'
import { create } from 'zustand'
import { engine, ownRequest } from '../api/client.ts'
import { notifyUser } from '../api/notify.ts'
import { askIntensity } from './intensity-question.ts'

/** What a model says of one frame. */
export interface SlicePrediction {
  readonly prediction: string
  /** Null of a regression. */
  readonly confidence: number | null
  /** Predicted value in the card's unit; regressions only. */
  readonly value?: number | undefined
  /** Pixels of each class; segmentations only. */
  readonly areas?: readonly number[] | undefined
  /** Boxes in the image's own pixels; detections only. `class` is an index. */
  readonly boxes?: readonly Box[] | undefined
}

/** A model's predictions of a study: made, or on their way. */
export interface StudyPredictions {
  readonly classes: readonly string[]
  /** By SOP Instance UID and frame, counted from 1. */
  readonly byFrame: ReadonlyMap<string, SlicePrediction>
  /** What a user should know of how images were taken. */
  readonly notices: readonly Notice[]
  /** How long one frame took; undefined before it is known. */
  readonly millisecondsPerFrame: number | undefined
  readonly progress:
    { readonly done: number; readonly total: number; readonly cancel: () => void } | undefined
}

/** By study and model. */
export const usePredictions = create<Readonly<Record<string, StudyPredictions | undefined>>>(() => ({}))

export function predictionsKey(study: string, model: string): string {
  return `${study} ${model}`
}

export function frameKey(sopInstanceUid: string, frame: number): string {
  return `${sopInstanceUid}/${frame}`
}

export function forgetPredictions(study: string): void {
  usePredictions.setState(
    (all) => Object.fromEntries(Object.entries(all).filter(([key]) => !key.startsWith(`${study} `))),
    true,
  )
}

/** Forgets the predictions of a model whose card has changed. */
export function forgetModelPredictions(model: string): void {
  usePredictions.setState(
    (all) => Object.fromEntries(Object.entries(all).filter(([key]) => !key.endsWith(` ${model}`))),
    true,
  )
}

/** Predicts every frame of a study, unless its user declines; the user is notified of what goes wrong. */
export async function predictStudy(study: string, model: string): Promise<void> {
  try {
    const intensity = await askIntensity({ study, models: [model] })
    if (intensity !== 'cancelled') await predictAs(study, model, intensity === 'forced')
  } catch (error) {
    notifyUser(error)
  }
}

async function predictAs(study: string, model: string, isForced: boolean): Promise<void> {
  const key = predictionsKey(study, model)
  const abort = new AbortController()
  const cancel = (): void => {
    abort.abort()
  }
  const none: StudyPredictions = {
    classes: [],
    byFrame: new Map(),
    notices: [],
    millisecondsPerFrame: undefined,
    progress: { done: 0, total: 0, cancel },
  }
  usePredictions.setState({ [key]: none })
  const start = performance.now()
  try {
    const events = await engine.models.predict.mutate(
      { study, model, forceIntensity: isForced, forceReferences: isForced ? true : undefined },
      { signal: abort.signal, ...ownRequest },
    )
    for await (const event of events) {
      if (event.type === 'progress')
        usePredictions.setState({
          [key]: { ...none, progress: { done: event.done, total: event.total, cancel } },
        })
      if (event.type !== 'predictions') continue
      const { classes, predictions, notices } = event
      const byFrame = new Map(predictions.map((each) => [frameKey(each.sopInstanceUid, each.frame), each]))
      const millisecondsPerFrame = (performance.now() - start) / Math.max(1, predictions.length)
      usePredictions.setState({
        [key]: { classes, byFrame, notices, millisecondsPerFrame, progress: undefined },
      })
    }
  } catch (error) {
    usePredictions.setState({ [key]: undefined })
    throw error
  }
}
