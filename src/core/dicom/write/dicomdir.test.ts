import { expect, test } from 'vitest'
import { itemsOf, textOf } from '../attributes.ts'
import { openDataSet } from '../data-set.ts'
import { readDicomdir } from '../dicomdir.ts'
import { buildDicomdir, directoryEntry } from './dicomdir.ts'
import { type DataElement, encodeElements } from './encode.ts'
import { encodeFile } from './part10.ts'
import { tag } from './tags.ts'

const fileOf = (series: string, number: number, more: readonly DataElement[] = []) => {
  const sopInstanceUid = `2.25.1.${series}.${number}`
  const elements: DataElement[] = [
    { tag: tag.SOPClassUID, vr: 'UI', value: '1.2.840.10008.5.1.4.1.1.2' },
    { tag: tag.SOPInstanceUID, vr: 'UI', value: sopInstanceUid },
    { tag: tag.StudyInstanceUID, vr: 'UI', value: '2.25.1' },
    { tag: tag.SeriesInstanceUID, vr: 'UI', value: `2.25.1.${series}` },
    { tag: tag.InstanceNumber, vr: 'IS', value: String(number) },
    ...more,
  ]
  return encodeFile({
    sopClassUid: '1.2.840.10008.5.1.4.1.1.2',
    sopInstanceUid,
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    dataSet: encodeElements(elements, true),
  })
}
const pathOf = (series: string, number: number) => ['DICOM', `S${series}`, String(number).padStart(8, '0')]
const directoryOf = (images: readonly (readonly [string, number])[]) =>
  buildDicomdir(
    images.map(([series, number]) => directoryEntry(fileOf(series, number), pathOf(series, number))),
    'run-1',
  )

test('a directory refers to each file, in the order of the records', () => {
  const read = readDicomdir(openDataSet(directoryOf([['1', 1], ['1', 2], ['2', 1]]))) // prettier-ignore
  expect(read?.references).toEqual([
    { path: pathOf('1', 1), sopInstanceUid: '2.25.1.1.1' },
    { path: pathOf('1', 2), sopInstanceUid: '2.25.1.1.2' },
    { path: pathOf('2', 1), sopInstanceUid: '2.25.1.2.1' },
  ])
})

test('offsets lead from a patient down to the images, and from each to the next', () => {
  const file = directoryOf([['1', 1], ['1', 2], ['2', 1]]) // prettier-ignore
  const view = new DataView(file.buffer, file.byteOffset)
  /**
   * Types of a record, of those below it and of those after it: each element has 8 bytes before its value.
   */
  const followed = (at: number): string[] => {
    if (at === 0) return []
    expect(view.getUint32(at, true)).toBe(0xe000fffe)
    const [next, inUse, lower] = [view.getUint32(at + 16, true), view.getUint16(at + 28, true), view.getUint32(at + 38, true)] // prettier-ignore
    expect(inUse).toBe(0xffff)
    const type = String.fromCharCode(...file.subarray(at + 50, at + 50 + view.getUint16(at + 48, true)))
    return [type.trim(), ...followed(lower), ...followed(next)]
  }
  const first = openDataSet(file).dataSet.uint32('x00041200')
  expect(followed(first ?? NaN)).toEqual('PATIENT STUDY SERIES IMAGE IMAGE SERIES IMAGE'.split(' '))
})

test('what must have a value and has none gets that of nobody', () => {
  const { dataSet } = openDataSet(directoryOf([['1', 1]]))
  const [patient, study, series] = itemsOf(dataSet, 'x00041220')
  expect(textOf(patient!, 'x00100020')).toBe('NONE')
  expect(['x00080020', 'x00080030', 'x00200010'].map((at) => textOf(study!, at))).toEqual([
    '19000101',
    '000000',
    '1',
  ])
  expect(textOf(series!, 'x00080060')).toBe('OT')
})

test.each([[['dicom', '1']], [['DICOM', '0001.DCM']], [['123456789']], [Array<string>(9).fill('A')]])(
  'a name that a medium can not have is refused: %j',
  (path) => {
    expect(() => directoryEntry(fileOf('1', 1), path)).toThrow(/at most 8 names of at most 8/)
  },
)
