import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { deriveInstance } from '../../src/core/dicom/write/derive-instance.ts'
import type { DataElement } from '../../src/core/dicom/write/encode.ts'
import { buildParametricMap } from '../../src/core/dicom/write/parametric-map.ts'
import { openInstance } from '../../src/core/dicom/write/part10.ts'
import { itemsOf, textValue } from '../../src/core/dicom/write/source-values.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import { unitOf } from '../../src/core/dicom/write/codes.ts'
import { decodeFrames } from '../../src/engine/study/load-image.ts'
import { conformanceOf } from '../support/conformance.ts'
import { dciodvfyFindings, describeWithDebian } from '../support/debian-tools.ts'
import { describeWithSharedData, sharedCase, sharedData } from '../support/shared-data.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { tinyFile } from '../support/tiny-instance.ts'

const texts = { seriesDescription: 'Adversarial (SMIA)', derivationDescription: 'a test' } as const
const common = { exportId: 'a test run', seriesNumber: 9001, softwareVersion: '0.1.0', ...texts } as const

describeWithSharedData('exports of real images', () => {
  describeWithDebian('that validators read', ['dcmtk', 'dicom3tools'], () => {
    const cases = [
      'series-description-charset',
      'pm-patient-and-study-attributes',
      'pet-image-type-secondary',
      'un-defined-length',
    ].flatMap((name) =>
      readdirSync(sharedCase(name))
        .filter((file) => file.endsWith('.dcm'))
        .map((file) => sharedCase(`${name}/${file}`)),
    )
    const kinds = [
      ...['series/ct-head/001.dcm', 'series/mr-head/073.dcm', 'series/breast-us/001.dcm'],
      ...['formats/mixed/eCT_Supplemental.dcm', 'formats/mixed/RG3_J2KR.dcm', 'formats/mixed/image_dfl.dcm'],
      ...['formats/mixed/color-pl.dcm', 'formats/mixed/SC_rgb_2frame.dcm'],
    ].map(sharedData)

    // Every image of the data: npm run conformance.
    it.each([...cases, ...kinds])('have nothing that %s has not', async (file) => {
      expect(await conformanceOf(file)).toEqual({ findings: [] })
    })
  })

  it.each([
    ['c0.dcm', 'КТ грудной клетки'],
    ['c1.dcm', 'CT 胸部 Ω'],
    ['c2.dcm', 'Schädel nativ'],
  ])('keep the Series Description of %s in its own letters', async (file, description) => {
    const source = readFileSync(sharedCase(`series-description-charset/${file}`))
    const frames = (await decodeFrames(parseInstance(source))).map(({ frame }) => frame)
    const { bytes } = deriveInstance(source, frames, { ...common, role: 'adversarial' })
    expect(parseInstance(bytes).seriesDescription).toBe(`Adversarial (SMIA) ${description}`)
  })

  it('give a map of PET its unit and modality', async () => {
    const source = readFileSync(sharedCase('pet-image-type-secondary/pet.dcm'))
    const [frame] = await decodeFrames(parseInstance(source))
    const unit = unitOf(frame!.meaning.modality.unit)
    const values = Float32Array.from(frame!.frame.values)
    const map = openInstance(buildParametricMap(source, [values], { ...common, quantity: 'q', unit }).bytes)
    const [group] = itemsOf(map, tag.PerFrameFunctionalGroupsSequence)
    const [mapping] = itemsOf(group!, tag.RealWorldValueMappingSequence)
    const [code] = itemsOf(mapping!, tag.MeasurementUnitsCodeSequence)
    expect(textValue(code!, tag.CodeValue)).toBe('Bq/ml')
    expect(textValue(map, tag.Modality)).toBe('PT')
  })
})

describeWithDebian('the second value of Image Type', ['dicom3tools'], () => {
  const folder = temporaryFolder('image-type')
  const storage = '1.2.840.10008.5.1.4.1.1.'
  const suffixes = [
    ...[
      '1',
      '1.1',
      '1.2',
      '2',
      '2.1',
      '3.1',
      '4',
      '4.1',
      '6.1',
      '6.2',
      '7',
      '7.2',
      '12.1',
      '12.1.1',
      '13.1.1',
    ],
    ...[
      '13.1.3',
      '14.1',
      '20',
      '77.1.1',
      '77.1.4',
      '77.1.5.1',
      '77.1.5.2',
      '77.1.5.4',
      '77.1.6',
      '128',
      '130',
    ],
    '481.1',
  ]

  it.each(suffixes)('is one that the IOD of SOP class …%s has', async (suffix) => {
    const elements: DataElement[] = [
      { tag: tag.SOPClassUID, vr: 'UI', value: storage + suffix },
      { tag: tag.ImageType, vr: 'CS', value: 'ORIGINAL\\PRIMARY\\AXIAL\\NONE' },
    ]
    const source = tinyFile(elements)
    const frames = (await decodeFrames(parseInstance(source))).map(({ frame }) => frame)
    const path = join(folder, `${suffix}.dcm`)
    writeFileSync(path, deriveInstance(source, frames, { ...common, role: 'adversarial' }).bytes)
    const found = [...(await dciodvfyFindings(path))]
    expect(found.filter((line) => /enumerated value <(PRIMARY|SECONDARY)>/.test(line))).toEqual([])
  })
})
