import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DataElement } from '../../src/core/dicom/write/encode.ts'
import { openInstance } from '../../src/core/dicom/write/part10.ts'
import { latin1Bytes, valueBytes } from '../../src/core/dicom/write/source-values.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import { conformanceOf } from '../support/conformance.ts'
import { describeWithDebian } from '../support/debian-tools.ts'
import { derivedExports } from '../support/derived-exports.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { tinyFile } from '../support/tiny-instance.ts'

/** Letters of a character set, as their bytes. */
const sets = [
  { set: 'ISO_IR 100', letters: latin1Bytes('Ärzte für ß') },
  { set: 'ISO_IR 192', letters: new TextEncoder().encode('胸部 Ω ä') },
  // 胸部 in GB18030, and a letter of four bytes.
  { set: 'GB18030', letters: Uint8Array.of(0xd0, 0xd8, 0xb2, 0xbf, 0x20, 0x81, 0x30, 0x84, 0x36) },
]

const folder = temporaryFolder('export-charset')

/** Elements whose values may hold no such letters (CS, IS, DA, TM, UI) have them, too: sources do. */
const ofPatientAndStudy: readonly (readonly [tag: number, vr: string])[] = [
  [tag.StudyDate, 'DA'],
  [tag.StudyTime, 'TM'],
  [tag.AccessionNumber, 'SH'],
  [tag.StudyDescription, 'LO'],
  [tag.PatientName, 'PN'],
  [tag.PatientID, 'LO'],
  [0x00100040, 'CS'], // Patient's Sex
  [0x00102000, 'LO'], // Medical Alerts
  [0x00102160, 'SH'], // Ethnic Group
  [0x001021b0, 'LT'], // Additional Patient History
  [tag.StudyID, 'SH'],
  [tag.BodyPartExamined, 'CS'],
]
const ofTheImage: readonly (readonly [tag: number, vr: string])[] = [
  [0x00080022, 'DA'], // Acquisition Date
  [0x00080032, 'TM'], // Acquisition Time
  [0x00080080, 'LO'], // Institution Name
  [0x00081010, 'SH'], // Station Name
  [0x00181030, 'LO'], // Protocol Name
  [0x00200012, 'IS'], // Acquisition Number
  [0x00204000, 'LT'], // Image Comments
  [tag.FrameOfReferenceUID, 'UI'],
]

function padded(vr: string, value: Uint8Array): Uint8Array {
  const pad = vr === 'UI' ? 0 : 0x20
  return value.length % 2 === 0 ? value : Uint8Array.of(...value, pad)
}

function sourceIn({ set, letters }: (typeof sets)[number]): Uint8Array {
  const elements = [...ofPatientAndStudy, ...ofTheImage].map(([at, vr]): DataElement => {
    return { tag: at, vr: 'bytes', as: vr, value: padded(vr, letters) }
  })
  return tinyFile([{ tag: tag.SpecificCharacterSet, vr: 'CS', value: set }, ...elements])
}

const bytesOf = (file: Uint8Array, at: number) =>
  Buffer.from(valueBytes(openInstance(file), at) ?? []).toString('latin1')

describe.each(sets)('values in $set', (set) => {
  const source = sourceIn(set)

  it('are letters that the source has', () => {
    const letters = Buffer.from(set.letters).toString('latin1')
    for (const [at] of [...ofPatientAndStudy, ...ofTheImage]) expect(bytesOf(source, at)).toContain(letters)
  })

  it('of patient and study are the source’s bytes in every export, read by the same set', async () => {
    for (const file of Object.values(await derivedExports(source, { unit: 'HU', label: 'Läsion' })))
      for (const [at] of [[tag.SpecificCharacterSet, 'CS'] as const, ...ofPatientAndStudy])
        expect([at.toString(16), bytesOf(file, at)]).toEqual([at.toString(16), bytesOf(source, at)])
  })

  it('of the image are the source’s bytes in the adversarial one', async () => {
    const { adversarial } = await derivedExports(source, { unit: 'HU', label: 'Läsion' })
    const theirs = ofTheImage.filter(([at]) => at !== tag.ImageComments)
    for (const [at] of theirs)
      expect([at.toString(16), bytesOf(adversarial, at)]).toEqual([at.toString(16), bytesOf(source, at)])
    expect(bytesOf(adversarial, tag.ImageComments)).toContain(bytesOf(source, tag.ImageComments).trim())
  })

  describeWithDebian('read by validators', ['dicom3tools', 'dcmtk'], () => {
    it('give them nothing new to find', async () => {
      const path = join(folder, `${set.set}.dcm`)
      writeFileSync(path, source)
      expect(await conformanceOf(path)).toEqual({ findings: [] })
    })
  })
})
