import { describe, expect, test } from 'vitest'
import { fooledOf, pairOf, performanceOf, worstCaseOf, type EvaluatedRow } from './robustness.ts'
import { wilsonInterval } from './statistics.ts'

/** An image of two classes: what it shows, and the probability of class 1 before and after. */
function row(
  key: string,
  patient: number,
  truth: number,
  [before, after]: readonly [number, number],
): EvaluatedRow {
  // prettier-ignore
  const said = (p: number) => {
    const k = Number(p >= 0.5)
    return { isRight: k === truth, text: String(k), confidence: Math.max(p, 1 - p), classes: [k], probabilities: [1 - p, p] } // prettier-ignore
  }
  const [clean, attacked] = [said(before), said(after)]
  const verdict = { success: !attacked.isRight, metBefore: !clean.isRight }
  return { key, patient, ...verdict, label: String(truth), labelled: [truth], before: clean, after: attacked } // prettier-ignore
}

const first = [
  row('a', 1, 1, [0.9, 0.2]),
  row('b', 1, 1, [0.8, 0.7]),
  row('c', 2, 0, [0.1, 0.9]),
  row('d', 2, 0, [0.3, 0.2]),
  row('e', 3, 0, [0.6, 0.8]),
]
const second = [
  row('a', 1, 1, [0.9, 0.8]),
  row('b', 1, 1, [0.8, 0.3]),
  row('c', 2, 0, [0.1, 0.2]),
  row('d', 2, 0, [0.3, 0.1]),
  row('e', 3, 0, [0.6, 0.8]),
]

test('what was wrong before is apart, and the interval is by patient', () => {
  const { metBefore, fooled, byPatient } = fooledOf(first)
  expect([metBefore, fooled.successes, fooled.count]).toEqual([1, 2, 4])
  // Both patients have one fooled of two: however they are drawn it is a half, and nothing is known of others.
  const { lower, upper } = wilsonInterval(1, 2)
  expect(byPatient).toEqual({ lower, upper })
})

test('one patient has no interval by patient, nor have differences', () => {
  const single = first.map((each) => ({ ...each, patient: 1 }))
  expect(fooledOf(single).byPatient).toBeNull()
  expect(pairOf(single, second).difference.interval).toBeNull()
})

test('a rate of 0 or 1 is not certain, however many images each patient has', () => {
  const all = first.filter(({ key }) => key !== 'e').map((each) => ({ ...each, success: true }))
  const { lower, upper } = wilsonInterval(2, 2)
  expect(fooledOf(all).byPatient).toEqual({ lower, upper })
  expect(fooledOf(all.map((each) => ({ ...each, success: false }))).byPatient?.lower).toBe(0)
  expect(pairOf(all, all).difference).toEqual({ mean: 0, interval: null })
})

test('an area of 1 has no interval, by images or by patient', () => {
  const { auc, deLong, aucByPatient } = performanceOf(first, 'before', ['no', 'yes']).labels[1]!
  expect({ auc, deLong, aucByPatient }).toEqual({ auc: 1, deLong: null, aucByPatient: null })
})

test('in the worst case an image is fooled by any method', () => {
  expect(worstCaseOf([first, second]).fooled).toMatchObject({ successes: 3, count: 4 })
  const failedOnA = first.filter(({ key }) => key !== 'a')
  expect(worstCaseOf([failedOnA, first]).fooled).toEqual(worstCaseOf([first]).fooled)
  expect(worstCaseOf([]).fooled.count).toBe(0)
})

test('pairs count what only one of the methods fooled, without what was wrong before', () => {
  expect(pairOf(first, second)).toMatchObject({ images: 4, onlyFirst: 2, onlySecond: 1, exact: 1 })
})

describe('performance', () => {
  test('before and after has accuracy, AUC and confusion', () => {
    const [clean, after] = [performanceOf(first, 'before', ['no', 'yes']), performanceOf(first, 'after', ['no', 'yes'])] // prettier-ignore
    expect(clean.accuracy).toMatchObject({ successes: 4, count: 5 })
    expect(clean.confusion).toEqual([[2, 1], [0, 2]]) // prettier-ignore
    expect(clean.labels[1]).toMatchObject({ label: 'yes', auc: 1, pAgainstClean: null })
    expect(after.accuracy.successes).toBe(2)
    expect(after.labels[1]!.auc).toBeCloseTo(1.5 / 6, 12)
  })

  test('the threshold is fixed on clean images, and read on attacked ones', () => {
    const { fixed } = performanceOf(first, 'after', ['no', 'yes']).labels[1]!
    expect(fixed?.threshold).toBe(0.8)
    expect(fixed?.sensitivity).toMatchObject({ successes: 0, count: 2 })
    expect(fixed?.specificity).toMatchObject({ successes: 1, count: 3 })
  })

  test('of a model without classes there is accuracy alone', () => {
    expect(performanceOf(first, 'before', [])).toMatchObject({ labels: [], confusion: null })
  })
})
