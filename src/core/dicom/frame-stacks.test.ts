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
const gotOf = (frames: readonly Placed[]) => {
  const found = frameStacks(frames)
  return found.isOne ? 'one' : found.got
}

test.each([
  ['rise', [0, 1, 2], 'one'],
  ['fall', [2, 1, 0], 'one'],
  ['have no positions', [undefined, undefined], 'one'],
  ['are interleaved', [0, 2, 1], 'another order'],
  ['lie at one place', [0, 0], 'frames at one place, or turned each another way'],
])('frames that %s', (_name, heights, expected) => {
  expect(gotOf(heights.map((z) => frame(z)))).toBe(expected)
})

test('frames of two times are two stacks, however they are stored', () => {
  const expected = '2 stacks, the first: temporal position 1'
  expect(gotOf([frame(0, 1), frame(1, 1), frame(0, 2), frame(1, 2)])).toBe(expected)
  expect(gotOf([frame(0, 1), frame(0, 2), frame(1, 1), frame(1, 2)])).toBe(expected)
})

test('a multi-frame file’s functional groups are read', () => {
  const item = (z: number, time: number): DataElement[] => [
    { tag: 0x00209111, vr: 'SQ', items: [[{ tag: 0x00209128, vr: 'UL', value: [time] }]] },
    { tag: 0x00209113, vr: 'SQ', items: [[{ tag: 0x00200032, vr: 'DS', value: `0\\0\\${z}` }]] },
    { tag: 0x00209116, vr: 'SQ', items: [[{ tag: 0x00200037, vr: 'DS', value: '1\\0\\0\\0\\1\\0' }]] },
  ]
  const fileOf = (...frames: DataElement[][]) =>
    tinyFile([
      { tag: 0x00280008, vr: 'IS', value: String(frames.length) },
      { tag: 0x52009230, vr: 'SQ', items: frames },
    ])
  expect(parseInstance(fileOf(item(0, 1), item(1, 1))).frameStacks).toEqual({ isOne: true })
  expect(parseInstance(fileOf(item(0, 1), item(1, 1), item(0, 2), item(1, 2))).frameStacks).toMatchObject({
    got: '2 stacks, the first: temporal position 1',
  })
})
