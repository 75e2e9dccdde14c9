import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { readSegmentation } from '../../src/core/dicom/segmentation.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

function read(file: string) {
  const path = sharedData(file)
  return readSegmentation(parseInstance(readFileSync(path), { file: path }))
}

describeWithSharedData('DICOM SEG', () => {
  test.each(['liver.dcm', 'liver_expb.dcm', 'liver_deflate.dcm', 'liver_rle.dcm'])(
    '%s: segments, sources, pixels',
    async (name) => {
      const { labels, frames, references, rows, columns } = read(`formats/mixed/${name}`)
      expect({ labels, rows, columns }).toEqual({ labels: ['Liver'], rows: 512, columns: 512 })
      expect(frames.map(({ sopInstanceUid }) => sopInstanceUid.split('.').slice(-2).join('.'))).toEqual([
        '23433.1',
        '23432.1',
        '23431.1',
      ])
      expect(references.size).toBe(3)
      const areas = await Promise.all(
        frames.map(async (frame) => (await frame.read()).reduce((sum, value) => sum + value, 0)),
      )
      expect(areas).toEqual([36233, 35645, 35220])
    },
  )

  test('what is none is refused by name', () => {
    expect(() => read('series/ct-head/001.dcm')).toThrow(
      'expected DICOM SEG, got SOP class 1.2.840.10008.5.1.4.1.1.2',
    )
  })

  test.each([
    ['FRACTIONAL', 'Segmentation Type: expected BINARY, got FRACTIONAL'],
    ['LABELMAP', 'Segmentation Type: expected BINARY, got LABELMAP'],
  ])('%s segments are refused', (type, message) => {
    const path = sharedData('formats/mixed/liver.dcm')
    const bytes = Buffer.from(readFileSync(path))
    const at = bytes.indexOf(Buffer.from([0x62, 0, 1, 0]))
    const length = bytes.readUInt16LE(at + 6)
    const spliced = Buffer.concat([
      bytes.subarray(0, at + 6),
      evenText(type),
      bytes.subarray(at + 8 + length),
    ])
    expect(() => readSegmentation(parseInstance(spliced, { file: path }))).toThrow(message)
  })
})

/** The length and value of a short text element. */
function evenText(text: string): Buffer {
  const padded = text.length % 2 === 0 ? text : `${text} `
  const length = Buffer.alloc(2)
  length.writeUInt16LE(padded.length)
  return Buffer.concat([length, Buffer.from(padded)])
}
