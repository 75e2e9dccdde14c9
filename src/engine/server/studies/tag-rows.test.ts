import { expect, test } from 'vitest'
import { parseInstance } from '../../../core/dicom/instance.ts'
import { tag } from '../../../core/dicom/write/tags.ts'
import { tinyFile } from '../../../../test/support/tiny-instance.ts'
import { tagRows } from './tag-rows.ts'

const instance = (explicit: boolean) =>
  parseInstance(
    tinyFile(
      [
        { tag: 0x0008_0005, vr: 'CS', value: 'ISO_IR 192' },
        { tag: tag.SeriesDescription, vr: 'LO', value: 'x'.repeat(64) },
        {
          tag: tag.SourceImageSequence,
          vr: 'SQ',
          items: [[{ tag: tag.ReferencedSOPInstanceUID, vr: 'UI', value: '2.25.9' }]],
        },
        { tag: 0x0009_1001, vr: 'LO', value: 'private' },
      ],
      explicit,
    ),
  )

test.each([
  ['written', true],
  ['not written', false],
])('value representations that are %s are shown', (_, explicit) => {
  const rows = tagRows(instance(explicit))
  expect(rows[0]).toMatchObject({ keyword: 'TransferSyntaxUID' })
  expect(rows).toContainEqual({ tag: '0028,0010', keyword: 'Rows', vr: 'US', value: '2', depth: 0 })
  expect(rows).toContainEqual({
    tag: '0008,0018',
    keyword: 'SOPInstanceUID',
    vr: 'UI',
    value: '2.25.1',
    depth: 0,
  })
})

test('sequences are shown item by item, deeper than what they are in', () => {
  const rows = tagRows(instance(true))
  const at = rows.findIndex(({ keyword }) => keyword === 'SourceImageSequence')
  expect(rows.slice(at, at + 3)).toEqual([
    { tag: '0008,2112', keyword: 'SourceImageSequence', vr: 'SQ', value: '1 item', depth: 0 },
    { tag: '', keyword: 'Item', vr: '', value: '1', depth: 1 },
    { tag: '0008,1155', keyword: 'ReferencedSOPInstanceUID', vr: 'UI', value: '2.25.9', depth: 2 },
  ])
})

test('pixels are counted, private elements have no keyword', () => {
  const rows = tagRows(instance(true))
  expect(rows).toContainEqual({
    tag: '7FE0,0010',
    keyword: 'PixelData',
    vr: 'OW',
    value: '8 bytes',
    depth: 0,
  })
  expect(rows).toContainEqual({ tag: '0009,1001', keyword: '', vr: 'LO', value: 'private', depth: 0 })
})
