import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DataElement, Item } from '../../src/core/dicom/write/encode.ts'
import { openInstance } from '../../src/core/dicom/write/part10.ts'
import { itemsOf, textValue, valueBytes } from '../../src/core/dicom/write/source-values.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import { commandLine } from '../support/command-line.ts'
import { derivedExports } from '../support/derived-exports.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { tinyFile } from '../support/tiny-instance.ts'

const ofSlides = { unit: undefined, label: 'a' }

const folder = temporaryFolder('whole-slides')
const organization: DataElement = { tag: tag.DimensionOrganizationUID, vr: 'UI', value: '2.25.40' }
const planePositionSlide = 0x0048021a
const columnPosition = 0x0048021e
const sequence = (at: number, ...items: Item[]): DataElement => ({ tag: at, vr: 'SQ', items })
const uid = (at: number, value: string): DataElement => ({ tag: at, vr: 'UI', value })

const referencedInstance = sequence(0x0008114a, [
  uid(tag.ReferencedSOPClassUID, '1.2.840.10008.5.1.4.1.1.77.1.6'),
  uid(tag.ReferencedSOPInstanceUID, '2.25.41'),
])
/** What binds a slide's instances to each other, and its frames to their places. */
const references: DataElement[] = [
  sequence(tag.ReferencedSeriesSequence, [uid(tag.SeriesInstanceUID, '2.25.42'), referencedInstance]),
  sequence(tag.DimensionOrganizationSequence, [organization]),
  sequence(tag.DimensionIndexSequence, [
    organization,
    { tag: tag.DimensionIndexPointer, vr: 'AT', value: [columnPosition] },
    { tag: tag.FunctionalGroupPointer, vr: 'AT', value: [planePositionSlide] },
  ]),
  uid(tag.FrameOfReferenceUID, '2.25.43'),
  { tag: 0x00480006, vr: 'UL', value: [4] }, // Total Pixel Matrix Columns
  { tag: 0x00480007, vr: 'UL', value: [2] }, // Total Pixel Matrix Rows
]
const tileAt = (column: number): Item => [
  sequence(planePositionSlide, [{ tag: columnPosition, vr: 'UL', value: [column] }]),
]

/** Two tiles beside each other. */
function slide(tiling: string, perFrame: readonly DataElement[]): Uint8Array {
  return tinyFile([
    uid(tag.SOPClassUID, '1.2.840.10008.5.1.4.1.1.77.1.6'),
    { tag: tag.Modality, vr: 'CS', value: 'SM' },
    { tag: 0x00209311, vr: 'CS', value: tiling }, // Dimension Organization Type
    { tag: tag.NumberOfFrames, vr: 'IS', value: '2' },
    { tag: tag.PixelData, vr: 'OW', value: new Uint8Array(16).fill(1) },
    ...[...references, sequence(tag.SharedFunctionalGroupsSequence, [])],
    ...perFrame,
  ])
}

describe.each([
  ['TILED_FULL', slide('TILED_FULL', [])],
  [
    'TILED_SPARSE',
    slide('TILED_SPARSE', [sequence(tag.PerFrameFunctionalGroupsSequence, tileAt(1), tileAt(3))]),
  ],
])('a whole slide, %s', (tiling, source) => {
  it('keeps its references and dimensions in the adversarial image', async () => {
    const [before, after] = [
      openInstance(source),
      openInstance((await derivedExports(source, ofSlides)).adversarial),
    ]
    const kept = [...references.map((element) => element.tag), 0x00209311]
    for (const at of kept) expect(valueBytes(before, at)?.length).toBeGreaterThan(0)
    for (const at of kept) expect([at, valueBytes(after, at)]).toEqual([at, valueBytes(before, at)])
  })

  it('keeps the place of each of its tiles', async () => {
    const after = openInstance((await derivedExports(source, ofSlides)).adversarial)
    const columns = itemsOf(after, tag.PerFrameFunctionalGroupsSequence).flatMap((group) =>
      itemsOf(group, planePositionSlide).map((item) => valueBytes(item, columnPosition)?.[0]),
    )
    expect(columns).toEqual(tiling === 'TILED_FULL' ? [] : [1, 3])
  })

  it.each(['map', 'masks'] as const)('is named tile by tile in its %s', async (kind) => {
    const exported = openInstance((await derivedExports(source, ofSlides))[kind])
    const [series] = itemsOf(exported, tag.ReferencedSeriesSequence)
    expect(textValue(series!, tag.SeriesInstanceUID)).toBe('2.25.3')
    const named = itemsOf(exported, tag.PerFrameFunctionalGroupsSequence).map((group) => {
      const [derivation] = itemsOf(group, tag.DerivationImageSequence)
      const [image] = itemsOf(derivation!, tag.SourceImageSequence)
      return [textValue(image!, tag.ReferencedSOPInstanceUID), textValue(image!, tag.ReferencedFrameNumber)]
    })
    expect(named).toEqual([
      ['2.25.1', '1'],
      ['2.25.1', '2'],
    ])
  })

  it('is told by inspect what it is treated as', async () => {
    const path = join(folder, `${tiling}.dcm`)
    writeFileSync(path, source)
    const { out } = await commandLine(['inspect', path])
    expect(out).toContain(
      'note: This is a whole slide image: each frame, a tile of it, was taken as an image',
    )
  })
})
