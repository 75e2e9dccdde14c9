import { describe, expect, it } from 'vitest'
import { tinyFile } from '../../../../test/support/tiny-instance.ts'
import { openDataSet } from '../data-set.ts'
import type { DataElement } from './encode.ts'
import { exportFault, openExportable } from './exportable.ts'
import { latin1Bytes } from './source-values.ts'
import { tag } from './tags.ts'

const uid = (at: number, value: string): DataElement => ({
  tag: at,
  vr: 'bytes',
  as: 'UI',
  value: latin1Bytes(value),
})
const unsigned = (at: number, value: number): DataElement => ({ tag: at, vr: 'US', value: [value] })

/** What the header alone tells, which must be what opening the whole file for an export tells. */
function faultOf(elements: readonly DataElement[], explicit = true): string | undefined {
  const file = tinyFile(elements, explicit)
  const fault = exportFault(openDataSet(file))
  if (fault === undefined) expect(() => openExportable(file)).not.toThrow()
  else expect(() => openExportable(file)).toThrow(fault.message)
  return fault?.message
}

describe('what can be exported', () => {
  it('is told from the header, in either kind of VR', () => {
    expect(faultOf([])).toBeUndefined()
    expect(faultOf([], false)).toBeUndefined()
  })

  it.each([
    ['SOP Class UID', tag.SOPClassUID],
    ['SOP Instance UID', tag.SOPInstanceUID],
    ['Study Instance UID', tag.StudyInstanceUID],
    ['Series Instance UID', tag.SeriesInstanceUID],
  ])('is not an image whose %s is none', (name, at) => {
    expect(faultOf([uid(at, `1.2.${'3'.repeat(63)}`)])).toMatch(
      new RegExp(`expected ${name} .* at most 64 characters, .* got 67 characters`),
    )
    for (const odd of ['1.2.a3', '1..2', '1.2.', '.1', '1.2 3', '1.2\\1.3'])
      expect(faultOf([uid(at, odd)])).toMatch(`expected ${name}`)
    expect(faultOf([uid(at, '')])).toMatch(`expected ${name}`)
    expect(faultOf([uid(at, `1.2.${'3'.repeat(60)}`)])).toBeUndefined()
    expect(faultOf([uid(at, '1.2.003')])).toBeUndefined()
  })

  it('is not a mask, and nothing whose bits contradict each other', () => {
    expect(faultOf([unsigned(tag.BitsAllocated, 1)])).toMatch('expected 8, 16 or 32 bits allocated, got 1')
    expect(faultOf([unsigned(tag.HighBit, 16)])).toMatch('got high bit 16')
    expect(faultOf([{ tag: tag.PhotometricInterpretation, vr: 'CS', value: '' }])).toMatch('Photometric')
  })
})
