import { expect, test } from 'vitest'
import type { StudyInfo } from '../../../engine/server/studies/study-info.ts'
import { type LiveRun, newLiveRun } from './live-run.ts'
import { placeAmong, placesOf, runImages } from './shown-run.ts'

type Result = LiveRun['images'] extends ReadonlyMap<number, infer R> ? R : never

const image = (index: number) => ({
  index,
  name: `${index}.dcm`,
  sopInstanceUid: `1.${index}`,
  frames: 1,
  rows: 4,
  columns: 4,
})
const study = {
  id: 's',
  series: [
    { index: 0, images: [image(0), image(1)] },
    { index: 1, images: [image(2)] },
  ],
} as unknown as StudyInfo

function result(sopInstanceUid: string, domain: 'modality' | 'stored'): Result {
  return {
    sopInstanceUid,
    frames: [{ range: { domain, lower: -1000, upper: 400, unit: 'HU' } }],
  } as unknown as Result
}

const live: LiveRun = {
  ...newLiveRun,
  images: new Map([
    [0, result('1.2', 'modality')],
    [1, result('1.1', 'stored')],
    [2, result('9.9', 'stored')],
  ]),
}

test('a run’s images are found in the study by their SOP Instance UID, wherever they lie', () => {
  expect([...placesOf(live, study)]).toEqual([
    [2, 0],
    [1, 1],
  ])
})

const reading = { model: 'm', classes: [], isLabelled: false }

test('the range is told in modality units', () => {
  const shown = runImages('r', live, study, reading)
  expect(shown.rangeWidth(2, 2)).toBe(1400)
  expect(shown.rangeWidth(1, 2)).toBe(2800)
  expect(shown.rangeWidth(0, 2)).toBeUndefined()
  expect(shown.placeOf(0)).toBeUndefined()
})

test('masks are those of a segmentation, its classes in their colours', () => {
  const runs = { rows: 1, columns: 2, overlapping: false, runs: [1, 2] }
  const frame = {
    masks: { label: runs, before: runs, after: { ...runs, runs: [0, 2] } },
    segments: { before: [{ class: 'lung' }] },
  }
  const images = new Map([[0, { sopInstanceUid: '1.2', frames: [frame] } as unknown as Result]])
  const shown = runImages('r', { ...newLiveRun, images }, study, {
    ...reading,
    classes: ['background', 'lung'],
  })
  expect(shown.masksOf(2, 0)).toMatchObject({ before: runs, classes: [{ index: 1, name: 'lung' }] })
  expect(shown.masksOf(2, 0)).toBe(shown.masksOf(2, 0))
  expect(shown.masksOf(1, 0)).toBeUndefined()
  expect(runImages('r', live, study, reading).masksOf(2, 0)).toBeUndefined()
})

test('boxes are those of a detection, the annotated ones of a labels file only', () => {
  const box = (score: number) => ({ class: 1, x0: 1, y0: 2, x1: 3, y1: 4, score })
  const boxes = { label: [box(1)], before: [box(0.9)], after: [] }
  const images = new Map([[0, { sopInstanceUid: '1.2', frames: [{ boxes }] } as unknown as Result]])
  const own = { ...reading, classes: ['cyst', 'nodule'] }
  const of = (isLabelled: boolean) => runImages('r', { ...newLiveRun, images }, study, { ...own, isLabelled })
  expect(of(true).boxesOf(2, 0)).toMatchObject({ annotated: boxes.label, before: boxes.before, after: [] })
  expect(
    of(true)
      .boxesOf(2, 0)
      ?.classes.map(({ name }) => name),
  ).toEqual(['cyst', 'nodule'])
  expect(of(false).boxesOf(2, 0)?.annotated).toBeUndefined()
  const shown = of(true)
  expect(shown.boxesOf(2, 0)).toBe(shown.boxesOf(2, 0))
  expect(shown.boxesOf(1, 0)).toBeUndefined()
})

test('an image still to be attacked has its place among those that were asked for', () => {
  expect(placeAmong(2, study, undefined)).toBe(2)
  expect(placeAmong(2, study, ['1.2', '1.1'])).toBe(1)
  expect(placeAmong(0, study, ['1.2'])).toBe(-1)
})
