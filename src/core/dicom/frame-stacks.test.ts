import { expect, test } from 'vitest'
import type { DataElement } from './write/encode.ts'
import { frameStacks } from './frame-stacks.ts'
import { parseInstance } from './instance.ts'
import type { Placed } from './geometry.ts'
import { tinyFile } from '../../../test/support/tiny-instance.ts'

const frame = (z: number | undefined, time = 1): Placed => ({
  rows: 8,
  columns: 8,
  pixelSpacing: [1, 1],
  dimensions: { 'temporal position': time },
  imagePositionPatient: z === undefined ? undefined : [0, 0, z],
  imageOrientationPatient: z === undefined ? undefined : [[1, 0, 0], [0, 1, 0]], // prettier-ignore
})
const stacksOf = (frames: readonly Placed[]) => frameStacks(frames).map((stack) => stack.frames)

test.each([
  ['rise', [0, 1, 2], [[0, 1, 2]]],
  ['fall', [2, 1, 0], [[2, 1, 0]]],
  ['have no positions', [undefined, undefined], [[0, 1]]],
  ['are interleaved', [0, 2, 1], [[0, 2, 1]]],
  ['lie at one place', [0, 0], [[0], [1]]],
  [
    'come twice without a word',
    [0, 1, 1, 0],
    [
      [0, 1],
      [3, 2],
    ],
  ],
])('frames that %s', (_name, heights, expected) => {
  expect(stacksOf(heights.map((z) => frame(z)))).toEqual(expected)
})

test('frames of two times are two stacks, each in the order of positions, however they are stored', () => {
  const found = frameStacks([frame(1, 1), frame(0, 1), frame(1, 2), frame(0, 2)])
  expect(found).toEqual([
    { label: 'temporal position 1', frames: [1, 0], space: { orientation: 'SPL', spacing: [1, 1, 1] } },
    { label: 'temporal position 2', frames: [3, 2], space: { orientation: 'SPL', spacing: [1, 1, 1] } },
  ])
  expect(stacksOf([frame(0, 1), frame(0, 2), frame(1, 1), frame(1, 2)])).toEqual([
    [0, 2],
    [1, 3],
  ])
})

test('where there are no positions, those in the stack tell places', () => {
  const at = (inStackPosition: number, time: number) => ({ ...frame(undefined, time), inStackPosition })
  expect(stacksOf([at(2, 1), at(2, 2), at(1, 1), at(1, 2)])).toEqual([
    [2, 0],
    [3, 1],
  ])
})

test('a multi-frame file’s functional groups are read', () => {
  const item = (z: number, time: number): DataElement[] => [
    { tag: 0x00209111, vr: 'SQ', items: [[{ tag: 0x00209128, vr: 'UL', value: [time] }]] },
    { tag: 0x00209113, vr: 'SQ', items: [[{ tag: 0x00200032, vr: 'DS', value: `0\\0\\${z}` }]] },
    { tag: 0x00209116, vr: 'SQ', items: [[{ tag: 0x00200037, vr: 'DS', value: '1\\0\\0\\0\\1\\0' }]] },
  ]
  const stacksIn = (...frames: DataElement[][]) =>
    parseInstance(
      tinyFile([
        { tag: 0x00280008, vr: 'IS', value: String(frames.length) },
        { tag: 0x52009230, vr: 'SQ', items: frames },
      ]),
    ).frameStacks
  expect(stacksIn(item(0, 1), item(1, 1))).toEqual([{ label: '', frames: [0, 1] }])
  expect(stacksIn(item(0, 1), item(1, 1), item(0, 2), item(1, 2))).toMatchObject([
    { label: 'temporal position 1', frames: [0, 1] },
    { label: 'temporal position 2', frames: [2, 3] },
  ])
  expect(parseInstance(tinyFile()).frameStacks).toEqual([{ label: '', frames: [0] }])
})
