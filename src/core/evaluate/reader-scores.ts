import { type DeLong, deLongOf } from './delong.ts'
import { type Proportion, wilsonInterval } from './statistics.ts'

/** What an image of a reader study is. */
export const readerArms = ['clean', 'adversarial', 'noise'] as const
export type ReaderArm = (typeof readerArms)[number]

/** Confidence that an image was altered: 1 surely not, 6 surely; from here on a reader calls it altered. */
export const confidenceScale = { lowest: 1, highest: 6, altered: 4 } as const

/** One image as one reader has judged it. */
export interface ReaderAnswer {
  readonly arm: ReaderArm
  readonly confidence: number
}

/** Two arms set side by side: how well a reader knows the second from the first. */
export interface ArmContrast {
  readonly from: ReaderArm
  readonly to: ReaderArm
  /** Answers on the right side of the scale, of both arms, with Wilson's interval. */
  readonly accuracy: Proportion
  /** By confidence, with DeLong's interval; null where an arm has fewer than two answers. */
  readonly auc: DeLong | null
}

const contrasts = [
  ['clean', 'adversarial'],
  ['noise', 'adversarial'],
  ['clean', 'noise'],
] as const

/** How well a reader distinguishes each two arms; images are taken for independent. */
export function readerScores(answers: readonly ReaderAnswer[]): ArmContrast[] {
  return contrasts.flatMap(([from, to]) => {
    const own = answers.filter(({ arm }) => arm === from || arm === to)
    const truths = own.map(({ arm }) => arm === to)
    if (!truths.includes(true) || !truths.includes(false)) return []
    const right = own.filter(({ arm, confidence }) => (arm === to) === confidence >= confidenceScale.altered)
    const auc = deLongOf(
      own.map(({ confidence }) => confidence),
      truths,
    )
    return [{ from, to, accuracy: wilsonInterval(right.length, own.length), auc }]
  })
}
