import { expect, test } from 'vitest'
import { frameUrl, modalityValue, needsTable, readFrame, storedValues } from './frame.ts'

const headers = new Headers({
  'x-rows': '2',
  'x-columns': '3',
  'x-samples': '1',
  'x-type': 'int16',
  'x-photometric': 'MONOCHROME1',
  'x-slope': '2',
  'x-intercept': '-1024',
  'x-unit': 'HU',
  'x-window-center': '40',
  'x-window-width': '400',
  'x-pixel-spacing': '0.5\\0.25',
  'x-min': '-5',
  'x-max': '4',
})
const body = Int16Array.of(-5, 1, 2, 3, 4, 0).buffer

test('a frame is read from headers and a typed array', () => {
  expect(readFrame(headers, body)).toMatchObject({
    rows: 2,
    columns: 3,
    photometric: 'MONOCHROME1',
    window: { center: 40, width: 400 },
    spacing: { row: 0.5, column: 0.25 },
    min: -5,
  })
})

test('a pixel is read by column and row, stored and in modality units', () => {
  const frame = readFrame(headers, body)
  expect(storedValues(frame, 1, 1)).toEqual([4])
  expect(modalityValue(frame, 1, 1)).toBe(2 * 4 - 1024)
  expect(storedValues(frame, 3, 1)).toEqual([])
  expect(storedValues(frame, 0, -1)).toEqual([])
})

test('a colour pixel has three stored values and no modality value', () => {
  const frame = { ...readFrame(headers, body), samples: 3, columns: 1, rows: 2 } as const
  expect(storedValues(frame, 0, 1)).toEqual([3, 4, 0])
  expect(modalityValue(frame, 0, 1)).toBeUndefined()
})

test('a body of another size than the headers say is refused', () => {
  expect(() => readFrame(headers, body.slice(2))).toThrow('expected 6 values, got 5')
})

test('an image without spacing has none', () => {
  const without = new Headers(headers)
  without.set('x-pixel-spacing', '')
  expect(readFrame(without, body).spacing).toBeUndefined()
})

test('a modality table gives values, unit and range instead of a slope', () => {
  const tabled = new Headers(headers)
  for (const [name, value] of Object.entries({ slope: '1', intercept: '0', unit: '', 'window-center': '' }))
    tabled.set(`x-${name}`, value)
  expect([needsTable(headers), needsTable(tabled)]).toEqual([false, true])
  const frame = readFrame(tabled, body, { first: 0, entries: [100, 300, 200, 250], unit: 'OD' })
  expect(frame).toMatchObject({ unit: 'OD', window: { center: 200, width: 200 } })
  expect([0, 1, 2].map((x) => modalityValue(frame, x, 0))).toEqual([100, 300, 200])
  expect(modalityValue(frame, 1, 1)).toBe(250)
})

test('originals and results lie under different paths', () => {
  const ref = { study: 'a b', image: 3, frame: 0 }
  expect(frameUrl({ ...ref, kind: 'original' })).toBe('/frames/a%20b/3/0')
  expect(frameUrl({ ...ref, kind: 'perturbation', run: 'r1' })).toBe('/runs/r1/frames/perturbation/3/0')
  expect(frameUrl({ ...ref, kind: 'gradient', model: 'm&m', version: '1f' })).toBe(
    '/frames/a%20b/3/0/gradient?model=m%26m&version=1f',
  )
})

test('an image without a window shows its whole range, also where the slope falls', () => {
  const without = new Headers(headers)
  without.set('x-window-center', '')
  without.set('x-window-width', '')
  expect(readFrame(without, body).window).toEqual({ center: -1025, width: 18 })
  without.set('x-slope', '-2')
  expect(readFrame(without, body).window).toEqual({ center: -1023, width: 18 })
})

test('a header that is missing is named', () => {
  const without = new Headers(headers)
  without.delete('x-slope')
  expect(() => readFrame(without, body)).toThrow('x-slope')
})
