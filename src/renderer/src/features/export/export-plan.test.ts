import { expect, test } from 'vitest'
import { exportPlan, folderName, madeKinds, sizeText } from './export-plan.ts'

test('what will be written is told by folder', () => {
  expect(exportPlan(['series', 'smoothed', 'nifti'], 28)).toEqual([
    { folder: 'adversarial', files: 28 },
    { folder: 'smoothed', files: 28 },
    { folder: 'nifti', files: undefined },
  ])
})

test('masks are offered where the run has some', () => {
  const file = { path: 'a.dcm', sopInstanceUid: '1' }
  const exported = { series: file, masksAfter: file }
  expect(
    madeKinds(['series', 'smoothed', 'masksBefore', 'masksAfter'], new Map([[3, { exported }]])),
  ).toEqual(['series', 'masksAfter'])
  expect(madeKinds(['series'], new Map())).toEqual([])
})

test('the folder is named after the run, in the style of the system', () => {
  expect(folderName('/data/', 'SMIA, ct-head')).toBe('/data/smia-ct-head')
  expect(folderName('C:\\data', 'SMIA, Köpfe 2')).toBe('C:\\data\\smia-köpfe-2')
  expect(folderName('/', '…')).toBe('/run')
})

test('sizes are told in the unit that fits', () => {
  expect([12, 14_200_000, 0].map(sizeText)).toEqual(['12 bytes', '14.2 MB', '0 bytes'])
})
