import { encode } from 'fast-png'
import { crc32, deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { RadversaryError } from '../../core/errors.ts'
import { readPng } from './read-png.ts'

const read = (bytes: Uint8Array) => readPng(bytes, 'mask.png', () => undefined)

test.each([1, 2, 4, 8, 16] as const)('greys of %i bits are read as they are stored', (depth) => {
  const values = Array.from({ length: 15 }, (_, i) => (i * 7) % 2 ** depth)
  const png =
    depth < 8 ? packed(values, 5, depth) : depth === 16 ? Uint16Array.from(values) : Uint8Array.from(values)
  const bytes = encode({ width: 5, height: 3, data: png, depth, channels: 1 })
  const { rows, columns, values: got } = read(bytes)
  expect([rows, columns]).toEqual([3, 5])
  expect([...got]).toEqual(values)
})

test('a palette gives its indices, not its colours', () => {
  const palette: [number, number, number][] = [[0, 0, 0], [255, 0, 0], [0, 255, 0]] // prettier-ignore
  const bytes = encode({ width: 3, height: 1, data: Uint8Array.of(2, 0, 1), depth: 8, channels: 1, palette })
  expect([...read(bytes).values]).toEqual([2, 0, 1])
})

test('colours and damage are refused', () => {
  const coloured = encode({ width: 1, height: 1, data: Uint8Array.of(1, 1, 1), depth: 8, channels: 3 })
  const fault = { code: 'labels-invalid', file: 'mask.png' }
  for (const bytes of [coloured, coloured.subarray(0, 40), new Uint8Array(0)])
    expect(() => read(bytes)).toThrow(expect.objectContaining(fault))
})

/** A PNG that claims 5 x 3 greys, with these chunks after its header. */
function pngOf(header: readonly number[], ...chunks: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, crc] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    crc.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, crc])
  }
  const all = [['IHDR', ihdr(header)] as const, ...chunks, ['IEND', new Uint8Array()] as const]
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, ...all.map(([type, data]) => chunk(type, data))])
}

function ihdr([columns = 0, rows = 0, depth = 8]: readonly number[]): Uint8Array {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, 0, 0, 0, 0])
  header.writeUInt32BE(columns, 0)
  header.writeUInt32BE(rows, 4)
  return header
}

const zeros = (count: number) => deflateSync(new Uint8Array(count))

test('the size that is claimed is heard before any memory for it is taken', () => {
  const bomb = pngOf([60000, 60000], ['IDAT', zeros(1000)])
  const before = process.memoryUsage().arrayBuffers
  const refused = () =>
    readPng(bomb, 'mask.png', ({ rows, columns }) => {
      throw new RadversaryError('labels-invalid', `${rows} x ${columns}`)
    })
  expect(refused).toThrow('60000 x 60000')
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e7)
})

test('what inflates to more than its size, in pixels or beside them, is not inflated', () => {
  const fault = { code: 'labels-invalid', file: 'mask.png', message: /5 x 3 .* more than 18 bytes/ }
  const more = pngOf([5, 3], ['IDAT', zeros(50_000_000)])
  const profile = Buffer.concat([Buffer.from('bomb\0\0', 'latin1'), zeros(50_000_000)])
  const beside = pngOf([5, 3], ['iCCP', profile], ['IDAT', zeros(18)])
  // What the images were made of is there before: when it goes is not ours to say.
  const before = process.memoryUsage().arrayBuffers
  expect(() => read(more)).toThrow(
    expect.objectContaining({ ...fault, message: expect.stringMatching(fault.message) as string }),
  )
  expect([...read(beside).values]).toEqual(new Array(15).fill(0))
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e7)
})

function packed(values: readonly number[], columns: number, depth: number): Uint8Array {
  const rowBytes = Math.ceil((columns * depth) / 8)
  const bytes = new Uint8Array((values.length / columns) * rowBytes)
  values.forEach((value, i) => {
    const bit = (i % columns) * depth
    const at = Math.floor(i / columns) * rowBytes + (bit >> 3)
    bytes[at] = bytes[at]! | (value << (8 - depth - (bit & 7)))
  })
  return bytes
}
