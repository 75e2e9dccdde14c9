import { expect, test } from 'vitest'
import { tinyFile } from '../../../test/support/tiny-instance.ts'
import { decodeFrame } from './decode.ts'
import { parseInstance } from './instance.ts'
import { applyModality } from './lookup-tables.ts'
import { pixelMeaning } from './meaning.ts'
import type { DataElement } from './write/encode.ts'

const us = (tag: number, ...value: number[]): DataElement => ({ tag, vr: 'US', value })
const ds = (tag: number, value: string): DataElement => ({ tag, vr: 'DS', value })
const cs = (tag: number, value: string): DataElement => ({ tag, vr: 'CS', value })
const lo = (tag: number, value: string): DataElement => ({ tag, vr: 'LO', value })
const sq = (tag: number, ...items: DataElement[][]): DataElement => ({ tag, vr: 'SQ', items })
const words = (...values: number[]) => new Uint8Array(Uint16Array.from(values).buffer)
const lut = (descriptor: number[], data: Uint8Array): DataElement[] => [
  us(0x00283002, ...descriptor),
  { tag: 0x00283006, vr: 'OW', value: data },
]

const signed = us(0x00280103, 1)
const ct = cs(0x00080060, 'CT')
const meaningOf = (more: DataElement[], { explicit = true, frame = 0 } = {}) =>
  pixelMeaning(
    parseInstance(
      tinyFile(
        [...more].sort((a, b) => a.tag - b.tag),
        explicit,
      ),
    ),
    frame,
  )

test('an image that says nothing has stored values for units, no window and no padding', () => {
  expect(meaningOf([])).toEqual({
    modality: { kind: 'linear', slope: 1, intercept: 0, unit: 'US' },
    windows: [],
    voiTable: undefined,
    padding: undefined,
  })
})

test('slope, intercept and rescale type are read; CT without a type is in HU', () => {
  const rescale = [ds(0x00281052, '-1024'), ds(0x00281053, '0.5')]
  expect(meaningOf([ct, ...rescale]).modality).toEqual({
    kind: 'linear',
    slope: 0.5,
    intercept: -1024,
    unit: 'HU',
  })
  expect(meaningOf([...rescale, lo(0x00281054, 'OD')]).modality).toMatchObject({ unit: 'OD' })
})

test('what a PET image’s values are is told by Units where the rescale type is absent or unspecified', () => {
  const pet = [cs(0x00080060, 'PT'), ds(0x00281053, '2'), cs(0x00541001, 'BQML')]
  expect(meaningOf(pet).modality).toMatchObject({ unit: 'BQML' })
  expect(meaningOf([...pet, lo(0x00281054, 'US')]).modality).toMatchObject({ unit: 'BQML' })
  expect(meaningOf([ct, ds(0x00281053, '2'), lo(0x00281054, 'US')]).modality).toMatchObject({ unit: 'US' })
})

test('a modality table comes before the rescale, and values outside it take its ends', () => {
  const { modality } = meaningOf(
    [
      signed,
      ds(0x00281053, '2'),
      sq(0x00283000, [...lut([3, 0xfffe, 16], words(10, 20, 40)), lo(0x00283004, 'HU')]),
    ],
    { explicit: false },
  )
  expect(modality).toMatchObject({ kind: 'table', firstStoredValue: -2, unit: 'HU' })
  expect([...applyModality(modality, [-5, -2, -1, 0, 7])]).toEqual([10, 10, 20, 40, 40])
})

test('a linear modality is applied to every value', () => {
  expect([
    ...applyModality({ kind: 'linear', slope: 2, intercept: -1, unit: 'US' }, Int16Array.of(-1, 0, 3)),
  ]).toEqual([-3, -1, 5])
})

test('several windows come with their explanations and shape; impossible ones keep their places', () => {
  const { windows } = meaningOf([
    ds(0x00281050, '40\\500\\7'),
    ds(0x00281051, '80\\2000\\0'),
    lo(0x00281055, 'BRAIN\\BONE\\x'),
    cs(0x00281056, 'SIGMOID'),
  ])
  expect(windows).toEqual([
    { center: 40, width: 80, shape: 'SIGMOID', explanation: 'BRAIN' },
    { center: 500, width: 2000, shape: 'SIGMOID', explanation: 'BONE' },
    undefined,
  ])
})

test('windows whose center or width is empty or no number keep the others in their places', () => {
  const { windows } = meaningOf([ds(0x00281050, '\\-600\\1,5\\2'), ds(0x00281051, '400\\1500\\80')])
  expect(windows).toMatchObject([undefined, { center: -600, width: 1500 }, undefined, undefined])
})

test('a LINEAR window below 1 is an exact one; others may be that narrow', () => {
  const narrow = (...more: DataElement[]) =>
    meaningOf([ds(0x00281050, '0.004'), ds(0x00281051, '8E-3'), ...more]).windows
  expect(narrow()).toMatchObject([{ width: 0.008, shape: 'LINEAR_EXACT', madeExact: true }])
  expect(narrow(cs(0x00281056, 'SIGMOID'))).toMatchObject([{ width: 0.008, shape: 'SIGMOID' }])
  expect(narrow(cs(0x00281056, 'LINEAR_EXACT'))[0]).not.toHaveProperty('madeExact')
})

test.each(['1,5', 'NaN', 'Infinity', '0x10', '1e999', '1 5', 'two'])('a slope of %s is an error', (value) => {
  const rescale = [ds(0x00281052, '0'), ds(0x00281053, value)]
  expect(() => meaningOf(rescale)).toThrow('Rescale Slope (0028,1053): expected a number')
  const intercept = [ds(0x00281052, value), ds(0x00281053, '1')]
  expect(() => meaningOf(intercept)).toThrow('Rescale Intercept (0028,1052): expected a number')
})

test.each([
  ['+1.5', 1.5],
  ['.5', 0.5],
  ['5.', 5],
  ['-1.25E-03 ', -0.00125],
  ['2\\8', 2],
])('a slope of "%s" is a number', (value, slope) => {
  expect(meaningOf([ds(0x00281052, '0'), ds(0x00281053, value)]).modality).toMatchObject({ slope })
})

test('a modality table that is not whole is an error', () => {
  expect(() => meaningOf([sq(0x00283000, lut([5, 0, 16], words(1, 2)))])).toThrow('Modality LUT Sequence')
})

test('RT Dose is scaled to dose', () => {
  const dose = [cs(0x00080060, 'RTDOSE'), cs(0x30040002, 'GY'), ds(0x3004000e, '1e-4')]
  expect(meaningOf(dose).modality).toEqual({ kind: 'linear', slope: 1e-4, intercept: 0, unit: 'GY' })
})

test('a VOI table is read where there is no window; in implicit syntaxes its inputs are signed like the modality’s output', () => {
  const table = sq(0x00283010, lut([2, 0xff00, 8], words(1, 2)))
  expect(meaningOf([table]).voiTable).toEqual({ firstValue: 0xff00, table: Float64Array.of(1, 2) })
  expect(meaningOf([table, ds(0x00281052, '-1024')], { explicit: false }).voiTable?.firstValue).toBe(-256)
  expect(meaningOf([table, ds(0x00281050, '1'), ds(0x00281051, '1')]).voiTable).toBeUndefined()
})

test('tables of bytes packed two in a word are read', () => {
  expect(meaningOf([sq(0x00283010, lut([4, 0, 8], Uint8Array.of(1, 2, 3, 4)))]).voiTable?.table).toEqual(
    Float64Array.of(1, 2, 3, 4),
  )
})

test('a table with fewer entries than it says is left out', () => {
  expect(meaningOf([sq(0x00283010, lut([0, 0, 16], words(1, 2)))]).voiTable).toBeUndefined()
})

test('padding has the sign of the pixels, and may be a range', () => {
  expect(meaningOf([us(0x00280120, 63536)]).padding).toEqual({ lower: 63536, upper: 63536 })
  expect(meaningOf([signed, us(0x00280120, 63536), us(0x00280121, 0xf800)]).padding).toEqual({
    lower: -2048,
    upper: -2000,
  })
})

test.each(['PALETTE COLOR', 'RGB'])(
  '%s has neither rescale nor window nor padding, whatever the header says',
  (photometric) => {
    const more = [
      ds(0x00281052, '-9'),
      ds(0x00281053, '2'),
      ds(0x00281050, '1'),
      ds(0x00281051, '1'),
      us(0x00280120, 7),
    ]
    expect(meaningOf([cs(0x00280004, photometric), ...more])).toEqual(meaningOf([]))
  },
)

test('frames of an enhanced image have meanings of their own, else the shared one', () => {
  const transform = (intercept: string) =>
    sq(0x00289145, [ds(0x00281052, intercept), ds(0x00281053, '1'), lo(0x00281054, 'HU')])
  const window = sq(0x00289132, [ds(0x00281050, '40'), ds(0x00281051, '400')])
  const groups = [sq(0x52009229, [transform('-1'), window]), sq(0x52009230, [transform('-2')], [])]
  const intercepts = [0, 1, 2].map((frame) => meaningOf(groups, { frame }).modality)
  expect(intercepts).toMatchObject([{ intercept: -2 }, { intercept: -1 }, { intercept: -1 }])
  expect(meaningOf(groups, { frame: 1 }).windows).toMatchObject([{ center: 40, width: 400, shape: 'LINEAR' }])
})

test('a segmented palette is expanded', async () => {
  const palette = [0x00281101, 0x00281102, 0x00281103].map((tag) => us(tag, 6, 0, 16))
  // One value as it is, a ramp of two to 0x0500, one value, then the ramp once more, which lies 6 bytes on.
  const segments = words(0, 1, 0x0100, 1, 2, 0x0500, 0, 1, 0x0700, 2, 1, 6, 0)
  const data = [0x00281221, 0x00281222, 0x00281223].map((tag): DataElement => ({
    tag,
    vr: 'OW',
    value: segments,
  }))
  const bits = [us(0x00280100, 8), us(0x00280101, 8), us(0x00280102, 7)]
  const pixels: DataElement = { tag: 0x7fe00010, vr: 'OB', value: Uint8Array.of(0, 2, 3, 5) }
  const file = tinyFile([cs(0x00280004, 'PALETTE COLOR'), ...bits, ...palette, ...data, pixels])
  const frame = await decodeFrame(parseInstance(file), 0)
  expect(frame).toMatchObject({ samplesPerPixel: 3, photometric: 'RGB', bitsStored: 8, signed: false })
  expect([...frame.values].filter((_, index) => index % 3 === 0)).toEqual([1, 5, 7, 5])
})
