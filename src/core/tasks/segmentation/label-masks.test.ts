import { expect, test } from 'vitest'
import { maskOfIndices, maskOfPlanes } from './label-masks.ts'
import type { SegmentationOutput } from './output.ts'

const shared = { name: 'logits', gives: 'logits' } as const
const softmax = {
  ...shared,
  activation: 'softmax',
  classes: ['background', 'liver', 'spleen'],
} as SegmentationOutput
const binary = {
  ...shared,
  activation: 'binary-sigmoid',
  classes: ['background', 'liver'],
  threshold: 0.5,
} as SegmentationOutput
const overlapping = {
  ...shared,
  activation: 'multi-label-sigmoid',
  classes: ['liver', 'lesion'],
  threshold: 0.5,
} as SegmentationOutput
const grid = { rows: 1, columns: 4 }

test('values are class indices; of two classes black and white do as well', () => {
  expect([...maskOfIndices(softmax, { ...grid, values: [0, 2, 1, 0] }, 'a.png').values]).toEqual([0, 2, 1, 0])
  expect([...maskOfIndices(binary, { ...grid, values: [0, 255, 255, 0] }, 'a.png').values]).toEqual([
    0, 1, 1, 0,
  ])
  expect([...maskOfIndices(binary, { ...grid, values: [0, 1, 1, 0] }, 'a.png').values]).toEqual([0, 1, 1, 0])
})

test.each([
  [softmax, 3],
  [softmax, 255],
  [softmax, 65535],
  [binary, 2],
] as const)('unknown values are refused', (head, value) => {
  // prettier-ignore
  const mask = () => maskOfIndices(head, { ...grid, values: [0, 1, value, 0] }, 'a.png')
  expect(mask).toThrow(expect.objectContaining({ code: 'labels-invalid', file: 'a.png' }))
})

test('an image cannot show classes that overlap', () => {
  expect(() => maskOfIndices(overlapping, { ...grid, values: [0, 1, 1, 0] }, 'a.png')).toThrow(
    'expected DICOM SEG',
  )
})

test('planes become one mask; the rest is background', () => {
  const planes = [
    { class: 2, plane: Uint8Array.of(0, 1, 0, 0) },
    { class: 1, plane: Uint8Array.of(0, 0, 1, 0) },
  ]
  expect([...maskOfPlanes(softmax, grid, planes, 'a.dcm').values]).toEqual([0, 2, 1, 0])
  const mask = maskOfPlanes(overlapping, grid, [{ class: 0, plane: Uint8Array.of(0, 1, 1, 0) }, { class: 1, plane: Uint8Array.of(0, 0, 1, 0) }], 'a.dcm') // prettier-ignore
  expect([...mask.values]).toEqual([0, 1, 1, 0, 0, 0, 1, 0])
})

test('segments that overlap are refused where classes exclude each other', () => {
  const planes = [1, 2].map((index) => ({ class: index, plane: Uint8Array.of(0, 1, 0, 0) }))
  expect(() => maskOfPlanes(softmax, grid, planes, 'a.dcm')).toThrow(
    "expected segments that don't overlap, got pixels of liver and spleen",
  )
})
