import { expect, test } from 'vitest'
import { measuresOf, type MeasuredSlice } from './measures.ts'

function slice(patient: number, dice: [number, number], hd95: [number | null, number | null]): MeasuredSlice {
  const at = (i: 0 | 1) => [{ class: 'lung', dice: dice[i], hd95: hd95[i] }]
  return { patient, segments: { distanceUnit: 'mm', before: at(0), after: at(1) } }
}

test('Dice and HD95 are means over the slices where they are defined, with intervals by patient', () => {
  const slices = [slice(1, [0.9, 0.5], [1, 4]), slice(1, [0.8, 0.3], [3, null]), slice(2, [0.7, 0.7], [2, 2])]
  const [dice, hd95] = measuresOf(slices, [])
  expect(dice).toMatchObject({
    measure: 'dice',
    of: 'lung',
    before: { value: expect.closeTo(0.8) as number },
    after: { value: 0.5 },
  })
  expect(dice?.difference.value).toBeCloseTo(-0.3)
  // Patients are drawn whole: only both of them, either, or the other alone can come.
  expect(dice?.difference.byPatient?.lower).toBeCloseTo(-0.45)
  expect(dice?.difference.byPatient?.upper).toBeCloseTo(0)
  expect(hd95).toMatchObject({ measure: 'hd95', unit: 'mm', before: { value: 2 }, after: { value: 3 } })
})

test('one patient says nothing of patients, and two units have no mean distance', () => {
  const one = slice(1, [0.9, 0.5], [1, 4])
  const other = { patient: 1, segments: { ...one.segments!, distanceUnit: 'px' as const } }
  const measures = measuresOf([one, other], [])
  expect(measures.map(({ measure, after }) => [measure, after.byPatient])).toEqual([['dice', null]])
})

test('mAP falls where the box of a label is not found any more', () => {
  const box = { class: 0, x0: 0, y0: 0, x1: 10, y1: 10 }
  const boxes = { label: [box], before: [{ ...box, score: 0.9 }], after: [] }
  const [map] = measuresOf([{ patient: 1, boxes }], ['nodule'])
  expect(map).toMatchObject({
    measure: 'map',
    before: { value: 1 },
    after: { value: 0 },
    difference: { value: -1 },
  })
})
