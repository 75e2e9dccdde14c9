import codecs from 'dcmjs-codecs'
import { beforeAll, expect, test } from 'vitest'
import { decodeCompressed, type CompressedFrame } from './codecs.ts'

const { Context, NativeCodecs, log } = codecs
beforeAll(() => {
  log.setLevel('silent', false)
  return NativeCodecs.initializeAsync()
})

const size = { rows: 30, columns: 40 } as const

interface Made {
  readonly bits: number
  readonly signed: boolean
  readonly samplesPerPixel: 1 | 3
}

/** Waves that reach both ends of the range. */
function waves({ bits, signed, samplesPerPixel }: Made): Int32Array {
  const count = size.rows * size.columns * samplesPerPixel
  const [middle, amplitude] = [signed ? 0 : 2 ** (bits - 1), 2 ** (bits - 1) - 1]
  return Int32Array.from(
    { length: count },
    (_, at) => middle + Math.round(amplitude * Math.sin(at / 17) * Math.cos(at / 301)),
  )
}

/** The stream that the library's own encoder makes; it writes words of 8 or 16 bits. */
function encode(encoder: 'encodeHtJpeg2000' | 'encodeJpeg2000' | 'encodeJpegLs', made: Made): Uint8Array {
  const words = made.bits <= 8 ? Uint8Array.from(waves(made)) : Uint16Array.from(waves(made))
  const context = new Context({
    width: size.columns,
    height: size.rows,
    bitsAllocated: made.bits <= 8 ? 8 : 16,
    bitsStored: made.bits,
    samplesPerPixel: made.samplesPerPixel,
    pixelRepresentation: made.signed ? 1 : 0,
    planarConfiguration: 0,
    photometricInterpretation: made.samplesPerPixel === 1 ? 'MONOCHROME2' : 'RGB',
    decodedBuffer: new Uint8Array(words.buffer),
  })
  const encoded = NativeCodecs[encoder](context, { lossy: false }).getEncodedBuffer()
  if (encoded === undefined) throw new Error('nothing encoded')
  return encoded.slice()
}

const frameOf = (
  coding: CompressedFrame['coding'],
  bytes: Uint8Array,
  samplesPerPixel: 1 | 3 = 1,
): CompressedFrame => ({
  ...size,
  coding,
  bytes,
  samplesPerPixel,
  syntaxName: 'the syntax',
  isYbr: false,
  file: 'f.dcm',
})

const monochrome = (bits: number, signed: boolean): Made => ({ bits, signed, samplesPerPixel: 1 })

test.each([
  ['htj2k', 'encodeHtJpeg2000', 10, true],
  ['htj2k', 'encodeHtJpeg2000', 12, true],
  ['htj2k', 'encodeHtJpeg2000', 16, true],
  ['htj2k', 'encodeHtJpeg2000', 12, false],
  ['htj2k', 'encodeHtJpeg2000', 16, false],
  ['htj2k', 'encodeHtJpeg2000', 8, false],
  ['jpeg-2000', 'encodeJpeg2000', 12, true],
  ['jpeg-2000', 'encodeJpeg2000', 16, true],
  ['jpeg-2000', 'encodeJpeg2000', 16, false],
  ['jpeg-2000', 'encodeJpeg2000', 10, false],
] as const)(
  '%s by %s of %i bits (signed: %s) gives back every value',
  async (coding, encoder, bits, signed) => {
    const made = monochrome(bits, signed)
    const decoded = await decodeCompressed(frameOf(coding, encode(encoder, made)))
    expect(decoded.signed).toBe(signed)
    const { words } = decoded
    const values = signed ? new Int16Array(words.buffer, words.byteOffset, words.length) : words
    expect(Int32Array.from(values)).toEqual(waves(made))
  },
)

test('JPEG 2000 of one byte per sample keeps its sign', async () => {
  // The library's encoder knows no signed bytes, so an unsigned stream is told that it is a signed one, by a
  // bit of its SIZ.
  const bytes = encode('encodeJpeg2000', monochrome(8, false))
  bytes[42] = (bytes[42] ?? 0) | 0x80
  const { words, signed } = await decodeCompressed(frameOf('jpeg-2000', bytes))
  expect(signed).toBe(true)
  expect(Int32Array.from(new Int8Array(words.buffer))).toEqual(
    waves(monochrome(8, false)).map((value) => value - 128),
  )
})

test.each([
  ['htj2k', 'encodeHtJpeg2000'],
  ['jpeg-2000', 'encodeJpeg2000'],
] as const)('%s colours of 8 bits are read, wider ones refused by name', async (coding, encoder) => {
  const narrow: Made = { bits: 8, signed: false, samplesPerPixel: 3 }
  const { words } = await decodeCompressed(frameOf(coding, encode(encoder, narrow), 3))
  expect(Int32Array.from(words)).toEqual(waves(narrow))
  const wide = decodeCompressed(frameOf(coding, encode(encoder, { ...narrow, bits: 16 }), 3))
  await expect(wide).rejects.toMatchObject({
    code: 'dicom-unsupported',
    message: expect.stringContaining('the syntax'),
  })
})

test('a stream may be padded with zeros, fill bytes, or one byte of anything', async () => {
  const made = monochrome(8, false)
  const stream = encode('encodeJpegLs', made)
  for (const padding of [[], [0], [0, 0], [0xff], [0x63]]) {
    const { words } = await decodeCompressed(frameOf('jpeg-ls', Uint8Array.of(...stream, ...padding)))
    expect(Int32Array.from(words)).toEqual(waves(made))
  }
})

test('a truncated stream, one of another size and one that is damaged are errors, and the next one decodes', async () => {
  const made = monochrome(8, false)
  const stream = encode('encodeJpegLs', made)
  const refuse = async (frame: CompressedFrame, message: string) => {
    await expect(decodeCompressed(frame)).rejects.toMatchObject({
      code: 'dicom-unreadable',
      file: 'f.dcm',
      message,
    })
  }
  await refuse(
    frameOf('jpeg-ls', stream.subarray(0, stream.length - 8)),
    'JPEG: expected a stream up to its end marker, got a truncated one',
  )
  await refuse(
    { ...frameOf('jpeg-ls', stream), rows: 31 },
    'Compressed frame: expected 40x31x1 as in the header, got 40x30x1',
  )
  const damaged = stream.slice()
  damaged.fill(0x55, 60, stream.length - 2)
  await refuse(frameOf('jpeg-ls', damaged), 'Compressed frame: expected a whole stream, got a damaged one')
  expect(Int32Array.from((await decodeCompressed(frameOf('jpeg-ls', stream))).words)).toEqual(waves(made))
})

test.each(['jp2 ', 'jph '])('a codestream inside a file of brand %s is read', async (brand) => {
  const made = monochrome(12, false)
  const stream = encode('encodeJpeg2000', made)
  const text = (letters: string) => Array.from(letters, (letter) => letter.charCodeAt(0))
  const u32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
  const box = (type: string, content: number[]) => [...u32(content.length + 8), ...text(type), ...content]
  const head = [...box('jP  ', [13, 10, 0x87, 10]), ...box('ftyp', [...text(brand), 0, 0, 0, 0])]
  const long = [...u32(1), ...text('jp2c'), ...u32(0), ...u32(stream.length + 16), ...stream]
  for (const content of [
    [...head, ...box('jp2h', []), ...box('jp2c', [...stream])],
    [...head, ...u32(0), ...text('jp2c'), ...stream],
    [...head, ...long],
  ]) {
    const { words } = await decodeCompressed(frameOf('jpeg-2000', Uint8Array.from(content)))
    expect(Int32Array.from(words)).toEqual(waves(made))
  }
  const refused = (content: number[]) =>
    decodeCompressed(frameOf('jpeg-2000', Uint8Array.from([...head, ...content])))
  await expect(refused([])).rejects.toThrow('expected a codestream, got none')
  const palette = box('jp2h', box('pclr', [0, 1]))
  await expect(refused([...palette, ...box('jp2c', [...stream])])).rejects.toThrow('indices of a palette')
})

test('a JPEG-LS stream without its end marker, or with a zero byte before it, is read whole or not at all', async () => {
  const made = monochrome(8, false)
  const stream = encode('encodeJpegLs', made)
  const scan = stream.subarray(0, stream.length - 2)
  for (const bytes of [scan, Uint8Array.of(...scan, 0, 0xff, 0xd9)])
    expect(Int32Array.from((await decodeCompressed(frameOf('jpeg-ls', bytes))).words)).toEqual(waves(made))
  for (const missing of [2, 3, 4, 6, 10])
    await expect(
      decodeCompressed(frameOf('jpeg-ls', scan.subarray(0, scan.length - missing))),
    ).rejects.toThrow('expected a stream up to its end marker, got a truncated one')
})
