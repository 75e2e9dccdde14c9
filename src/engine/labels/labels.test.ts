import { expect, test } from 'vitest'
import { parseLabels } from './labels.ts'

const reading = { file: 'labels.csv', classes: ['normal', 'benign', 'malignant'], isMultiLabel: false }
const image = { fileName: '001.dcm', sopInstanceUid: '1.2.3' }

test('an image is found by its file name or its SOP Instance UID, with a class index or name', () => {
  expect(parseLabels('file,label\n001.dcm,2\n', reading).find(image)).toEqual([2])
  expect(parseLabels('SOPInstanceUID,label\r\n1.2.3,benign\r\n', reading).find(image)).toEqual([1])
  expect(parseLabels('file,label\n002.dcm,2\n', reading).find(image)).toBeUndefined()
})

test('several labels of one image are separated by semicolons, and none is said so, where classes don’t exclude each other', () => {
  const several = { ...reading, isMultiLabel: true }
  expect(parseLabels('file,label\n001.dcm,benign; 2\n', several).find(image)).toEqual([1, 2])
  expect(parseLabels('file,label\n001.dcm,none\n', several).find(image)).toEqual([])
  expect(
    parseLabels('file,label\n001.dcm,none\n', { ...several, classes: ['some', 'none'] }).find(image),
  ).toEqual([1])
})

test.each([
  ['file,class\n001.dcm,1\n', /expected the columns/],
  ['file,label\n001.dcm,7\n', /line 2: Class: expected a class name or an index below 3, got "7"/],
  ['file,label\n001.dcm,\n', /got ""/],
  ['file,label\n"001.dcm,1\n', /expected comma-separated values/],
  ['', /got nothing/],
  ['file,label\n001.dcm,1;2\n', /line 2: expected one class, got 2/],
  ['file,label\n001.dcm,none\n', /line 2: Class: expected a class name or an index below 3, got "none"/],
  [
    'file,label\n001.dcm,1\n001.dcm,1\n001.dcm,2\n',
    /line 4: expected one line for an image, got another label/,
  ],
])('a wrong file is an error that says where: %j', (csv, message) => {
  expect(() => parseLabels(csv, reading)).toThrow(message)
})
