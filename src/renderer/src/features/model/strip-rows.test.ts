import { expect, test } from 'vitest'
import type { ImageResult } from '../../../../engine/export/image-result.ts'
import { noNames } from '../../state/card-answers.ts'
import { frameKey } from '../../state/predictions.ts'
import { cellStrength, stripRows, valueSpan } from './strip-rows.ts'

const image = (index: number, frames = 1) => ({
  index,
  name: '',
  sopInstanceUid: `1.${index}`,
  frames,
  rows: 4,
  columns: 4,
})
const images = [image(0), image(1, 2)]
const predicted = new Map([
  [frameKey('1.0', 1), { prediction: 'a', confidence: 0.8 }],
  [frameKey('1.1', 2), { prediction: 'b', confidence: 0.6 }],
])
const frame = { before: { classes: [0], confidence: 0.7 }, reread: { classes: [1], confidence: 0.9 } }
const attacked = new Map([[0, { sopInstanceUid: '1.0', frames: [frame] } as unknown as ImageResult]])

test('predictions of the study make one line, by slice', () => {
  const [before, ...rest] = stripRows(images, predicted, undefined, { classes: ['a', 'b'], unit: '' })
  expect(rest).toEqual([])
  expect(before?.predictions.map((each) => each?.prediction)).toEqual(['a', undefined, 'b'])
})

test('a run adds a line for the adversarial slices and tells what it found before', () => {
  const [before, after] = stripRows(images, predicted, attacked, { classes: ['a', 'b'], unit: '' })
  expect(before?.predictions[0]).toEqual({ prediction: 'a', confidence: 0.7 })
  expect(after?.predictions).toEqual([{ prediction: 'b', confidence: 0.9 }, undefined, undefined])
})

test('without predictions there is no strip', () => {
  expect(stripRows(images, undefined, undefined, noNames)).toEqual([])
})

test('values colour a cell by their place between the least and the greatest of both lines', () => {
  const value = (number: number) => ({ prediction: `${number} months`, confidence: null, value: number })
  const rows = [
    { name: 'before', predictions: [value(100), undefined, value(120)] },
    { name: 'after', predictions: [value(140), undefined, undefined] },
  ]
  const span = valueSpan(rows)
  expect(span).toEqual([100, 140])
  expect(cellStrength(value(120), span)).toBe(0.5)
  expect(cellStrength(value(7), [7, 7])).toBe(1)
})

test('a confidence colours a cell as it is', () => {
  expect(valueSpan([{ name: 'before', predictions: [{ prediction: 'a', confidence: 0.8 }] }])).toBeUndefined()
  expect(cellStrength({ prediction: 'a', confidence: 0.8 }, undefined)).toBe(0.8)
})
