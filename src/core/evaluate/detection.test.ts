import { expect, test } from 'vitest'
import type { Box, LabelledBox } from '../image/boxes.ts'
import { detectionAgreement, detectionCounts, labelsFound, type DetectedImage } from './detection.ts'

const at = (x0: number, of = 0): LabelledBox => ({ class: of, x0, y0: 0, x1: x0 + 10, y1: 10 })
const found = (score: number, x0: number, of = 0): Box => ({ ...at(x0, of), score })

test('average precision is the area under the interpolated curve, by hand', () => {
  // Ranked: right, wrong, right, wrong; three boxes there. Precisions 1, 1/2, 2/3, 1/2: (1 + 2/3) / 3.
  const images = [
    { found: [found(0.9, 0), found(0.8, 50)], labels: [at(1), at(100)] },
    { found: [found(0.7, 21), found(0.1, 80)], labels: [at(20)] },
  ]
  const agreement = detectionAgreement(images, [0, 1])
  expect(agreement.classes[0]?.averagePrecision).toBeCloseTo((1 + 2 / 3) / 3, 12)
  expect(agreement.classes[1]).toEqual({ class: 1, boxes: 0, averagePrecision: null })
  expect(agreement.meanAveragePrecision).toBe(agreement.classes[0]?.averagePrecision)
  expect(agreement).toMatchObject({ images: 2, boxes: 3, recall: 2 / 3, falsePositivesPerImage: 1 })
})

test('a precision that rises later counts for the recall before it', () => {
  // Ranked: wrong, right, right; two boxes there. Precisions 0, 1/2, 2/3, so 2/3 at both.
  const images = [{ found: [found(0.9, 200), found(0.8, 0), found(0.7, 50)], labels: [at(0), at(50)] }]
  expect(detectionAgreement(images, [0]).meanAveragePrecision).toBeCloseTo(2 / 3, 12)
})

test('a label is found once, by the highest score, and only by a box of its class that overlaps it by half', () => {
  expect(detectionCounts({ found: [found(0.5, 1), found(0.9, 2)], labels: [at(0)] })).toEqual({
    found: 1,
    falsePositives: 1,
  })
  expect(detectionCounts({ found: [found(0.9, 0, 1)], labels: [at(0)] })).toEqual({
    found: 0,
    falsePositives: 1,
  })
  expect(detectionCounts({ found: [found(0.9, 3)], labels: [at(0)] })).toEqual({
    found: 1,
    falsePositives: 0,
  }) // 7/13
  expect(detectionCounts({ found: [found(0.9, 4)], labels: [at(0)] })).toEqual({
    found: 0,
    falsePositives: 1,
  }) // 6/14
})

test('each box has the label that it finds, whatever the order of the scores', () => {
  const image = {
    found: [found(0.5, 1), found(0.9, 41), found(0.8, 2), found(0.7, 90)],
    labels: [at(0), at(40)],
  }
  expect(labelsFound(image)).toEqual([undefined, 1, 0, undefined])
})

test('images without boxes and labels are right, and have no recall', () => {
  expect(detectionAgreement([{ found: [], labels: [] }], [0])).toMatchObject({
    recall: null,
    meanAveragePrecision: null,
    falsePositivesPerImage: 0,
  })
})

test('agrees with the definition of the area, summed threshold by threshold', () => {
  const images = randomImages(40)
  for (const k of [0, 1]) {
    const ofClass = (scoreOf: number) =>
      images.map(({ found: boxes, labels }) => ({
        found: boxes.filter((box) => box.class === k && box.score >= scoreOf),
        labels: labels.filter((label) => label.class === k),
      }))
    const boxes = ofClass(2).reduce((sum, { labels }) => sum + labels.length, 0)
    // Precision and recall at every threshold by counting anew; the area is that under the best precision at
    // each recall or a greater one.
    const scores = images.flatMap((image) => image.found.map(({ score }) => score))
    const points = scores.map((score) => {
      const counts = ofClass(score).map(detectionCounts)
      const hits = counts.reduce((sum, each) => sum + each.found, 0)
      return { recall: hits / boxes, precision: hits / Math.max(1, counts.reduce((sum, each) => sum + each.found + each.falsePositives, 0)) } // prettier-ignore
    })
    let area = 0
    for (let hit = 1; hit <= boxes; hit++) {
      const reached = points
        .filter(({ recall }) => recall >= hit / boxes - 1e-9)
        .map(({ precision }) => precision)
      area += Math.max(0, ...reached) / boxes
    }
    const precision = detectionAgreement(images, [0, 1]).classes[k]?.averagePrecision
    expect(precision).toBeCloseTo(area, 10)
    expect(area).toBeGreaterThan(0.1)
    expect(area).toBeLessThan(0.95)
  }
})

/** Boxes near labels and elsewhere, with scores that differ. */
function randomImages(count: number): DetectedImage[] {
  let state = 12345
  const next = () => (state = (state * 48271) % 2147483647) / 2147483647
  return Array.from({ length: count }, () => {
    const labels = [0, 1, 2].filter(() => next() < 0.6).map((i) => at(40 * i, next() < 0.5 ? 0 : 1))
    const near = labels
      .filter(() => next() < 0.8)
      .map((label) => found(next(), label.x0 + 5 * next(), label.class))
    const others = [0, 1].filter(() => next() < 0.5).map((i) => found(0.7 * next(), 200 + 40 * i, i))
    return { labels, found: [...near, ...others] }
  })
}
