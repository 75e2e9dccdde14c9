import { expect, test } from 'vitest'
import { tinyFile } from '../../../test/support/tiny-instance.ts'
import type { Vector3 } from './geometry.ts'
import { parseInstance, type InstanceHeader } from './instance.ts'
import { orderSeries } from './series.ts'

const axial = [
  [1, 0, 0],
  [0, 1, 0],
] as const satisfies readonly [Vector3, Vector3]
const blank: InstanceHeader = { ...parseInstance(tinyFile()), imageOrientationPatient: axial }

/** A slice at a height, numbered; anything else as given. */
function slice(z: number, instanceNumber: number, more: Partial<InstanceHeader> = {}): InstanceHeader {
  return {
    ...blank,
    sopInstanceUid: `2.25.${instanceNumber}`,
    instanceNumber,
    imagePositionPatient: [0, 0, z],
    ...more,
  }
}

const numbers = (instances: readonly InstanceHeader[]) =>
  instances.map(({ instanceNumber }) => instanceNumber)
const only = (instances: readonly InstanceHeader[]) => {
  const [series, ...others] = orderSeries(instances)
  expect(others).toEqual([])
  if (series === undefined) throw new Error('no series')
  return series
}

test('slices are ordered along the normal, whatever their numbers', () => {
  const series = only([slice(10, 1), slice(-5, 2), slice(5, 3), slice(0, 4)])
  expect(numbers(series.instances)).toEqual([2, 4, 3, 1])
  expect([series.orderedBy, series.sliceSpacingMm, series.notes]).toEqual(['geometry', 5, []])
})

test('the normal is the orientation’s, not an axis', () => {
  const sagittal = {
    imageOrientationPatient: [
      [0, 1, 0],
      [0, 0, -1],
    ] as const,
  }
  const at = (x: number, n: number) => slice(0, n, { ...sagittal, imagePositionPatient: [x, n, -n] })
  // The normal (0,1,0) x (0,0,-1) = (-1,0,0) points to the right, so the leftmost slice is first.
  expect(numbers(only([at(1, 1), at(3, 2), at(2, 3)]).instances)).toEqual([2, 3, 1])
})

test('a missing slice is told as a gap', () => {
  expect(only([slice(0, 1), slice(1, 2), slice(2, 3), slice(4, 4)]).notes).toMatchObject([{ kind: 'gap' }])
})

test('slices at the same places are two stacks, told by what they are', () => {
  const at = (z: number, number: number, time: number) =>
    slice(z, number, { dimensions: { 'temporal position': time } })
  const order = orderSeries([at(5, 3, 1), at(0, 4, 1), at(0, 1, 2), at(5, 2, 2)])
  expect(order.map(({ part, instances }) => [part, numbers(instances)])).toEqual([
    [{ number: 1, count: 2, label: 'temporal position 1' }, [4, 3]],
    [{ number: 2, count: 2, label: 'temporal position 2' }, [1, 2]],
  ])
  expect(order.map(({ sliceSpacingMm, notes }) => [sliceSpacingMm, notes])).toEqual([
    [5, []],
    [5, []],
  ])
})

test('images at one place are one series in the order of their numbers, and no stack', () => {
  const series = only([slice(0, 2), slice(0, 1), slice(0, 3)])
  expect([numbers(series.instances), series.isStack, series.orderedBy]).toEqual([
    [1, 2, 3],
    false,
    'instance-number',
  ])
  expect(series.notes).toMatchObject([{ kind: 'one-place' }])
})

test('images without a series are of one where they lie in one folder', () => {
  const loose = (number: number, file: string) =>
    slice(number, number, { seriesInstanceUid: undefined, file })
  const order = orderSeries([
    loose(1, '/a/1.dcm'),
    loose(2, '/b/1.dcm'),
    loose(3, '/a/2.dcm'),
    loose(4, '/a/x.zip > 1.dcm'),
    loose(5, 'C:\\a\\1.dcm'),
  ])
  expect(order.map(({ instances }) => numbers(instances))).toEqual([[1, 3], [4], [2], [5]])
})

test('a multi-frame image is no part of the stack beside it', () => {
  const order = orderSeries([slice(0, 1), slice(1, 2), slice(0, 3, { numberOfFrames: 4 })])
  expect(order.map(({ instances, part }) => [numbers(instances), part?.label])).toEqual([
    [[1, 2], ''],
    [[3], 'multi-frame images'],
  ])
})

test('a repeated SOP Instance UID is told and left out', () => {
  const copy = slice(0, 1, { file: 'b.dcm' })
  const series = only([copy, slice(0, 1, { file: 'a.dcm' }), slice(1, 2)])
  expect(numbers(series.instances)).toEqual([1, 2])
  expect(series.duplicates).toEqual([copy])
  expect(series.notes).toMatchObject([{ kind: 'duplicate-instance' }])
})

test('mixed orientations are told and ordered by number', () => {
  const turned = {
    imageOrientationPatient: [
      [0, 1, 0],
      [0, 0, -1],
    ] as const,
  }
  const series = only([slice(0, 2), slice(5, 1, turned)])
  expect([numbers(series.instances), series.orderedBy]).toEqual([[1, 2], 'instance-number'])
  expect(series.notes).toMatchObject([{ kind: 'mixed-orientation' }])
})

test('images without a position are ordered by number, those without a number last', () => {
  const bare = { imagePositionPatient: undefined, imageOrientationPatient: undefined }
  const series = only([
    slice(0, 7, { ...bare, instanceNumber: undefined }),
    slice(0, 9, bare),
    slice(0, 8, bare),
  ])
  expect(numbers(series.instances)).toEqual([8, 9, undefined])
})

test('mixed sizes are told', () => {
  expect(only([slice(0, 1), slice(1, 2, { rows: 9 })]).notes).toMatchObject([{ kind: 'mixed-size' }])
})

test('series are told apart by study and series, and come by their number', () => {
  const other = { seriesInstanceUid: '2.25.9' }
  const order = orderSeries([
    slice(0, 1, { ...other, seriesNumber: 5 }),
    slice(0, 2, { seriesNumber: 10 }),
    slice(1, 3, { ...other, seriesNumber: 5 }),
  ])
  expect(order.map(({ seriesNumber, instances }) => [seriesNumber, instances.length])).toEqual([
    [5, 2],
    [10, 1],
  ])
})
