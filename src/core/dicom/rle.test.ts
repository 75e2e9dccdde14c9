import { expect, test } from 'vitest'
import { decodeRle } from './rle.ts'

/** A frame with these segments, each at the offset that the header gives. */
function frameOf(...segments: number[][]): Uint8Array {
  const header = new Uint32Array(16)
  header[0] = segments.length
  segments.reduce((offset, segment, index) => {
    header[index + 1] = offset
    return offset + segment.length
  }, 64)
  return Uint8Array.from([...new Uint8Array(header.buffer), ...segments.flat()])
}

const onePlane = { planeBytes: 6, planes: 1, file: 'f.dcm' }

test('literal and repeated runs are unpacked, no-operations and padding skipped', () => {
  const frame = frameOf([1, 7, 8, 128, 256 - 3, 9, 0])
  expect([...decodeRle(frame, onePlane)]).toEqual([7, 8, 9, 9, 9, 9])
})

test('segments become planes one after another', () => {
  const frame = frameOf([256 - 1, 1], [256 - 1, 2])
  expect([...decodeRle(frame, { planeBytes: 2, planes: 2, file: undefined })]).toEqual([1, 1, 2, 2])
})

test.each([
  ['a segment that ends early', frameOf([1, 7, 8])],
  ['a run that has no byte', frameOf([256 - 5])],
  ['a run beyond the plane', frameOf([256 - 6, 1])],
  ['another number of segments', frameOf([256 - 5, 1], [256 - 5, 1])],
  ['no header', new Uint8Array(10)],
])('%s is an error', (_, frame) => {
  expect(() => decodeRle(frame, onePlane)).toThrow(/^RLE: expected/)
})

test('a segment that lies outside the frame is an error', () => {
  const frame = frameOf([256 - 5, 1])
  new DataView(frame.buffer).setUint32(4, 1000, true)
  expect(() => decodeRle(frame, onePlane)).toThrow('RLE: expected segments inside the frame')
})

test('a plane that so few bytes can not make is refused before memory is taken for it', () => {
  expect(() => decodeRle(frameOf([256 - 5, 1]), { ...onePlane, planeBytes: 2 ** 40 })).toThrow(
    'RLE: expected',
  )
})
