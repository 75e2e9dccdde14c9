import { expect, test } from 'vitest'
import { type ReaderAnswer, readerScores } from './reader-scores.ts'

const answers = (arm: ReaderAnswer['arm'], ...confidences: number[]) =>
  confidences.map((confidence) => ({ arm, confidence }))

test('a reader who sees every attack, and no noise, is right where he can be', () => {
  const scores = readerScores([
    ...answers('clean', 1, 2, 2, 3),
    ...answers('adversarial', 4, 5, 6, 6),
    ...answers('noise', 1, 2, 2, 3),
  ])
  const [attack, overNoise, noise] = scores
  expect(attack).toMatchObject({ from: 'clean', to: 'adversarial', accuracy: { successes: 8, count: 8 } })
  expect([attack, overNoise, noise].map((each) => each?.auc?.value)).toEqual([1, 1, 0.5])
  expect(noise?.accuracy).toMatchObject({ successes: 4, count: 8, rate: 0.5 })
})

test('ties count half in the area, as Mann and Whitney have it', () => {
  const [attack] = readerScores([...answers('clean', 2, 4), ...answers('adversarial', 4, 6)])
  expect(attack?.auc?.value).toBe((1 + 1 + 0.5 + 1) / 4)
  expect(attack?.accuracy.successes).toBe(3)
})

test('arms that nobody has judged are left out', () => {
  expect(readerScores(answers('clean', 1, 2))).toEqual([])
  expect(readerScores([...answers('clean', 1), ...answers('noise', 5)]).map(({ auc }) => auc)).toEqual([null])
})
