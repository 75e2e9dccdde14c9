import { expect, test } from 'vitest'
import { tinyFile } from '../../../test/support/tiny-instance.ts'
import { parseInstance } from './instance.ts'
import { aspectNotices, frameStackNotices, imageNotices } from './notices.ts'
import type { DataElement } from './write/encode.ts'

const us = (tag: number, ...value: number[]): DataElement => ({ tag, vr: 'US', value })
const ds = (tag: number, value: string): DataElement => ({ tag, vr: 'DS', value })
const cs = (tag: number, value: string): DataElement => ({ tag, vr: 'CS', value })
const sq = (tag: number, ...items: DataElement[][]): DataElement => ({ tag, vr: 'SQ', items })
const instanceOf = (...more: DataElement[]) =>
  parseInstance(tinyFile([...more].sort((a, b) => a.tag - b.tag)))
const told = (...more: DataElement[]) => imageNotices(instanceOf(...more)).map(({ message }) => message)

test('an image whose header is in order tells nothing', () => {
  const rescale = [ds(0x00281052, '-1024'), ds(0x00281053, '1')]
  expect(told(...rescale, ds(0x00200032, '1\\2\\3'), ds(0x00280030, '0.5\\.5 '))).toEqual([])
})

test.each([
  [0x00200032, '0\\0\\1,5', 'Image Position (Patient) (0020,0032)'],
  [0x00200037, '1\\0\\0\\0\\NaN\\0', 'Image Orientation (Patient) (0020,0037)'],
  [0x00280030, '0,5\\0,5', 'Pixel Spacing (0028,0030)'],
  [0x00200013, '0x10', 'Instance Number (0020,0013)'],
])('what is no number in %i is named', (tag, value, name) => {
  expect(told(ds(tag, value))).toEqual([`${name} holds something that is no number: it was taken as absent.`])
})

test('a number of a frame’s own group that is none is named too', () => {
  const position = sq(0x00209113, [ds(0x00200032, 'a\\b\\c')])
  expect(told(sq(0x52009230, [position]))[0]).toContain('Image Position')
})

test('slopes and intercepts without a value, and slopes of 0, are told with what was taken', () => {
  const slope = 'Rescale Slope (0028,1053)'
  const intercept = 'Rescale Intercept (0028,1052)'
  expect(told(ds(0x00281053, ''), ds(0x00281052, '-5'))).toEqual([`${slope} has no value: 1 was taken.`])
  expect(told(ds(0x00281053, '2'))).toEqual([`${intercept} has no value: 0 was taken.`])
  expect(told(ds(0x00281053, '0'), ds(0x00281052, '0'))).toEqual([
    `${slope} is 0, so that all values would be one: 1 was taken.`,
  ])
})

test.each([
  ['MONOCHROME1', 'IDENTITY', 1],
  ['MONOCHROME2', 'INVERSE', 1],
  ['MONOCHROME1', 'INVERSE', 0],
  ['MONOCHROME2', 'IDENTITY', 0],
])('%s with the Presentation LUT Shape %s: %i notices', (photometric, shape, count) => {
  const messages = told(cs(0x00280004, photometric), cs(0x20500020, shape))
  expect(messages).toHaveLength(count)
  for (const message of messages) expect(message).toContain(`${shape}, which contradicts ${photometric}`)
})

test('a supplemental palette of a monochrome image is told, a palette of its own is none', () => {
  const table = us(0x00281101, 2, 0, 16)
  expect(told(table)[0]).toContain('Supplemental Palette Color Lookup Table')
  expect(told(table, cs(0x00280004, 'PALETTE COLOR'))).toEqual([])
})

test('RT Dose and whole slides are said what they are taken for', () => {
  const dose = cs(0x00080060, 'RTDOSE')
  expect(told(dose, cs(0x30040002, 'GY'), ds(0x3004000e, '1e-4'))[0]).toContain('Dose Grid Scaling, GY')
  expect(told(dose)[0]).toContain('no Dose Grid Scaling (3004,000E)')
  const slide: DataElement = { tag: 0x00080016, vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.77.1.6' }
  expect(told(slide)[0]).toContain('each frame, a tile of it')
})

test.each([
  [[ds(0x00280030, '1\\0.5')], '2 times as tall as wide'],
  [[ds(0x00181164, '0.5\\1')], '2 times as wide as tall'],
  [[ds(0x00280034, '2\\1')], '2 times as tall as wide'],
  [[ds(0x00280030, '1\\1'), ds(0x00280034, '2\\1')], undefined],
  [[ds(0x00280030, '1\\1.005')], undefined],
  [[], undefined],
])('pixels that are not square are told under fits that keep proportions (%#)', (elements, shape) => {
  const instance = instanceOf(...elements)
  const messages = aspectNotices(instance, true).map(({ message }) => message)
  expect(messages).toEqual(shape ? [`The image's pixels are not square, ${shape}: they were fitted as if they were.`] : []) // prettier-ignore
  expect(aspectNotices(instance, false)).toEqual([])
})

test('frames that are shifted from one to the next make a sheared stack', () => {
  const frames = (shift: number) =>
    instanceOf(
      { tag: 0x00280008, vr: 'IS', value: '3' },
      sq(0x52009229, [sq(0x00209116, [ds(0x00200037, '1\\0\\0\\0\\1\\0')])]),
      sq(0x52009230, ...[0, 1, 2].map((z) => [sq(0x00209113, [ds(0x00200032, `0\\${shift * z}\\${z}`)])])),
    )
  expect(frameStackNotices(frames(0))).toEqual([])
  expect(frameStackNotices(frames(1))[0]?.message).toContain('tilted by 45.0 degrees')
})
