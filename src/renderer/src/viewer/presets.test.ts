import { expect, test } from 'vitest'
import { presetsOf, windowOf } from './presets.ts'

const frame = { slope: 1, intercept: -1024, min: 0, max: 4095, table: undefined }

test('presets have keys of their own', () => {
  for (const modality of ['CT', 'MR', 'US']) {
    const keys = presetsOf(modality).map(({ key }) => key)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys[0]).toBe('1')
  }
})

test('named windows exist for CT alone, whose unit is known', () => {
  expect(presetsOf('CT')).toHaveLength(9)
  expect(presetsOf('MR').map(({ window }) => window)).toEqual(['file', 'full'])
})

test('a preset gives the file’s window, the whole range, or its own', () => {
  const [file, soft] = presetsOf('CT')
  const full = presetsOf('CT').at(-1)
  expect(windowOf(file!, frame)).toBeUndefined()
  expect(windowOf(soft!, frame)).toEqual({ center: 40, width: 400 })
  expect(windowOf(full!, frame)).toEqual({ center: 1023.5, width: 4095 })
})

test('a flat frame’s whole range has a width', () => {
  expect(windowOf(presetsOf('MR').at(-1)!, { ...frame, min: 7, max: 7 })?.width).toBe(1)
})
