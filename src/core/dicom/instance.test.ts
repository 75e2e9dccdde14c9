import { deflateSync } from 'fflate'
import { expect, test } from 'vitest'
import { tinyFile } from '../../../test/support/tiny-instance.ts'
import { inflate } from './data-set.ts'
import { decodeFrame } from './decode.ts'
import { parseInstance } from './instance.ts'
import type { DataElement } from './write/encode.ts'

const metaEnd = (file: Uint8Array) => 132 + 12 + (file[140] ?? 0) + 256 * (file[141] ?? 0)

test.each([true, false])(
  'a file reads the same without preamble, without meta header, and with both (explicit VR: %s)',
  async (explicit) => {
    const file = tinyFile([], explicit)
    for (const variant of [file, file.subarray(132), file.subarray(metaEnd(file))]) {
      const instance = parseInstance(variant)
      expect(instance).toMatchObject({
        rows: 2,
        columns: 2,
        bitsStored: 12,
        sopInstanceUid: '2.25.1',
        numberOfFrames: 1,
      })
      expect([...(await decodeFrame(instance, 0)).values]).toEqual([1, 2, 3, 0xfff])
    }
  },
)

test('absent values are undefined or the only sensible one', () => {
  const instance = parseInstance(tinyFile())
  expect(instance).toMatchObject({
    file: undefined,
    modality: undefined,
    patientName: undefined,
    planarConfiguration: 0,
  })
  expect(instance.imagePositionPatient).toBeUndefined()
})

test('names are decoded with the instance’s character set', () => {
  const elements: DataElement[] = [
    { tag: 0x00080005, vr: 'CS', value: 'ISO_IR 192' },
    { tag: 0x00100010, vr: 'OB', value: new TextEncoder().encode('Müller^Jörg ') },
  ]
  expect(parseInstance(tinyFile(elements, false)).patientName).toBe('Müller^Jörg')
})

test('geometry of an enhanced image is its first frame’s', () => {
  const ds = (tag: number, value: string): DataElement => ({ tag, vr: 'DS', value })
  const position: DataElement = { tag: 0x00209113, vr: 'SQ', items: [[ds(0x00200032, '1\\2\\3')]] }
  const spacing: DataElement = { tag: 0x00289110, vr: 'SQ', items: [[ds(0x00280030, '0.5\\0.25')]] }
  const groups: DataElement[] = [
    { tag: 0x52009229, vr: 'SQ', items: [[spacing]] },
    { tag: 0x52009230, vr: 'SQ', items: [[position]] },
  ]
  expect(parseInstance(tinyFile(groups))).toMatchObject({
    imagePositionPatient: [1, 2, 3],
    pixelSpacing: [0.5, 0.25],
  })
})

test.each([
  ['nothing', new Uint8Array(0)],
  ['a preamble alone', tinyFile().subarray(0, 132)],
  ['text', new TextEncoder().encode('patient;age;sex\n'.repeat(20))],
  ['half a header', tinyFile().subarray(0, 300)],
])('%s is an error that names the file and holds nothing of its content', (_, bytes) => {
  const read = () => parseInstance(bytes, { file: 'dir/f.dcm' })
  expect(read).toThrow(expect.objectContaining({ code: 'dicom-unreadable', file: 'dir/f.dcm' }))
})

test('a frame that is not there is refused', async () => {
  await expect(decodeFrame(parseInstance(tinyFile()), 1)).rejects.toThrow('Frame: expected 0 to 0, got 1')
})

test('an unknown transfer syntax is refused by its UID', async () => {
  const instance = { ...parseInstance(tinyFile()), transferSyntaxUid: '1.2.840.10008.1.2.4.102' }
  await expect(decodeFrame(instance, 0)).rejects.toThrow('Transfer syntax 1.2.840.10008.1.2.4.102')
})

test('pixel data that is shorter than the image is an error', async () => {
  const short: DataElement = { tag: 0x7fe00010, vr: 'OW', value: new Uint8Array(6) }
  await expect(decodeFrame(parseInstance(tinyFile([short])), 0)).rejects.toThrow(
    'Pixel Data: expected 8 bytes, got 6',
  )
})

test('a deflated stream is inflated whole, and neither a truncated one nor a bomb is taken', () => {
  const data = Uint8Array.from({ length: 200_000 }, (_, index) => (index * index) % 251)
  const deflated = deflateSync(data)
  expect(inflate(deflated)).toEqual(data)
  expect(() => inflate(deflated.subarray(0, deflated.length - 10))).toThrow('a whole deflate stream')
  expect(() => inflate(deflateSync(new Uint8Array(1_000_000)), undefined, 100_000)).toThrow(
    'at most 100000 bytes',
  )
  // 256 MiB of one byte in 260 KB: stopped at half of it.
  expect(() => inflate(deflateSync(new Uint8Array(2 ** 28)))).toThrow('at most 134217728 bytes')
})
