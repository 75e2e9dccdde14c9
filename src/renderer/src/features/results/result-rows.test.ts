import { expect, test } from 'vitest'
import type { ImageResult } from '../../../../engine/export/image-result.ts'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { resultRows, sortedRows, type ResultRow, boxFates } from './result-rows.ts'

const image = (index: number) => ({
  index,
  name: '',
  sopInstanceUid: `1.${index}`,
  frames: 1,
  rows: 4,
  columns: 4,
})
const study = { series: [{ index: 3, images: [image(5), image(6)] }] } as unknown as StudyInfo

function result(uid: string, confidence: number, psnr: number | null, success = true): ImageResult {
  const prediction = (index: number) => ({ classes: [index], confidence, probabilities: [] })
  const distance = { linf: 12, psnr, ssim: 0.99 }
  const frame = {
    label: [0],
    before: prediction(0),
    reread: prediction(1),
    success,
    metBefore: false,
    window: distance,
    stored: distance,
  }
  return { sopInstanceUid: uid, frames: [frame] } as unknown as ImageResult
}

const images = new Map([
  [0, result('1.6', 0.9, null)],
  [1, result('1.5', 0.7, 40, false)],
  [2, result('9.9', 0.7, 40)],
])
const rows = resultRows(images, study, { classes: ['no', 'nodule'], unit: '' })

test('results lie in the study’s order, found by SOP Instance UID', () => {
  expect(rows.map(({ series, slice, before, after }) => [series, slice, before, after])).toEqual([
    [3, 0, 'no', 'nodule'],
    [3, 1, 'no', 'nodule'],
  ])
})

const slices = (sorted: readonly ResultRow[]) => sorted.map(({ slice }) => slice)

test('rows are sorted by any column, both ways', () => {
  expect(slices(sortedRows(rows, { key: 'slice', descending: true }))).toEqual([1, 0])
  expect(slices(sortedRows(rows, { key: 'after', descending: false }))).toEqual([0, 1])
  expect(slices(sortedRows(rows, { key: 'success', descending: true }))).toEqual([1, 0])
})

test('what is not defined comes last, whichever way', () => {
  expect(slices(sortedRows(rows, { key: 'psnr', descending: false }))).toEqual([0, 1])
  expect(slices(sortedRows(rows, { key: 'psnr', descending: true }))).toEqual([0, 1])
})

test('values of a regression are sorted as numbers', () => {
  const valued = [
    { valueBefore: 9, before: '9 months' },
    { valueBefore: 110, before: '110 months' },
  ]
  const numbered = valued.map(
    (each, slice) => ({ ...rows[0], ...each, slice, confidenceBefore: null }) as ResultRow,
  )
  expect(slices(sortedRows(numbered, { key: 'before', descending: true }))).toEqual([1, 0])
})

test('of a detection, boxes are counted, and sorted by what is left', () => {
  const at = (finds: number | null) => ({ class: 0, x0: 0, y0: 0, x1: 1, y1: 1, score: 0.5, finds })
  const withBoxes = (uid: string, after: readonly (number | null)[]) => {
    const made = result(uid, 0.9, 40)
    const boxes = {
      label: [at(0)],
      before: [at(0)],
      after: after.map(at),
      highest: { before: 0.5, after: 0.1 },
    }
    return { ...made, frames: made.frames.map((frame) => ({ ...frame, boxes })) }
  }
  const all = new Map([
    [0, withBoxes('1.5', [0, null])],
    [1, withBoxes('1.6', [])],
  ])
  const found = resultRows(all, study, { classes: ['nodule'], unit: '' })
  expect(found[0]?.boxes).toEqual({
    labelled: 1,
    highest: { before: 0.5, after: 0.1 },
    found: { before: 1, after: 1 },
    wrong: { before: 0, after: 1 },
  })
  expect(slices(sortedRows(found, { key: 'found', descending: false }))).toEqual([1, 0])
  expect(slices(sortedRows(found, { key: 'wrong', descending: true }))).toEqual([0, 1])
})

const at = (x0: number) => ({ class: 0, x0, y0: 0, x1: x0 + 10, y1: 10 })
const found = (x0: number, score: number, finds: number | null) => ({ ...at(x0), score, finds })

test('labelled boxes are kept, lost, gained or missed, and false positives are told apart from them', () => {
  const boxes = {
    label: [at(0), at(20), at(40), at(60)],
    before: [found(1, 0.9, 0), found(21, 0.8, 1), found(200, 0.7, null)],
    after: [found(1, 0.5, 0), found(41, 0.4, 2), found(100, 0.3, null)],
    highest: { before: 0.9, after: 0.5 },
  }
  expect(boxFates(boxes).map(({ box, fate, before, after }) => [box.x0, fate, before, after])).toEqual([
    [0, 'kept', 0.9, 0.5],
    [20, 'lost', 0.8, null],
    [40, 'gained', null, 0.4],
    [60, 'missed', null, null],
    [200, 'removed', 0.7, null],
    [100, 'added', null, 0.3],
  ])
})
