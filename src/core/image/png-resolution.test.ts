import { decode, encode } from 'fast-png'
import { expect, test } from 'vitest'
import { withResolution } from './png-resolution.ts'

test('a PNG says its resolution, and has the same pixels', () => {
  const data = Uint8Array.from([0, 128, 255, 7])
  const png = encode({ width: 2, height: 2, data, channels: 1 })
  const { data: again, resolution } = decode(withResolution(png, 300), { checkCrc: true })
  expect([...again]).toEqual([...data])
  expect(resolution).toEqual({ x: 11811, y: 11811, unit: 1 })
})

test('what is no PNG is refused', () => {
  expect(() => withResolution(new Uint8Array(40), 300)).toThrow('expected a PNG')
})
