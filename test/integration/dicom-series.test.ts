import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { scan } from '../../src/adapters/fs/scan.ts'
import { decodeFrame } from '../../src/core/dicom/decode.ts'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { applyModality } from '../../src/core/dicom/lookup-tables.ts'
import { pixelMeaning } from '../../src/core/dicom/meaning.ts'
import type { Series } from '../../src/core/dicom/series.ts'
import { describeWithDebian } from '../support/debian-tools.ts'
import { pydicomMeanings } from '../support/pydicom-meaning.ts'
import { describeWithSharedData, sharedCase, sharedData } from '../support/shared-data.ts'

/** The only series of a folder, and its files in its order. */
async function onlySeries(folder: string): Promise<{ series: Series; files: string[] }> {
  const { series, failures } = await scan([sharedData(folder)])
  const [first] = series
  if (first === undefined || series.length > 1) throw new Error(`expected one series, got ${series.length}`)
  expect(failures).toEqual([])
  return { series: first, files: first.instances.map(({ file }) => file ?? '') }
}

function meaningOf(file: string) {
  return pixelMeaning(parseInstance(new Uint8Array(readFileSync(file))), 0)
}

const files = (folder: string) =>
  readdirSync(sharedData(folder))
    .filter((name) => name.endsWith('.dcm'))
    .map((name) => sharedData(`${folder}/${name}`))

describeWithSharedData('real series', () => {
  it('ct-head: 28 slices of 5 mm in HU, each with two windows', async () => {
    const { series, files: ordered } = await onlySeries('series/ct-head')
    expect(series).toMatchObject({
      modality: 'CT',
      orderedBy: 'geometry',
      sliceSpacingMm: 5,
      notes: [],
      duplicates: [],
    })
    expect([...ordered].sort()).toEqual(files('series/ct-head'))
    for (const file of ordered)
      expect(meaningOf(file)).toEqual({
        modality: { kind: 'linear', slope: 1, intercept: -1024, unit: 'HU' },
        windows: [
          { center: 40, width: 80, shape: 'LINEAR', explanation: undefined },
          { center: 40, width: 80, shape: 'LINEAR', explanation: undefined },
        ],
        voiTable: undefined,
        padding: undefined,
      })
  })

  it('mr-head: 20 sagittal slices of 1.8 mm, without a unit, each with a window', async () => {
    const { series, files: ordered } = await onlySeries('series/mr-head')
    expect(series).toMatchObject({ modality: 'MR', orderedBy: 'geometry', notes: [], duplicates: [] })
    expect(series.sliceSpacingMm).toBeCloseTo(1.8, 6)
    for (const file of ordered) {
      const { modality, windows, padding } = meaningOf(file)
      expect([modality, padding]).toEqual([{ kind: 'linear', slope: 1, intercept: 0, unit: 'US' }, undefined])
      expect(windows).toHaveLength(1)
    }
  })

  it('breast-us: 24 images in the order of their numbers, without geometry or window', async () => {
    const { series } = await onlySeries('series/breast-us')
    expect(series).toMatchObject({
      modality: 'US',
      orderedBy: 'instance-number',
      sliceSpacingMm: undefined,
      notes: [],
    })
    expect(series.instances.map(({ instanceNumber }) => instanceNumber)).toEqual(
      Array.from({ length: 24 }, (_, n) => n + 1),
    )
  })
})

describeWithSharedData('a series of two times', () => {
  it('is two stacks of five slices, 5 mm apart', async () => {
    const { series, failures } = await scan([sharedCase('series-4d-two-timepoints')])
    expect(
      series.map(({ instances, sliceSpacingMm, part }) => [instances.length, sliceSpacingMm, part?.label]),
    ).toEqual([
      [5, 5, 'temporal position 1'],
      [5, 5, 'temporal position 2'],
    ])
    expect(failures).toEqual([])
  })
})

describeWithDebian('pydicom', ['python3-pydicom', 'python3-gdcm'], () => {
  describeWithSharedData('agrees', () => {
    it.each(['series/ct-head', 'series/mr-head'])(
      'that the slices of %s rise along their normal',
      async (folder) => {
        const { files: ordered } = await onlySeries(folder)
        const positions = (await pydicomMeanings(ordered)).map(({ along }) => along ?? NaN)
        expect(positions).toHaveLength(files(folder).length)
        positions.slice(1).forEach((position, index) => {
          expect(position).toBeGreaterThan(positions[index] ?? NaN)
        })
      },
    )

    const formats = [
      'ct-transfer-syntaxes/CTImage',
      'mixed/693_UNCR',
      'mixed/CT_small',
      'mixed/MR2_J2KI',
      'mixed/RG3_J2KR',
      'mixed/eCT_Supplemental',
      'mixed/emri_small',
      'mixed/examples_overlay',
      'mixed/mlut_18',
    ].map((name) => sharedData(`formats/${name}.dcm`))
    const all = () => [
      ...formats,
      ...files('series/ct-head').slice(0, 3),
      ...files('series/mr-head').slice(0, 3),
    ]

    it(
      'on the windows, unit, padding and rescaled values of every kind of file',
      { timeout: 60_000 },
      async () => {
        const theirs = await pydicomMeanings(all())
        for (const [index, file] of all().entries()) {
          const instance = parseInstance(new Uint8Array(readFileSync(file)))
          const ours = pixelMeaning(instance, 0)
          const expected = theirs[index]
          expect(
            ours.windows.map((window) => window && [window.center, window.width, window.explanation ?? null]),
          ).toEqual(expected?.windows)
          // Where the file has no type, CT is in HU and the rest unspecified.
          expect(ours.modality.unit).toBe(expected?.unit ?? (instance.modality === 'CT' ? 'HU' : 'US'))
          expect(ours.padding?.lower ?? null).toBe(expected?.padding)
          const values = applyModality(ours.modality, (await decodeFrame(instance, 0)).values)
          const sum = values.reduce((total, value) => total + value, 0)
          expect([values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))]).toEqual(
            expected?.modality.slice(0, 2),
          )
          expect(Math.abs(sum - (expected?.modality[2] ?? NaN))).toBeLessThanOrEqual(1e-9 * Math.abs(sum))
        }
      },
    )
  })
})
