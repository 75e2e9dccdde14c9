import { expect, test } from 'vitest'
import type { SeriesInfo, StudyInfo } from '../../../engine/server/studies/study-info.ts'
import { dateText, examinationsOf, patientText, seriesText } from './examinations.ts'

function series(index: number, id: string | null, instanceUid: string): SeriesInfo {
  return {
    index,
    modality: 'CT',
    number: index + 1,
    description: null,
    part: null,
    orderedBy: 'geometry',
    sliceSpacingMm: null,
    notes: [],
    images: [],
    patient: { name: 'Doe^Jane', id },
    study: { instanceUid, date: '20240131', description: 'Thorax' },
  }
}

const study: StudyInfo = {
  id: 's',
  title: 'folder',
  paths: ['/folder'],
  failures: [],
  notExportable: [],
  skipped: 0,
  imported: [],
  series: [series(0, '1', 'u'), series(1, '2', 'v'), series(2, '1', 'u')],
}

test('series are gathered by patient and examination', () => {
  const found = examinationsOf(study)
  expect(found.map(({ series: own }) => own.map(({ index }) => index))).toEqual([[0, 2], [1]])
  expect(found[0]).toMatchObject({ patient: 'Doe, Jane (1)', title: 'Thorax, 2024-01-31' })
})

test('a patient is told by what the files have', () => {
  expect(patientText({ name: 'Yamada^Tarou=山田^太郎', id: null })).toBe('Yamada, Tarou')
  expect(patientText({ name: null, id: '77' })).toBe('77')
  expect(patientText({ name: null, id: null })).toBe('Patient without name')
})

test('a series is told by number and description', () => {
  const part = { number: 2, count: 2, label: 'echo 2' }
  expect(seriesText({ number: 3, description: 'Axial', part: null })).toBe('3 · Axial')
  expect(seriesText({ number: 3, description: 'Axial', part })).toBe('3 · Axial (echo 2)')
  expect(seriesText({ number: null, description: ' ', part: null })).toBe('Series without description')
})

test('what is no date stays as it is', () => {
  expect(dateText('20240131')).toBe('2024-01-31')
  expect(dateText('about 2024')).toBe('about 2024')
})
