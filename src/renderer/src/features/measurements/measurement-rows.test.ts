import { expect, test } from 'vitest'
import type { Measurement } from '../../viewer/measurements/measurement-list.ts'
import { measurementsCsv } from './measurement-rows.ts'

const measurement = {
  id: 'a',
  name: 'Nodule, left',
  kind: 'ellipse',
  series: { study: 's', series: 0 },
  where: '1 · Thorax, slice 3',
  slice: 2,
  place: '/frames/s/2/0',
  value: undefined,
  valueUnit: undefined,
  shape: undefined,
} as const
const before = { pixels: 9, mean: 10, sd: 1, min: 8, max: 12 }
const after = { pixels: 9, mean: 12.5, sd: 2, min: 7, max: 15 }

test('a region has its numbers before, after, and their differences', () => {
  const numbers = { unit: 'HU', before, after, areaMm2: 4.5 }
  const [head, row] = measurementsCsv([{ measurement, numbers }]).split('\r\n')
  expect(head).toContain('mean,sd,min,max,mean_adversarial')
  expect(row).toBe(
    '"Nodule, left",ellipse,"1 · Thorax, slice 3",,,,4.5,9,HU,10,1,8,12,12.5,2,7,15,2.5,1,-1,3',
  )
})

test('a length has no statistics', () => {
  const length = { ...measurement, name: '', kind: 'length', value: 23.5, valueUnit: 'mm' } as const
  const rowOf = (changed: Pick<Measurement, 'valueUnit'>) =>
    measurementsCsv([{ measurement: { ...length, ...changed }, numbers: undefined }]).split('\r\n')[1]
  expect(rowOf({ valueUnit: 'mm' })).toMatch(/^,length,"1 · Thorax, slice 3",23.5,,,,,+$/)
  expect(rowOf({ valueUnit: 'px' })).toMatch(/^,length,"1 · Thorax, slice 3",,23.5,,,,+$/)
})
