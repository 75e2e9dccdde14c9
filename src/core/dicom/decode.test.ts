import codecs from 'dcmjs-codecs'
import { beforeAll, expect, test } from 'vitest'
import { encapsulatedInstance } from '../../../test/support/encapsulated.ts'
import { tinyFile } from '../../../test/support/tiny-instance.ts'
import { decodeFrame } from './decode.ts'
import { parseInstance, type InstanceHeader } from './instance.ts'
import type { DataElement } from './write/encode.ts'

const { Context, NativeCodecs } = codecs
beforeAll(() => NativeCodecs.initializeAsync())

const us = (tag: number, value: number): DataElement => ({ tag, vr: 'US', value: [value] })
const cs = (tag: number, value: string): DataElement => ({ tag, vr: 'CS', value })
const pixels = (...words: number[]): DataElement => ({
  tag: 0x7fe00010,
  vr: 'OW',
  value: new Uint8Array(Uint16Array.from(words).buffer),
})
const signed = us(0x00280103, 1)
const valuesOf = async (...elements: DataElement[]) => [
  ...(await decodeFrame(parseInstance(tinyFile([...elements].sort((a, b) => a.tag - b.tag))), 0)).values,
]

test('signed words that are extended are read as they are; where an overlay has the unused bits, they are no sign', async () => {
  expect(await valuesOf(signed, pixels(0xf800, 0xf7ff, 0xffff, 0x0fff))).toEqual([-2048, -2049, -1, 0xfff])
  const words = pixels(0x8001, 0x1fff, 0x7800, 0x0fff)
  expect(await valuesOf(signed, us(0x60000102, 15), words)).toEqual([1, -1, -2048, -1])
  expect(await valuesOf(signed, us(0x60000102, 0), pixels(0xffff, 1, 2, 3))).toEqual([-1, 1, 2, 3])
})

test('the pixels of an icon, which come before the image’s own, are not taken for them', async () => {
  const icon: DataElement = {
    tag: 0x00880200,
    vr: 'SQ',
    items: [[us(0x00280010, 1), us(0x00280011, 1), pixels(9)]],
  }
  expect(await valuesOf(icon, pixels(1, 2, 3, 4))).toEqual([1, 2, 3, 4])
})

test.each(['1A', '0.5', '-1', 'two'])('a Number of Frames of %s is refused', async (text) => {
  const instance = parseInstance(tinyFile([{ tag: 0x00280008, vr: 'IS', value: text }]))
  await expect(decodeFrame(instance, 0)).rejects.toThrow('Number of Frames: expected a whole number')
})

test.each(['', '0', '1', '+1'])('a Number of Frames of "%s" is one frame', async (text) => {
  expect(await valuesOf({ tag: 0x00280008, vr: 'IS', value: text })).toHaveLength(4)
})

test('text of a damaged header is not told in errors', async () => {
  await expect(valuesOf(cs(0x00280004, 'Doe^Jane'))).rejects.toThrow(
    /^Photometric interpretation \(damaged\): /,
  )
  const instance = { ...parseInstance(tinyFile()), transferSyntaxUid: 'Doe^Jane' }
  await expect(decodeFrame(instance, 0)).rejects.toThrow(/^Transfer syntax \(damaged\): /)
})

/** The 2 x 2 image as lossless JPEG of this many bits per sample. */
function jpeg(values: readonly number[], bits: number): Uint8Array {
  const words = bits <= 8 ? Uint8Array.from(values) : Uint16Array.from(values)
  const context = new Context({
    width: 2,
    height: 2,
    bitsAllocated: bits <= 8 ? 8 : 16,
    bitsStored: bits,
    samplesPerPixel: 1,
    pixelRepresentation: 0,
    photometricInterpretation: 'MONOCHROME2',
    decodedBuffer: new Uint8Array(words.buffer),
  })
  const encoded = NativeCodecs.encodeJpeg(context, { lossy: false, predictor: 1 }).getEncodedBuffer()
  if (encoded === undefined) throw new Error('nothing encoded')
  return encoded.slice()
}

const decodeJpeg = async (values: readonly number[], bits: number, header: Partial<InstanceHeader>) => {
  const transferSyntaxUid = '1.2.840.10008.1.2.4.70'
  return [
    ...(await decodeFrame(encapsulatedInstance([jpeg(values, bits)], { transferSyntaxUid, ...header }), 0))
      .values,
  ]
}

test('a stream of fewer bits than the header says has the values at the bottom', async () => {
  expect(await decodeJpeg([1, 200, 255, 0], 8, {})).toEqual([1, 200, 255, 0])
  expect(await decodeJpeg([1, 200, 255, 0], 8, { pixelRepresentation: 1 })).toEqual([1, 200, 255, 0])
  expect(await decodeJpeg([1, 4095, 2048, 0], 12, { highBit: 15 })).toEqual([1, 4095, 2048, 0])
  expect(await decodeJpeg([1, 4095, 2048, 0], 12, { pixelRepresentation: 1, highBit: 15 })).toEqual([
    1, -1, -2048, 0,
  ])
  expect(await decodeJpeg([1, 255, 0, 9], 8, { bitsAllocated: 32, bitsStored: 32, highBit: 31 })).toEqual([
    1, 255, 0, 9,
  ])
})

test('a stream that has the bits below the value loses them', async () => {
  expect(await decodeJpeg([0x10, 0xffff, 0x8005, 0], 16, { highBit: 15 })).toEqual([1, 4095, 2048, 0])
})
