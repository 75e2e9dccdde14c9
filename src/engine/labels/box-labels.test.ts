import { expect, test } from 'vitest'
import type { DetectionOutput } from '../../core/model/card.ts'
import { boxesLabel, checkFrames, parseBoxes } from './box-labels.ts'

const head: DetectionOutput = {
  ...{
    name: 'y',
    layout: 'anchors-last',
    activation: 'softmax',
    gives: 'logits',
    classes: ['none', 'nodule'],
    background: 'none',
  },
  ...{ boxes: { format: 'xyxy', unit: 'pixels' }, threshold: 0.25, nmsIou: 0.45, maxDetections: 100 },
}
const parsed = (csv: string) => parseBoxes(csv, 'boxes.csv', head)
const image = { fileName: '01.dcm', sopInstanceUid: '1.2' }

test('an image has a box for each of its lines, and none where a line has no class', () => {
  const csv = 'file,class,x0,y0,x1,y1\n01.dcm,nodule,1,2,3.5,4\n01.dcm,1,5,6,7,8\n02.dcm,,,,,\n'
  expect(parsed(csv).find(image)).toEqual([
    { class: 1, x0: 1, y0: 2, x1: 3.5, y1: 4 },
    { class: 1, x0: 5, y0: 6, x1: 7, y1: 8 },
  ])
  expect(parsed(csv).find({ ...image, fileName: '02.dcm' })).toEqual([])
  expect(parsed(csv).find({ ...image, fileName: '03.dcm' })).toBeUndefined()
  expect(parsed('SOPInstanceUID,class,x0,y0,x1,y1\n1.2,1,5,6,7,8\n').find(image)).toHaveLength(1)
})

test('a box is of the frame that its line names, or of every frame', () => {
  const boxes =
    parsed('file,frame,class,x0,y0,x1,y1\n01.dcm,2,1,1,2,3,4\n01.dcm,,1,5,6,7,8\n').find(image) ?? []
  expect(boxes.map(({ frame }) => frame)).toEqual([2, undefined])
  expect(boxesLabel(boxes, 0).boxes.map(({ x0 }) => x0)).toEqual([5])
  expect(boxesLabel(boxes, 1)).toMatchObject({ classes: [1], boxes: [{ x0: 1 }, { x0: 5 }] })
  expect(() => {
    checkFrames(boxes, 2)
  }).not.toThrow()
  expect(() => {
    checkFrames(boxes, 1)
  }).toThrow('labels: expected frames from 1 to 1, got 2')
})

test('lines of one file may name images in either way', () => {
  const csv = 'file,SOPInstanceUID,class,x0,y0,x1,y1\n02.dcm,,1,1,2,3,4\n,1.2,1,5,6,7,8\n'
  expect(parsed(csv).find({ fileName: '02.dcm', sopInstanceUid: '1.3' })).toHaveLength(1)
  expect(parsed(csv).find(image)).toEqual([{ class: 1, x0: 5, y0: 6, x1: 7, y1: 8 }])
})

test.each([
  ['file,label\n01.dcm,1\n', 'expected the columns "file" or "SOPInstanceUID", and "class"'],
  ['file,class,x0,y0,x1,y1\n01.dcm,1,a,2,3,4\n', 'line 2: x0: expected a number'],
  ['file,class,x0,y0,x1,y1\n01.dcm,1,3,2,3,4\n', 'line 2: expected x0 < x1'],
  ['file,frame,class,x0,y0,x1,y1\n01.dcm,0,1,1,2,3,4\n', 'line 2: frame: expected a whole number above 0'],
  ['file,class,x0,y0,x1,y1\n01.dcm,none,1,2,3,4\n', 'no background'],
  [
    'file,class,x0,y0,x1,y1\n01.dcm,mass,1,2,3,4\n',
    'line 2: Class: expected a class name or an index below 2, got "mass"',
  ],
])('refuses %j', (csv, message) => {
  expect(() => parsed(csv)).toThrow(message)
})
