import { expect, test } from 'vitest'
import type { DimensionValues } from './stack-dimensions.ts'
import type { Placed } from './geometry.ts'
import { stackParts } from './stack-parts.ts'

interface Slice extends Placed {
  /** Its height and its number in the order given. */
  readonly name: string
}

const axial = [
  [1, 0, 0],
  [0, 1, 0],
] as const
const sagittal = [
  [0, 1, 0],
  [0, 0, -1],
] as const

function slice(z: number, dimensions: DimensionValues = {}, more: Partial<Placed> = {}): Slice {
  return {
    name: String(z),
    rows: 8,
    columns: 8,
    pixelSpacing: [1, 1],
    dimensions,
    imagePositionPatient: [0, 0, z],
    imageOrientationPatient: axial,
    ...more,
  }
}

const parts = (items: readonly Slice[]) =>
  stackParts(items).map(({ label, members }) => [label, members.map(({ name }) => name).join(' ')])

const times = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
/** All heights at each time, time by time. */
const volumes = (heights: readonly number[], make: (z: number, time: number) => Slice, count = 2) =>
  times(count).flatMap((time) => heights.map((z) => make(z, time)))

test.each([
  ['temporal position', ''],
  ['trigger time', ' ms'],
  ['cardiac phase', ' %'],
  ['echo', ''],
  ['echo time', ' ms'],
  ['b-value', ' s/mm²'],
  ['acquisition', ''],
])('%s parts a series whose slices lie at the same places', (name, unit) => {
  const found = parts(volumes([0, 5, 10], (z, time) => slice(z, { [name]: time })))
  expect(found).toEqual([
    [`${name} 1${unit}`, '0 5 10'],
    [`${name} 2${unit}`, '0 5 10'],
  ])
})

test('a stack whose acquisitions, times and types change from slice to slice stays whole', () => {
  const changing = (z: number) => slice(z, { acquisition: z, 'trigger time': 10 * z, 'image type': `T${z}` })
  expect(parts([0, 1, 2, 3].map(changing))).toEqual([['', '0 1 2 3']])
})

test('interleaved acquisitions are one stack', () => {
  expect(parts([0, 2, 4, 1, 3].map((z) => slice(z, { acquisition: z % 2 })))).toEqual([['', '0 2 4 1 3']])
})

test('what changes from slice to slice does not part two times; runs do', () => {
  const found = parts(volumes([0, 5, 10], (z, time) => slice(z, { 'trigger time': z + 7 * time })))
  expect(found).toEqual([
    ['run 1', '0 5 10'],
    ['run 2', '0 5 10'],
  ])
})

test('two dimensions part one after the other', () => {
  const found = parts(
    [1, 2].flatMap((echo) => volumes([0, 1], (z, time) => slice(z, { echo, 'temporal position': time }))),
  )
  expect(found.map(([label]) => label)).toEqual([
    'temporal position 1, echo 1',
    'temporal position 1, echo 2',
    'temporal position 2, echo 1',
    'temporal position 2, echo 2',
  ])
})

test('diffusion: one volume without a b-value, and one for each direction with it', () => {
  const plain = [0, 1, 2].map((z) => slice(z))
  const weighted = volumes(
    [0, 1, 2],
    (z, time) => slice(z, { 'b-value': 1000, 'gradient direction': `${time} 0 0` }),
    3,
  )
  expect(parts([...plain, ...weighted]).map(([label, names]) => [label, names])).toEqual([
    ['b-value 1000 s/mm², gradient direction no. 1', '0 1 2'],
    ['b-value 1000 s/mm², gradient direction no. 2', '0 1 2'],
    ['b-value 1000 s/mm², gradient direction no. 3', '0 1 2'],
    ['b-value not given', '0 1 2'],
  ])
})

test('runs: a new part begins where a place comes again, also where one is shorter', () => {
  const found = parts([0, 2, 1, 0, 1, 0, 1, 2].map((z) => slice(z)))
  expect(found.map(([, names]) => names)).toEqual(['0 2 1', '0 1', '0 1 2'])
})

test('images that come place by place are parted by their rank at each place', () => {
  const jittered = [0, 1, 2].flatMap((z) => [20 + z, 0.1 * z].map((ms) => slice(z, { 'trigger time': ms })))
  const found = stackParts(jittered)
  expect(found.map(({ members }) => members.map(({ dimensions }) => dimensions['trigger time']))).toEqual([
    [0, 0.1, 0.2],
    [20, 21, 22],
  ])
})

test('a time that was cut short is a part of its own', () => {
  const all = volumes([0, 1, 2], (z, time) => slice(z, { 'temporal position': time }))
  expect(parts(all.slice(0, -1))).toEqual([
    ['temporal position 1', '0 1 2'],
    ['temporal position 2', '0 1'],
  ])
})

test('times whose table moved a little are parted though no two slices lie at one place', () => {
  const found = parts(volumes([0, 5], (z, time) => slice(z + time / 10, { 'temporal position': time })))
  expect(found).toEqual([
    ['temporal position 1', '0.1 5.1'],
    ['temporal position 2', '0.2 5.2'],
  ])
})

test('slabs beside each other are one stack, whatever their temporal positions', () => {
  const slab = (heights: readonly number[], time: number) =>
    heights.map((z) => slice(z, { 'temporal position': time }))
  expect(parts([...slab([0, 1], 1), ...slab([2, 3], 2)])).toEqual([['', '0 1 2 3']])
})

test('positions that differ in their last digits are one place', () => {
  const found = parts(volumes([0, 5], (z, time) => slice(z + 0.001 * time)))
  expect(found.map(([label]) => label)).toEqual(['run 1', 'run 2'])
})

test('two sizes at the same places are two stacks', () => {
  const found = parts(volumes([0, 5], (z, time) => slice(z, {}, { rows: 8 * time, columns: 8 })))
  expect(found.map(([label]) => label)).toEqual(['size 8x16', 'size 8x8'])
})

test('orientations are stacks of their own; a scout lies beside the slices', () => {
  const turned = (x: number) =>
    slice(x, {}, { imageOrientationPatient: sagittal, imagePositionPatient: [x, 0, 0] })
  expect(parts([turned(7), slice(0), slice(1)])).toEqual([
    ['orientation 1', '7'],
    ['orientation 2', '0 1'],
  ])
})

test('images that are all turned another way are one list, and no stack', () => {
  const [only, ...others] = stackParts([slice(0), slice(1, {}, { imageOrientationPatient: sagittal })])
  expect([only?.isStack, only?.members.length, others]).toEqual([false, 2, []])
})

test('images without positions are one list, unless a dimension says more', () => {
  const nowhere = (dimensions: DimensionValues) =>
    slice(0, dimensions, { imagePositionPatient: undefined, imageOrientationPatient: undefined })
  expect(parts(times(4).map((time) => nowhere({ 'temporal position': time })))).toHaveLength(1)
  expect(parts([1, 1, 2, 2].map((echo) => nowhere({ echo })))).toHaveLength(2)
})
