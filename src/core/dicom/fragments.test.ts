import { expect, test } from 'vitest'
import { encapsulatedInstance } from '../../../test/support/encapsulated.ts'
import { decodeRle, encapsulatedFrame } from './fragments.ts'

const bytes = (...values: number[]) => Uint8Array.from(values)
const framesOf = (instance: ReturnType<typeof encapsulatedInstance>) =>
  Array.from({ length: instance.numberOfFrames }, (_, frame) => [...encapsulatedFrame(instance, frame)])

test('all fragments of a single frame are joined', () => {
  expect(framesOf(encapsulatedInstance([bytes(1, 2), bytes(3, 4)], {}))).toEqual([[1, 2, 3, 4]])
})

test('as many fragments as frames are a frame each, whatever the offset table says', () => {
  const instance = encapsulatedInstance([bytes(1, 2), bytes(3, 4)], { numberOfFrames: 2 }, [7, 7])
  expect(framesOf(instance)).toEqual([
    [1, 2],
    [3, 4],
  ])
})

test('an offset table tells where frames of several fragments begin', () => {
  const fragments = [bytes(1, 2), bytes(3, 4), bytes(5, 6)]
  expect(framesOf(encapsulatedInstance(fragments, { numberOfFrames: 2 }, [0, 10]))).toEqual([
    [1, 2],
    [3, 4, 5, 6],
  ])
})

test('without an offset table frames begin where images do', () => {
  const fragments = [bytes(0xff, 0xd8, 0xff, 1), bytes(2, 3), bytes(0xff, 0x4f, 0xff, 0x51)]
  expect(framesOf(encapsulatedInstance(fragments, { numberOfFrames: 2 }))).toEqual([
    [0xff, 0xd8, 0xff, 1, 2, 3],
    [0xff, 0x4f, 0xff, 0x51],
  ])
})

test('fewer frames than the header says, none at all, and a fragment cut off are errors', () => {
  expect(() => framesOf(encapsulatedInstance([bytes(1, 2)], { numberOfFrames: 2 }))).toThrow(
    'fragments of 2 frames, got those of 1',
  )
  expect(() => framesOf(encapsulatedInstance([], {}))).toThrow('fragments of 1 frames, got those of 0')
  const whole = encapsulatedInstance([bytes(1, 2), bytes(3, 4)], {})
  const cut = { ...whole, bytes: whole.bytes.subarray(0, whole.bytes.length - 1) }
  expect(() => framesOf(cut)).toThrow('Pixel Data: expected whole fragments, got the end of the file')
})

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
