import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openInstance } from '../../src/core/dicom/write/part10.ts'
import type { ParametricMapSeries } from '../../src/core/dicom/write/parametric-map-groups.ts'
import { buildParametricMap } from '../../src/core/dicom/write/parametric-map.ts'
import { itemsOf, textValue } from '../../src/core/dicom/write/source-values.ts'
import { unitOf } from '../../src/core/dicom/write/codes.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import {
  dciodvfyFindings,
  dcmdump,
  describeWithDebian,
  newFindings,
  pydicomPixels,
} from '../support/debian-tools.ts'
import { framesOf } from '../support/pixel-frames.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

const series: ParametricMapSeries = {
  exportId: 'a test run',
  seriesNumber: 9002,
  seriesDescription: 'Perturbation (SMIA)',
  derivationDescription: 'SMIA, epsilon 8/255, 10 steps, seed 0; model test',
  softwareVersion: '0.1.0',
  quantity: 'Perturbation (adversarial - original)',
  unit: unitOf('HU'),
}

/** A map can't know which side a part is of that the source doesn't name. */
const unknownToTheSource = [/only permitted to be empty when actually unknown.*Laterality/]

const cases = [
  { file: 'series/ct-head/001.dcm', frames: 1, placed: true },
  { file: 'series/mr-head/073.dcm', frames: 1, placed: true },
  { file: 'series/breast-us/001.dcm', frames: 1, placed: false },
  { file: 'formats/ct-transfer-syntaxes/CTImage.dcm', frames: 1, placed: true },
  { file: 'formats/mixed/eCT_Supplemental.dcm', frames: 2, placed: true },
  { file: 'formats/mixed/emri_small_big_endian.dcm', frames: 10, placed: false },
  { file: 'formats/mixed/RG3_J2KR.dcm', frames: 1, placed: false },
  { file: 'formats/mixed/SC_rgb_expb.dcm', frames: 3, placed: false },
]

describeWithSharedData('a perturbation as Parametric Map', () => {
  describeWithDebian('read by others', ['python3-pydicom', 'dcmtk', 'dicom3tools'], () => {
    const folder = mkdtempSync(join(tmpdir(), 'radversary-map-'))
    afterAll(() => {
      rmSync(folder, { recursive: true })
    })

    describe.each(cases)('of $file', ({ file, frames: expectedFrames, placed }) => {
      const path = join(folder, file.replaceAll(/\W/g, '-'))
      const source = readFileSync(sharedData(file))

      it('holds the floats, frame by frame and channel by channel', async () => {
        const [pixels] = await pydicomPixels([sharedData(file)])
        const perturbation = framesOf(pixels!).map(({ values }) =>
          Float32Array.from(values, (value, at) => (value - at / 7) / 3),
        )
        writeFileSync(path, buildParametricMap(source, perturbation, series).bytes)
        const [map] = await pydicomPixels([path])
        expect(map!.frames).toBe(expectedFrames)
        const channels = pixels!.samplesPerPixel
        const expected = Array.from({ length: channels }, (_, channel) =>
          perturbation.flatMap((frame) => [...frame.filter((_value, at) => at % channels === channel)]),
        ).flat()
        expect(
          Buffer.compare(Buffer.from(map!.values.buffer), Buffer.from(Float64Array.from(expected).buffer)),
        ).toBe(0)
      })

      it('is without fault to dciodvfy and dcmdump but for what the source lacks', async () => {
        expect(await dcmdump(path)).toContain('PERTURBATION OF AN ADVERSARIAL EXAMPLE - NOT FOR CLINICAL USE')
        const found = newFindings(await dciodvfyFindings(path), await dciodvfyFindings(sharedData(file)))
        expect(found.filter((line) => !unknownToTheSource.some((reason) => reason.test(line)))).toEqual([])
        expect(found.filter((line) => line.startsWith('Error'))).toEqual([])
      })

      it('keeps patient, study and place, and names the source and the unit', () => {
        const [before, map] = [openInstance(source), openInstance(readFileSync(path))]
        for (const at of [tag.PatientName, tag.PatientID, tag.StudyInstanceUID])
          expect(textValue(map, at)).toBe(textValue(before, at))
        const sameFrame =
          textValue(map, tag.FrameOfReferenceUID) === textValue(before, tag.FrameOfReferenceUID)
        expect(sameFrame).toBe(placed)
        const [group] = itemsOf(map, tag.PerFrameFunctionalGroupsSequence)
        const [derivation] = itemsOf(group!, tag.DerivationImageSequence)
        const [reference] = itemsOf(derivation!, tag.SourceImageSequence)
        expect(textValue(reference!, tag.ReferencedSOPInstanceUID)).toBe(
          textValue(before, tag.SOPInstanceUID),
        )
        const [mapping] = itemsOf(group!, tag.RealWorldValueMappingSequence)
        const [unit] = itemsOf(mapping!, tag.MeasurementUnitsCodeSequence)
        expect(textValue(unit!, tag.CodeValue)).toBe("[hnsf'U]")
      })
    })
  })

  it('refuses values that are no numbers, and frames of another size', () => {
    const source = readFileSync(sharedData('series/breast-us/001.dcm'))
    expect(() => buildParametricMap(source, [new Float32Array(256 * 256).fill(NaN)], series)).toThrow(
      /finite/,
    )
    expect(() => buildParametricMap(source, [new Float32Array(10)], series)).toThrow(
      /expected 1 frames of 65536/,
    )
  })
})
