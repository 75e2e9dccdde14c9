import { create } from 'zustand'
import type { Notice } from '../../../core/errors.ts'
import { engine } from '../api/client.ts'

/** `forced`: the user wants the card applied to images, or with a model, that it does not suit. */
export type IntensityAnswer = 'suits' | 'forced' | 'cancelled'

/** A question that waits for its answer. */
interface IntensityQuestion {
  readonly reasons: readonly Notice[]
  readonly answer: (answer: IntensityAnswer) => void
}

/** The question that is shown, if any. */
export const useIntensityQuestion = create<{ readonly question: IntensityQuestion | undefined }>(() => ({
  question: undefined,
}))

interface Applied {
  readonly study: string
  /** Places in the study; all by default. */
  readonly images?: readonly number[] | undefined
  readonly models: readonly string[]
}

/**
 * Asks, before models are applied to images, where a card does not suit them: another modality, a window in
 * HU on other values, values beyond its range; or where a model departs from its references. What goes wrong
 * is thrown.
 */
export async function askIntensity({ study, images, models }: Applied): Promise<IntensityAnswer> {
  const chosen = images === undefined ? { study } : { study, images: [...images] }
  const found = await Promise.all(models.map((model) => engine.models.mismatches.query({ ...chosen, model })))
  const reasons = [...new Map(found.flat().map((reason) => [reason.message, reason])).values()]
  if (reasons.length === 0) return 'suits'
  return new Promise((resolve) => {
    const answer = (given: IntensityAnswer): void => {
      useIntensityQuestion.setState({ question: undefined })
      resolve(given)
    }
    useIntensityQuestion.getState().question?.answer('cancelled')
    useIntensityQuestion.setState({ question: { reasons, answer } })
  })
}
