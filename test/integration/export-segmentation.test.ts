import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { readSegmentation } from '../../src/core/dicom/segmentation.ts'
import { openInstance } from '../../src/core/dicom/write/part10.ts'
import type { SegmentationSeries } from '../../src/core/dicom/write/segmentation-groups.ts'
import { buildSegmentation } from '../../src/core/dicom/write/segmentation.ts'
import { textValue } from '../../src/core/dicom/write/source-values.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import type { Mask } from '../../src/core/image/mask.ts'
import {
  dciodvfyFindings,
  dcmdump,
  describeWithDebian,
  newFindings,
  pydicomPixels,
} from '../support/debian-tools.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

const series: SegmentationSeries = {
  exportId: 'a test run',
  role: 'masks-after',
  seriesNumber: 13002,
  seriesDescription: 'Segmentation of adversarial images (SMIA)',
  derivationDescription: 'SMIA, epsilon 8/255, 10 steps, seed 0; model test',
  softwareVersion: '0.1.0',
  algorithmName: 'phantom model',
  comment: 'SEGMENTATION OF AN ADVERSARIAL EXAMPLE - NOT FOR CLINICAL USE',
}
const segments = [
  { class: 1, label: 'lung' },
  { class: 2, label: 'solid nodule' },
]

const cases = [
  { file: 'series/ct-head/001.dcm', frames: 1, placed: true },
  { file: 'series/mr-head/073.dcm', frames: 1, placed: true },
  { file: 'series/breast-us/001.dcm', frames: 1, placed: false },
  { file: 'formats/mixed/eCT_Supplemental.dcm', frames: 2, placed: true },
  { file: 'formats/mixed/emri_small_big_endian.dcm', frames: 10, placed: false },
  { file: 'formats/mixed/SC_rgb_expb.dcm', frames: 1, placed: false },
]

/** One mask a frame, of odd shapes, so that frames begin within a byte where they can. */
function masksOf(rows: number, columns: number, frames: number): Mask[] {
  return Array.from({ length: frames }, (_, frame) => {
    const values = Uint8Array.from({ length: rows * columns }, (_, i) =>
      (i * 7 + frame * 3) % 11 < 4 ? 1 : (i * 5) % 13 === frame ? 2 : 0,
    )
    return { rows, columns, overlapping: false, values }
  })
}

describeWithSharedData('masks as DICOM SEG', () => {
  const folder = mkdtempSync(join(tmpdir(), 'radversary-seg-'))
  afterAll(() => {
    rmSync(folder, { recursive: true })
  })

  describe.each(cases)('of $file', ({ file, frames, placed }) => {
    const path = join(folder, file.replaceAll(/\W/g, '-'))
    const source = readFileSync(sharedData(file))
    const { rows, columns, sopInstanceUid } = parseInstance(source)
    const masks = masksOf(rows, columns, frames)
    writeFileSync(path, buildSegmentation(source, masks, { segments, series }).bytes)

    it('comes back as it was written', async () => {
      const read = readSegmentation(parseInstance(readFileSync(path), { file: path }))
      expect(read).toMatchObject({
        labels: ['lung', 'solid nodule'],
        references: new Set([sopInstanceUid]),
        rows,
        columns,
      })
      expect(read.frames).toHaveLength(2 * frames)
      for (const [index, frame] of read.frames.entries()) {
        const [segment, number] = [Math.floor(index / frames), index % frames]
        expect(frame).toMatchObject({ label: segments[segment]!.label, sopInstanceUid })
        expect(frame.frameNumber ?? 1).toBe(number + 1)
        expect(await frame.read()).toEqual(
          masks[number]!.values.map((value) => Number(value === segments[segment]!.class)),
        )
      }
    })

    it('keeps patient, study and, where there is one, the frame of reference', () => {
      const [before, after] = [openInstance(source), openInstance(readFileSync(path))]
      for (const at of [tag.PatientName, tag.PatientID, tag.StudyInstanceUID])
        expect(textValue(after, at)).toBe(textValue(before, at))
      const uid = textValue(after, tag.FrameOfReferenceUID)
      expect(uid).toBe(placed ? textValue(before, tag.FrameOfReferenceUID) : undefined)
    })

    describeWithDebian('read by others', ['python3-pydicom', 'dcmtk', 'dicom3tools'], () => {
      it('holds the same pixels for pydicom', async () => {
        const [pixels] = await pydicomPixels([path])
        const expected = segments.flatMap(({ class: index }) =>
          masks.flatMap(({ values }) => [...values].map((value) => Number(value === index))),
        )
        expect(pixels!.frames).toBe(2 * frames)
        expect([...pixels!.values]).toEqual(expected)
      })

      it('gives dciodvfy nothing new to find, and dcmdump reads it', async () => {
        expect(await dcmdump(path)).toContain('SEGMENTATION OF AN ADVERSARIAL EXAMPLE - NOT FOR CLINICAL USE')
        const found = newFindings(await dciodvfyFindings(path), await dciodvfyFindings(sharedData(file)))
        expect(found).toEqual([])
      })
    })
  })

  it('refuses masks of another number or size', () => {
    const source = readFileSync(sharedData('series/breast-us/001.dcm'))
    expect(() => buildSegmentation(source, masksOf(256, 256, 2), { segments, series })).toThrow(
      'expected 1 masks of 256x256, got 2',
    )
    expect(() => buildSegmentation(source, masksOf(8, 8, 1), { segments, series })).toThrow(
      'expected 1 masks of 256x256, got 1 of 8x8',
    )
  })
})
