import { expect, test } from 'vitest'
import { previewRgba } from './preview-rgba.ts'

const base64 = (...bytes: number[]) => Buffer.from(bytes).toString('base64')

test('grey bytes become grey, colour bytes stay colours, all opaque', () => {
  expect([...previewRgba({ rows: 1, columns: 2, channels: 1, pixels: base64(7, 250) })]).toEqual([
    7, 7, 7, 255, 250, 250, 250, 255,
  ])
  expect([...previewRgba({ rows: 1, columns: 1, channels: 3, pixels: base64(1, 2, 255) })]).toEqual([
    1, 2, 255, 255,
  ])
})
