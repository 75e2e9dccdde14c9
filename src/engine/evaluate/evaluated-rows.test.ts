import { expect, test } from 'vitest'
import type { CellResult, CellSlice } from '../compare/cell-result.ts'
import type { StudyImage } from '../study/open-study.ts'
import { evaluatedRows, patientsOf } from './evaluated-rows.ts'

function image(sopInstanceUid: string, studyInstanceUid: string, patientId?: string): StudyImage {
  return { sopInstanceUid, header: { studyInstanceUid, patientId } } as StudyImage
}

test('patients are numbered by Patient ID; without one each study stands for a patient', () => {
  const images = [
    image('1', 'A', 'P'),
    image('2', 'B', 'P'),
    image('3', 'C'),
    image('4', 'C'),
    image('5', 'D'),
    // A study whose UID is another's Patient ID is not that patient.
    image('6', 'E', 'C'),
  ]
  expect([...patientsOf(images).values()]).toEqual([1, 1, 2, 2, 3, 4])
})

const patients = new Map([['1', 7]])

function slice(changes: Partial<CellSlice>): CellSlice {
  const texts = { label: 'a', predictionBefore: 'a', predictionAfter: 'b' }
  const rest = { confidenceBefore: 0.9, confidenceAfter: 0.6, success: true, metBefore: false }
  return { sopInstanceUid: '1', frame: 1, ...texts, ...rest, ...changes } as CellSlice
}

function rowOf(changes: Partial<CellSlice>, isTargeted = false) {
  const cell = { slices: [slice(changes)] } as unknown as CellResult
  const [row] = evaluatedRows(cell, patients, isTargeted)
  return { patient: row?.patient, right: [row?.before.isRight, row?.after.isRight] }
}

const scores: NonNullable<CellSlice['scores']> = {
  labelled: [0],
  before: { classes: [0], probabilities: [0.9, 0.1] },
  after: { classes: [1], probabilities: [0.4, 0.6] },
}

test('classes are right where they are the label, whatever the goal of the attack', () => {
  expect(rowOf({ scores })).toEqual({ patient: 7, right: [true, false] })
  // Targeted at c, it came to b: no success, and wrong all the same.
  expect(rowOf({ scores, success: false }, true).right).toEqual([true, false])
  expect(rowOf({ predictionAfter: 'a', success: false }, true).right).toEqual([true, true])
})

test('answers without classes are right where the criterion is not met', () => {
  const masks = { predictionBefore: 'lung', predictionAfter: 'lung' }
  expect(rowOf(masks).right).toEqual([true, false])
  expect(rowOf({ ...masks, success: false, metBefore: true }).right).toEqual([false, true])
})

test('a volume has one answer', () => {
  const volume = [slice({ volume: 'v' }), slice({ volume: 'v', frame: 2 }), slice({})]
  const cell = { slices: volume } as unknown as CellResult
  expect(evaluatedRows(cell, patients, false).map(({ key }) => key)).toEqual(['v', '1 1'])
})
