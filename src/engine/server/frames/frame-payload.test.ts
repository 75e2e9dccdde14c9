import { expect, test } from 'vitest'
import type { PixelMeaning, StoredFrame } from '../../../core/dicom/image.ts'
import { plainPayload, storedPayload } from './frame-payload.ts'

const frame: StoredFrame = {
  rows: 1,
  columns: 2,
  samplesPerPixel: 1,
  photometric: 'MONOCHROME2',
  bitsStored: 12,
  signed: true,
  values: Int16Array.of(-5, 7),
}
const meaning: PixelMeaning = {
  modality: { kind: 'linear', slope: 2, intercept: -1024, unit: 'HU' },
  windows: [{ center: 40, width: 400, shape: 'LINEAR', explanation: 'BRAIN' }],
  voiTable: undefined,
  padding: undefined,
}

test('stored values go with all that is needed to show them', () => {
  expect(storedPayload({ frame, meaning }, [0.5, 0.25])).toEqual({
    values: frame.values,
    headers: {
      'x-rows': '1',
      'x-columns': '2',
      'x-samples': '1',
      'x-type': 'int16',
      'x-photometric': 'MONOCHROME2',
      'x-slope': '2',
      'x-intercept': '-1024',
      'x-unit': 'HU',
      'x-window-center': '40',
      'x-window-width': '400',
      'x-pixel-spacing': '0.5\\0.25',
      'x-min': '-5',
      'x-max': '7',
    },
  })
})

test('a modality table has no slope, and what is not known is empty', () => {
  const table = {
    ...meaning,
    windows: [],
    modality: { kind: 'table', firstStoredValue: 0, table: new Float64Array(2), unit: 'OD' } as const,
  }
  expect(storedPayload({ frame, meaning: table }, undefined).headers).toMatchObject({
    'x-slope': '1',
    'x-intercept': '0',
    'x-unit': '',
    'x-window-center': '',
    'x-pixel-spacing': '',
  })
})

test('a perturbation is in modality units already', () => {
  const { headers } = plainPayload({ frame, meaning }, Float32Array.of(-2, 0), {
    unit: 'HU',
    spacing: undefined,
  })
  expect(headers).toMatchObject({
    'x-type': 'float32',
    'x-slope': '1',
    'x-intercept': '0',
    'x-unit': 'HU',
    'x-min': '-2',
    'x-max': '0',
  })
})
