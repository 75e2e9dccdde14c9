import { expect, test } from 'vitest'
import { checkBoxes, foundBoxes } from './report.ts'

const scored = { classes: [0], confidence: 0.5, probabilities: [0.5] }
const box = (x0: number, score = 0.8, of = 0) => ({ class: of, x0, y0: 0, x1: x0 + 100, y1: 100, score })
const label = [{ class: 0, x0: 0, y0: 0, x1: 100, y1: 100 }]
const recorded = [box(0), box(300, 0.5)]
const boxes = {
  label,
  before: foundBoxes(recorded, label),
  after: foundBoxes(recorded, label),
  highest: { before: 0.8, after: 0.8 },
}
const checked = (predicted: readonly ReturnType<typeof box>[], of = boxes) => {
  checkBoxes({ threshold: 0.3 }, { boxes: of }, { kind: 'boxes', ...scored, boxes: predicted }, 'a.dcm')
}

test('the same boxes are verified, in any order, but for rounding', () => {
  expect(() => {
    checked([box(300.01, 0.50004), box(0.01, 0.79996)])
  }).not.toThrow()
})

test.each([
  ['one fewer', [box(0)]],
  ['one more', [...recorded, box(600)]],
  ['another place', [box(0), box(302, 0.5)]],
  ['another score', [box(0), box(300, 0.51)]],
  ['another class', [box(0), box(300, 0.5, 1)]],
])('%s is a mismatch', (_, predicted) => {
  expect(() => {
    checked(predicted)
  }).toThrow('Export: expected the 2 boxes that were recorded')
})

test('a box at the threshold may come or go', () => {
  expect(() => {
    checked([...recorded, box(600, 0.30005)])
  }).not.toThrow()
})

test('what the recorded boxes find is counted again', () => {
  const wrong = { ...boxes, before: boxes.before.map((each) => ({ ...each, finds: null })) }
  expect(() => {
    checked(recorded, wrong)
  }).toThrow('Export: expected the labelled boxes that the recorded ones find, got others')
})
