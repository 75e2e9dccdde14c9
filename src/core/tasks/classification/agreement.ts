import { entry } from '../../entry.ts'
import { wilsonInterval, type Proportion } from '../../evaluate/statistics.ts'
import { classesOfAnswer, type FrameLabel, type KeptPrediction } from '../answers.ts'
import type { ClassificationOutput } from './output.ts'

/** How predictions agree with labels. */
export interface Agreement {
  /** Frames whose predicted classes are the labelled ones. */
  readonly accuracy: Proportion
  /**
   * [labelled class][predicted class]; null for multi-label frames, whose classes don't exclude each other.
   */
  readonly confusion: readonly (readonly number[])[] | null
}

interface Judged {
  readonly label: readonly number[]
  /** Predicted class indices, rising. */
  readonly predicted: readonly number[]
}

export function agreementOf(judged: readonly Judged[], classes: number, isMultiLabel: boolean): Agreement {
  const right = judged.filter(({ label, predicted }) => isSame(label, predicted)).length
  return {
    accuracy: wilsonInterval(right, judged.length),
    confusion: isMultiLabel ? null : confusionOf(judged, classes),
  }
}

function isSame(label: readonly number[], predicted: readonly number[]): boolean {
  return [...label].sort((a, b) => a - b).join() === predicted.join()
}

function confusionOf(judged: readonly Judged[], classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  for (const { label, predicted } of judged) {
    const row = counts[label[0] ?? -1]
    const column = predicted[0] ?? -1
    if (row !== undefined) row[column] = entry(row, column) + 1
  }
  return counts
}

/** How often the classes of frames are those of their labels, and which are taken for which. */
export function classAgreement(
  frames: readonly { readonly label: FrameLabel; readonly prediction: KeptPrediction }[],
  { classes, activation }: ClassificationOutput,
): Agreement {
  const judged = frames.map(({ label, prediction }) => ({
    label: classesOfAnswer(label),
    predicted: classesOfAnswer(prediction),
  }))
  return agreementOf(judged, classes.length, activation === 'multi-label-sigmoid')
}
