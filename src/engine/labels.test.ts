import { expect, test } from 'vitest'
import { parseLabels } from './labels.ts'

const reading = { file: 'labels.csv', classes: ['normal', 'benign', 'malignant'] }
const image = { fileName: '001.dcm', sopInstanceUid: '1.2.3' }

test('an image is found by its file name or its SOP Instance UID, with a class index or name', () => {
  expect(parseLabels('file,label\n001.dcm,2\n', reading).find(image)).toEqual([2])
  expect(parseLabels('SOPInstanceUID,label\r\n1.2.3,benign\r\n', reading).find(image)).toEqual([1])
  expect(parseLabels('file,label\n002.dcm,2\n', reading).find(image)).toBeUndefined()
})

test('several labels of one image are separated by semicolons', () => {
  expect(parseLabels('file,label\n001.dcm,benign; 2\n', reading).find(image)).toEqual([1, 2])
})

test.each([
  ['file,class\n001.dcm,1\n', /expected the columns/],
  ['file,label\n001.dcm,7\n', /line 2: Class: expected a class name or an index below 3, got "7"/],
  ['file,label\n001.dcm,\n', /got ""/],
  ['file,label\n"001.dcm,1\n', /expected comma-separated values/],
  ['', /got nothing/],
])('a wrong file is an error that says where: %j', (csv, message) => {
  expect(() => parseLabels(csv, reading)).toThrow(message)
})
