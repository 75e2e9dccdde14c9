import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import type { ScannedInstance } from '../../adapters/fs/scan.ts'
import type { ModelCard } from '../../core/model/card.ts'
import type { StudyFrame } from '../study/load-image.ts'
import type { Study, StudyImage } from '../study/open-study.ts'
import { readLabels, parseLabels } from './given-labels.ts'
import { checkFrames } from '../../core/tasks/labels.ts'
import { rulesOf } from '../../core/tasks/tasks.ts'

const folder = temporaryFolder('given-labels')
const card = {
  task: 'classification',
  input: { volume: { patch: [4, 8, 8] } },
  output: { name: 'z', gives: 'logits', activation: 'softmax', classes: ['healthy', 'ill'] },
} as unknown as ModelCard

/** A stack of slices that counts how often one is asked for its name. */
function countingStack(count: number) {
  let asked = 0
  const header = { rows: 8, columns: 8, numberOfFrames: 1, frameStacks: [{ frames: [0] }] }
  const images = Array.from({ length: count }, (_, n): StudyImage => ({
    header: header as unknown as ScannedInstance,
    get name() {
      asked++
      return `${n}.dcm`
    },
    sopInstanceUid: String(n),
    series: 0,
    stack: 0,
  }))
  return { images, asked: () => asked }
}

test('the label of a stack is found once, not for each of its slices', async () => {
  const file = join(folder, 'labels.csv')
  writeFileSync(file, 'file,label\n7.dcm,ill\n')
  const { images, asked } = countingStack(300)
  const given = (await readLabels(file, card)).forStudy({ images } as unknown as Study, images)
  const labels = await Promise.all(images.map((image) => given.find({ image, index: 0 } as StudyFrame)))
  expect(labels).toEqual(images.map(() => ({ kind: 'classes', classes: [1] })))
  expect(asked()).toBeLessThan(10 * images.length)
})

function parsed(csv: string, card: Pick<ModelCard, 'task' | 'output'>) {
  const { labels } = rulesOf(card.task)
  if (labels.kind !== 'table') throw new Error('expected a task with a table')
  return parseLabels(csv, 'labels.csv', labels, card as ModelCard)
}

const output = { name: 'z', gives: 'logits', classes: ['normal', 'benign', 'malignant'] } as const
const single = {
  task: 'classification',
  output: { ...output, activation: 'softmax' },
} as unknown as ModelCard
const read = (csv: string, card = single) => parsed(csv, card).find(image)
const image = { fileName: '001.dcm', sopInstanceUid: '1.2.3' }

test('an image is found by its file name or its SOP Instance UID, with a class index or name', () => {
  expect(read('file,label\n001.dcm,2\n')?.of(0)).toEqual({ kind: 'classes', classes: [2] })
  expect(read('SOPInstanceUID,label\r\n1.2.3,benign\r\n')?.of(0)).toEqual({ kind: 'classes', classes: [1] })
  expect(read('file,label\n002.dcm,2\n')).toBeUndefined()
})

test('several labels of one image are separated by semicolons, and none is said so, where classes don’t exclude each other', () => {
  const several = {
    ...single,
    output: { ...output, activation: 'multi-label-sigmoid', threshold: 0.5 },
  } as unknown as ModelCard
  expect(read('file,label\n001.dcm,benign; 2\n', several)?.of(0)).toEqual({
    kind: 'classes',
    classes: [1, 2],
  })
  expect(read('file,label\n001.dcm,none\n', several)?.of(0)).toEqual({ kind: 'classes', classes: [] })
  const named = { ...several, output: { ...several.output, classes: ['some', 'none'] } } as ModelCard
  expect(read('file,label\n001.dcm,none\n', named)?.of(0)).toMatchObject({ classes: [1] })
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
  expect(() => parsed(csv, single)).toThrow(message)
})

const head = {
  name: 'y',
  layout: 'anchors-last',
  activation: 'softmax',
  gives: 'logits',
  classes: ['none', 'nodule'],
  background: 'none',
  boxes: { format: 'xyxy', unit: 'pixels' },
  threshold: 0.25,
  nmsIou: 0.45,
  maxDetections: 100,
}
const detector = { task: 'detection', output: head } as unknown as ModelCard
const boxesIn = (csv: string, from = boxed, frame = 0) => {
  const label = parsed(csv, detector).find(from)?.of(frame)
  return label?.kind === 'boxes' ? label.boxes : undefined
}
const boxed = { fileName: '01.dcm', sopInstanceUid: '1.2' }

test('an image has a box for each of its lines, and none where a line has no class', () => {
  const csv = 'file,class,x0,y0,x1,y1\n01.dcm,nodule,1,2,3.5,4\n01.dcm,1,5,6,7,8\n02.dcm,,,,,\n'
  expect(boxesIn(csv)).toEqual([
    { class: 1, x0: 1, y0: 2, x1: 3.5, y1: 4 },
    { class: 1, x0: 5, y0: 6, x1: 7, y1: 8 },
  ])
  expect(boxesIn(csv, { ...boxed, fileName: '02.dcm' })).toEqual([])
  expect(boxesIn(csv, { ...boxed, fileName: '03.dcm' })).toBeUndefined()
  expect(boxesIn('SOPInstanceUID,class,x0,y0,x1,y1\n1.2,1,5,6,7,8\n')).toHaveLength(1)
})

test('a box is of the frame that its line names, or of every frame', () => {
  const csv = 'file,frame,class,x0,y0,x1,y1\n01.dcm,2,1,1,2,3,4\n01.dcm,,1,5,6,7,8\n'
  const label = parsed(csv, detector).find(boxed)
  expect(boxesIn(csv)?.map(({ x0 }) => x0)).toEqual([5])
  expect(label?.of(1)).toMatchObject({ classes: [1], boxes: [{ x0: 1 }, { x0: 5 }] })
  expect(() => {
    checkFrames(label!, 2)
  }).not.toThrow()
  expect(() => {
    checkFrames(label!, 1)
  }).toThrow('labels: expected frames from 1 to 1, got 2')
})

test('lines of one file may name images in either way', () => {
  const csv = 'file,SOPInstanceUID,class,x0,y0,x1,y1\n02.dcm,,1,1,2,3,4\n,1.2,1,5,6,7,8\n'
  expect(boxesIn(csv, { fileName: '02.dcm', sopInstanceUid: '1.3' })).toHaveLength(1)
  expect(boxesIn(csv)).toEqual([{ class: 1, x0: 5, y0: 6, x1: 7, y1: 8 }])
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
  expect(() => parsed(csv, detector)).toThrow(message)
})
