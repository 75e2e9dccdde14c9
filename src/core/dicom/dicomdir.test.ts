import { expect, test } from 'vitest'
import { openDataSet } from './data-set.ts'
import { readClippedDicomdir, readDicomdir } from './dicomdir.ts'
import { encodeElements, type DataElement } from './write/encode.ts'
import { encodeFile } from './write/part10.ts'

const record = (reference: string, inUse = 0xffff): DataElement[] => [
  { tag: 0x00041410, vr: 'US', value: [inUse] },
  { tag: 0x00041500, vr: 'CS', value: reference },
]

function directory(...records: DataElement[][]): Uint8Array {
  return encodeFile({
    sopClassUid: '1.2.840.10008.1.3.10',
    sopInstanceUid: '2.25.9',
    transferSyntaxUid: '1.2.840.10008.1.2.1',
    dataSet: encodeElements([{ tag: 0x00041220, vr: 'SQ', items: records }], true),
  })
}

test('references are read in their order, those of inactive records left out', () => {
  const file = directory(record('B\\2'), record('A\\1', 0), record('A\\3 '))
  expect(readDicomdir(openDataSet(file))).toEqual({
    references: [
      { path: ['B', '2'], sopInstanceUid: undefined },
      { path: ['A', '3'], sopInstanceUid: undefined },
    ],
    missingBytes: 0,
  })
})

test('records that end before their length are read as far as there are whole elements, and what is missing is told', () => {
  const file = directory(record('A\\1'), record('A\\2'))
  const lastElement = file.length - 12
  const cut = file.subarray(0, lastElement)
  expect(() => openDataSet(cut)).toThrow('Header: expected whole elements')
  expect(readClippedDicomdir(cut)).toEqual({
    references: [{ path: ['A', '1'], sopInstanceUid: undefined }],
    missingBytes: 12,
  })
  expect(readClippedDicomdir(file.subarray(0, lastElement + 5))).toBeUndefined()
})

test('a whole DICOMDIR and other files have nothing missing', () => {
  expect(readClippedDicomdir(directory(record('A')))).toBeUndefined()
  expect(readClippedDicomdir(new TextEncoder().encode('DICOMDIR'.repeat(40)))).toBeUndefined()
})
