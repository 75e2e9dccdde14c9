import { expect, test } from 'vitest'
import { encapsulatedInstance } from '../../../test/support/encapsulated.ts'
import { encapsulatedFrame } from './fragments.ts'

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
