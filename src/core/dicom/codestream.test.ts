import { describe, expect, test } from 'vitest'
import { jpeg2000Facts, jpegFacts, withoutSign } from './codestream.ts'

const bytes = (...parts: (number | readonly number[])[]) => Uint8Array.from(parts.flat())
const u16 = (value: number) => [value >> 8, value & 0xff]
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value & 0xffff)]

describe('a JPEG stream', () => {
  const [soi, eoi] = [
    [0xff, 0xd8],
    [0xff, 0xd9],
  ]
  const segment = (marker: number, content: readonly number[]) => [
    0xff,
    marker,
    ...u16(content.length + 2),
    ...content,
  ]
  const frameHeader = (marker: number, bits: number, components: number) =>
    segment(marker, [bits, ...u16(30), ...u16(40), components, ...Array<number>(3 * components).fill(1)])
  const scan = (components: number) => [
    ...segment(0xda, [components, ...Array<number>(2 * components + 3).fill(0)]),
    1,
    2,
    3,
  ]
  const text = (letters: string) => Array.from(letters, (letter) => letter.charCodeAt(0))
  const jfif = segment(0xe0, [...text('JFIF\0'), 1, 2, 0, 0, 1, 0, 1, 0, 0])
  const adobe = (transform: number) => segment(0xee, [...text('Adobe'), 0, 100, 0, 0, 0, 0, transform])
  const facts = (...parts: (readonly number[])[]) => jpegFacts(bytes(soi, ...parts, eoi), 'f.dcm')

  test('says its size, bits and components', () => {
    expect(facts(frameHeader(0xc1, 12, 1), scan(1))).toEqual({
      rows: 30,
      columns: 40,
      components: 1,
      bitsPerSample: 12,
      signed: false,
      losslessJpeg: false,
      planar: false,
      transformed: undefined,
    })
  })

  test('says what its colours are, Adobe’s marker before JFIF’s', () => {
    const colours = (...markers: (readonly number[])[]) =>
      facts(...markers, frameHeader(0xc0, 8, 3), scan(3)).transformed
    expect([colours(), colours(jfif), colours(adobe(0)), colours(adobe(1)), colours(jfif, adobe(0))]).toEqual(
      [undefined, true, false, true, false],
    )
  })

  test('is planar when its components have scans of their own', () => {
    expect(facts(frameHeader(0xf7, 8, 3), scan(1)).planar).toBe(true)
    expect(facts(frameHeader(0xf7, 8, 3), scan(3)).planar).toBe(false)
  })

  test('of 16 bits is lossless or JPEG-LS, or an error', () => {
    expect(facts(frameHeader(0xc3, 16, 1), scan(1))).toMatchObject({ losslessJpeg: true, bitsPerSample: 16 })
    expect(facts(frameHeader(0xf7, 16, 1), scan(1))).toMatchObject({ losslessJpeg: false, bitsPerSample: 16 })
    expect(() => facts(frameHeader(0xc1, 16, 1), scan(1))).toThrow(
      'JPEG: expected 8 or 12 bits per sample, got 16',
    )
  })

  test.each([
    ['without a start', bytes(frameHeader(0xc0, 8, 1), scan(1), eoi), 'a start-of-image marker'],
    [
      'of several scans, without an end',
      bytes(soi, frameHeader(0xc0, 8, 3), scan(1)),
      'up to its end marker',
    ],
    ['that is refined, without an end', bytes(soi, frameHeader(0xc2, 8, 1), scan(1)), 'up to its end marker'],
    ['without a frame', bytes(soi, jfif, scan(1), eoi), 'up to its end marker'],
    ['without a scan', bytes(soi, frameHeader(0xc0, 8, 1), eoi), 'a scan'],
  ])('%s is an error', (_, stream, message) => {
    expect(() => jpegFacts(stream, 'f.dcm')).toThrow(message)
  })
})

describe('a JPEG 2000 stream', () => {
  interface Siz {
    readonly end?: readonly [number, number]
    readonly start?: readonly [number, number]
    readonly tile?: readonly [number, number]
    readonly tileStart?: readonly [number, number]
    readonly components?: readonly (readonly [number, number, number])[]
  }

  function stream(siz: Siz, transform = 0, tileLength = 14): Uint8Array {
    const {
      end = [40, 30],
      start = [0, 0],
      tile = [40, 30],
      tileStart = [0, 0],
      components = [[7, 1, 1]],
    } = siz
    const sizes = [...end, ...start, ...tile, ...tileStart].flatMap(u32)
    const content = [0, 0, ...sizes, ...u16(components.length), ...components.flat()]
    return bytes(
      [0xff, 0x4f, 0xff, 0x51, ...u16(content.length + 2), ...content],
      [0xff, 0x52, ...u16(12), 0, 0, 0, 1, transform, 5, 4, 4, 0, 1],
      [0xff, 0x90, ...u16(10), 0, 0, ...u32(tileLength), 0, 1, 0xff, 0x93, 0xff, 0xd9],
    )
  }
  const facts = (siz: Siz, transform?: number) => jpeg2000Facts(stream(siz, transform), 'f.dcm')

  test('says its size, bits, components, sign and transform', () => {
    expect(facts({})).toMatchObject({
      rows: 30,
      columns: 40,
      components: 1,
      bitsPerSample: 8,
      signed: false,
      transformed: false,
    })
    expect(facts({ components: [[0x8b, 1, 1]] })).toMatchObject({ bitsPerSample: 12, signed: true })
    expect(facts({ components: [[7, 1, 1], [7, 1, 1], [7, 1, 1]] }, 1)).toMatchObject({ components: 3, transformed: true }) // prettier-ignore
    expect(facts({ start: [10, 5], tile: [20, 20], tileStart: [10, 0] })).toMatchObject({
      rows: 25,
      columns: 30,
    })
  })

  test.each([
    ['tiles that begin inside the image', { tileStart: [0, 16] }],
    ['a first tile that ends before the image begins', { start: [30, 20], tile: [10, 10] }],
    ['no extent', { end: [0, 30] }],
    ['no tile size', { tile: [0, 30] }],
    ['too many tiles', { end: [40_000, 30_000], tile: [1, 1] }],
    ['components of several depths', { components: [[7, 1, 1], [11, 1, 1]] }], // prettier-ignore
    ['components of several sizes', { components: [[7, 1, 1], [7, 2, 2]] }], // prettier-ignore
  ] satisfies [string, Siz][])('with %s is an error', (_, siz) => {
    expect(() => facts(siz)).toThrow('JPEG 2000: expected components of one size, in tiles, got others')
  })

  test('whose tile-parts don’t lead to its end is an error', () => {
    expect(() => jpeg2000Facts(stream({}, 0, 15), undefined)).toThrow('a truncated one')
    expect(() => jpeg2000Facts(stream({}, 0, 3), undefined)).toThrow('a truncated one')
    expect(jpeg2000Facts(stream({}, 0, 0), undefined).rows).toBe(30)
    expect(() => jpeg2000Facts(stream({}).subarray(0, -2), undefined)).toThrow('a truncated one')
  })

  test('loses its sign in all components, and nothing else', () => {
    const signed = stream({ components: [[0x8b, 1, 1], [0x8b, 1, 1]] }) // prettier-ignore
    expect(withoutSign(signed)).toEqual(stream({ components: [[0x0b, 1, 1], [0x0b, 1, 1]] })) // prettier-ignore
  })
})
