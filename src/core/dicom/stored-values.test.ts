import { expect, test } from 'vitest'
import { refuseAmbiguousSign, toStoredValues } from './stored-values.ts'

const unsigned12 = {
  bitsStored: 12,
  highBit: 11,
  signed: false,
  overlaid: false,
  samples: false,
  padding: undefined,
}
const signed12 = { ...unsigned12, signed: true }

test('overlay bits above and below the value are removed', () => {
  expect([...toStoredValues(Uint16Array.of(0xf123, 0x0fff), unsigned12).values]).toEqual([0x123, 0xfff])
  expect([...toStoredValues(Uint16Array.of(0x123f), { ...unsigned12, highBit: 15 }).values]).toEqual([0x123])
})

test('negative values are sign-extended from BitsStored', () => {
  const { values, signed } = toStoredValues(Uint16Array.of(0x0fff, 0x0800, 0x07ff), signed12)
  expect([[...values], signed]).toEqual([[-1, -2048, 2047], true])
  expect([...toStoredValues(Uint16Array.of(0xfff0, 0x7ff0), { ...signed12, highBit: 15 }).values]).toEqual([
    -1, 2047,
  ])
})

test('signed words that fill their width are read as they are', () => {
  expect([
    ...toStoredValues(Uint16Array.of(0xffff), { ...signed12, bitsStored: 16, highBit: 15 }).values,
  ]).toEqual([-1])
  expect([
    ...toStoredValues(Uint32Array.of(0xffffffff), { ...signed12, bitsStored: 32, highBit: 31 }).values,
  ]).toEqual([-1])
  expect([
    ...toStoredValues(Uint32Array.of(0xffffffff), { ...unsigned12, bitsStored: 32, highBit: 31 }).values,
  ]).toEqual([0xffffffff])
})

test('words that the writer sign-extended are taken as they are, and the range has the bits they need', () => {
  const { values, bitsStored } = toStoredValues(Uint16Array.of(0xf800, 0x0fff), signed12)
  expect([[...values], bitsStored]).toEqual([[-2048, 4095], 13])
})

test('bits of an overlay are no sign', () => {
  const { values, bitsStored } = toStoredValues(Uint16Array.of(0x8001, 0x1fff, 0x7800), {
    ...signed12,
    overlaid: true,
  })
  expect([[...values], bitsStored]).toEqual([[1, -1, -2048], 12])
})

test('signed JPEG-LS values are refused only where readers disagree about their sign', () => {
  const refuse =
    (...words: number[]) =>
    () => {
      refuseAmbiguousSign(
        Uint16Array.from(words),
        signed12,
        'JPEG-LS Lossless (1.2.840.10008.1.2.4.80)',
        undefined,
      )
    }
  expect(refuse(0x0800)).toThrow('JPEG-LS Lossless (1.2.840.10008.1.2.4.80)')
  expect(refuse(0x07ff)).not.toThrow()
  expect(refuse(0xf800)).not.toThrow()
})

test('signed words with a stray bit are read from their own sign, and it is said', () => {
  const { values, bitsStored, notices } = toStoredValues(Uint16Array.of(0x0800, 0x0fff, 1, 0x8000), signed12)
  expect([[...values], bitsStored]).toEqual([[-2048, -1, 1, 0], 12])
  expect(notices?.[0]?.message).toContain('High Bit')
  const allHighBits = toStoredValues(Uint16Array.of(0x0800, 0x0fff, 0xf001), signed12)
  expect([...allHighBits.values]).toEqual([-2048, -1, 1])
  const extended = toStoredValues(Uint16Array.of(0xffff, 0xfffe, 0x8005), signed12)
  expect([...extended.values]).toEqual([-1, -2, 5])
})

test('a padding value outside the bits stored is no stray bit', () => {
  const padded = { ...signed12, padding: -32768 }
  expect([...toStoredValues(Uint16Array.of(0xffff, 0x8000, 7), padded).values]).toEqual([-1, -32768, 7])
})

test('a codec’s samples above Bits Stored are taken as they are, and it is said', () => {
  const samples = { ...unsigned12, samples: true }
  const frame = toStoredValues(Uint16Array.of(4124, 4095), samples)
  expect(frame).toMatchObject({ bitsStored: 13, declaredBits: 12 })
  expect([...frame.values]).toEqual([4124, 4095])
  expect(frame.notices?.[0]?.message).toContain('says 12, but the image has values of 13 bits')
  const overlaid = toStoredValues(Uint16Array.of(4124), { ...samples, overlaid: true })
  expect([...overlaid.values]).toEqual([28])
})
