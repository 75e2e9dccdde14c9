import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deriveInstance, type DerivedSeries } from '../../src/core/dicom/write/derive-instance.ts'
import { openInstance } from '../../src/core/dicom/write/part10.ts'
import { valueBytes } from '../../src/core/dicom/write/source-values.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import {
  dcentvfyFindings,
  dciodvfyFindings,
  dcmdump,
  describeWithDebian,
  newFindings,
  pydicomPixels,
  type PydicomPixels,
} from '../support/debian-tools.ts'
import { elementDifferences } from '../support/element-differences.ts'
import { framesOf, isInRegion, perturbRegion } from '../support/pixel-frames.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

const series: DerivedSeries = {
  role: 'adversarial',
  exportId: 'a test run',
  seriesNumber: 9001,
  seriesDescription: 'Adversarial (SMIA)',
  derivationDescription: 'SMIA, epsilon 8/255, 10 steps, seed 0; model test, SHA-256 0123456789abcdef',
  softwareVersion: '0.1.0',
}

/**
 * What changes in every classic image: identity, derivation, label, pixels. Whether it is changed or added
 * depends on the source.
 */
const always = [
  ...['(0008,0008)', '(0008,0018)', '(0008,103e)', '(0008,2111)', '(0008,2112)', '(0008,9215)'],
  ...['(0018,a001)', '(0020,000e)', '(0020,0011)', '(0020,4000)', '(7fe0,0010)'],
]
const wasDerivedSecondary = '(0008,0008)'
/** Enhanced images hold their derivation in functional groups, and (0008,9154) names the source. */
const enhanced = [
  ...[
    '(0008,0012)',
    '(0008,0013)',
    '(0008,0014)',
    '(0008,0018)',
    '(0008,103e)',
    '(0008,9154)',
    '(0018,9004)',
    '(0018,a001)',
  ],
  ...['(0020,000e)', '(0020,0011)', '(0020,4000)', '(5200,9230)', '(7fe0,0010)'],
]
const creation = ['(0008,0012)', '(0008,0013)']
const creator = '(0008,0014)'
const groupLengths = ['(0018,0000)', '(0020,0000)', '(7fe0,0000)']
const extremes = ['(0028,0106)', '(0028,0107)']
const originalMrOnly = [
  ...[
    '(0018,0023)',
    '(0018,9005)',
    '(0018,9008)',
    '(0018,9012)',
    '(0018,9014)',
    '(0018,9015)',
    '(0018,9017)',
    '(0018,9018)',
  ],
  ...[
    '(0018,9024)',
    '(0018,9025)',
    '(0018,9029)',
    '(0018,9032)',
    '(0018,9033)',
    '(0018,9034)',
    '(0018,9093)',
    '(0018,9094)',
  ],
  '(0018,9172)',
]
const paletteTables = [
  '(0028,1101)',
  '(0028,1102)',
  '(0028,1103)',
  '(0028,1201)',
  '(0028,1202)',
  '(0028,1203)',
]
const rgb = ['(0028,0002)', '(0028,0004)', '(0028,0006)']
const but = (tags: readonly string[], ...without: readonly string[]): string[] =>
  tags.filter((each) => !without.includes(each))

interface ExportCase {
  readonly name: string
  readonly file: string
  readonly differs: readonly string[]
  readonly syntax: string
  /**
   * Findings of dciodvfy that the source causes though they appear only in the export; each with its reason.
   */
  readonly known?: readonly RegExp[]
  /**
   * A file whose findings the export may repeat as well: the same image in a syntax that dciodvfy can read.
   */
  readonly sameImage?: string
}

const implicit = '1.2.840.10008.1.2'
const explicit = '1.2.840.10008.1.2.1'
const syntaxes = 'formats/ct-transfer-syntaxes/CTImage.dcm'

const cases: readonly ExportCase[] = [
  { name: 'CT', file: 'series/ct-head/001.dcm', differs: [...always, ...creation], syntax: explicit },
  { name: 'MR', file: 'series/mr-head/073.dcm', differs: always, syntax: explicit },
  { name: 'ultrasound', file: 'series/breast-us/001.dcm', differs: always, syntax: explicit },
  { name: 'Implicit VR', file: syntaxes, differs: [...always, ...groupLengths], syntax: implicit },
  {
    name: 'JPEG-LS',
    file: `${syntaxes}_JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80.dcm`,
    differs: [...always, ...groupLengths],
    syntax: explicit,
  },
  {
    name: 'deflated',
    file: `${syntaxes}_DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99.dcm`,
    differs: [...always, ...groupLengths],
    syntax: explicit,
    sameImage: syntaxes,
  },
  {
    name: 'Explicit VR big endian',
    file: `${syntaxes}_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm`,
    differs: [...always, ...groupLengths],
    syntax: explicit,
  },
  {
    name: 'private elements and group lengths',
    file: 'formats/mixed/693_UNCR.dcm',
    differs: [...always, ...creation, '(0008,0000)', ...groupLengths],
    syntax: explicit,
  },
  {
    name: 'overlays above the stored bits',
    file: 'formats/mixed/examples_overlay.dcm',
    differs: but(always, wasDerivedSecondary),
    syntax: explicit,
  },
  {
    // Its values need 13 bits, though it says 12.
    name: 'signed values beyond their bits',
    file: 'formats/mixed/mlut_18.dcm',
    differs: [...always, '(0028,0101)', '(0028,0102)'],
    syntax: explicit,
  },
  {
    name: 'smallest and largest pixel value',
    file: 'formats/mixed/MR_small_jpeg_ls_lossless.dcm',
    differs: [...but(always, wasDerivedSecondary), ...creation, creator, ...extremes],
    syntax: explicit,
  },
  {
    name: 'JPEG 2000, MONOCHROME1, an earlier derivation',
    file: 'formats/mixed/RG3_J2KR.dcm',
    differs: [...always, ...creation, creator],
    syntax: explicit,
  },
  {
    name: 'RGB by planes',
    file: 'formats/colour-synthetic/rgb_planar.dcm',
    differs: always,
    syntax: explicit,
  },
  {
    name: 'RGB frames, RLE',
    file: 'formats/colour-synthetic/rgb_3_frames_rle.dcm',
    differs: always,
    syntax: explicit,
  },
  {
    name: 'RGB of 16 bits, big endian',
    file: 'formats/mixed/SC_rgb_expb_16bit.dcm',
    differs: but(always, wasDerivedSecondary),
    syntax: explicit,
  },
  {
    name: 'RGB of 32 bits, big endian',
    file: 'formats/mixed/SC_rgb_expb_32bit.dcm',
    differs: but(always, wasDerivedSecondary),
    syntax: explicit,
  },
  {
    name: 'YBR_FULL',
    file: 'formats/colour-synthetic/ybr_full.dcm',
    differs: [...always, '(0028,0004)'],
    syntax: explicit,
  },
  {
    name: 'YBR_FULL_422',
    file: 'formats/mixed/US-YBR_FULL_422-EVRLE.dcm',
    differs: [...but(always, wasDerivedSecondary), '(0028,0004)'],
    syntax: explicit,
  },
  {
    name: 'palette of 8 bits',
    file: 'formats/colour-synthetic/palette_8.dcm',
    differs: [...always, ...rgb, ...paletteTables],
    syntax: explicit,
  },
  {
    name: 'palette of 16 bits',
    file: 'formats/colour-synthetic/palette_16.dcm',
    differs: [...always, ...rgb, ...paletteTables, '(0028,0100)', '(0028,0101)', '(0028,0102)'],
    syntax: explicit,
  },
  {
    name: 'enhanced CT',
    file: 'formats/mixed/eCT_Supplemental.dcm',
    differs: [...enhanced, '(5200,9229)'],
    syntax: explicit,
  },
  {
    name: 'enhanced CT, fragmented 12-bit JPEG',
    file: 'formats/mixed/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm',
    differs: enhanced,
    syntax: explicit,
  },
  {
    name: 'enhanced MR, big endian',
    file: 'formats/mixed/emri_small_big_endian.dcm',
    differs: [...always, ...creation, creator, ...originalMrOnly],
    syntax: explicit,
    // This file has lost its functional groups, where an enhanced image holds its derivation; so it stands at
    // the top level.
    known: [
      /not present in standard DICOM IOD - \((0x0008,0x2111|0x0008,0x1150|0x0008,0x1155|0x0028,0x135a|0x0040,0xa170|0x0008,0x2112|0x0008,0x9215)\)/,
    ],
  },
].map((each) => ({ ...each, differs: [...each.differs].sort() }))

describeWithSharedData('an exported image', () => {
  describeWithDebian('read by others', ['python3-pydicom', 'dcmtk', 'dicom3tools'], () => {
    const folder = mkdtempSync(join(tmpdir(), 'radversary-export-'))
    const pixels = new Map<string, PydicomPixels>()
    beforeAll(async () => {
      const read = await pydicomPixels(cases.map(({ file }) => sharedData(file)))
      cases.forEach(({ file }, index) => pixels.set(file, read[index]!))
    }, 120_000)
    afterAll(() => {
      rmSync(folder, { recursive: true })
    })

    describe.each(cases)('$name', ({ name, file, differs, syntax, known = [], sameImage }) => {
      const path = join(folder, `${name.replaceAll(/\W/g, '-')}.dcm`)
      const source = readFileSync(sharedData(file))
      const exported = (): Uint8Array => readFileSync(path)

      it('writes the source with exactly these elements changed', () => {
        const { bytes } = deriveInstance(source, framesOf(pixels.get(file)!).map(perturbRegion), series)
        writeFileSync(path, bytes)
        expect(source.equals(readFileSync(sharedData(file)))).toBe(true)
        const differences = elementDifferences(source, bytes)
        expect(differences.map((each) => each.slice(1))).toEqual(differs)
        expect(openInstance(bytes).transferSyntaxUid).toBe(syntax)
      })

      it('repeats to the byte', () => {
        expect(
          Buffer.from(
            deriveInstance(source, framesOf(pixels.get(file)!).map(perturbRegion), series).bytes,
          ).equals(exported()),
        ).toBe(true)
      })

      it('gives pydicom the exported pixel values', async () => {
        const [read] = await pydicomPixels([path])
        const frames = framesOf(pixels.get(file)!).map(perturbRegion)
        expect(framesOf(read!).map(({ photometric, bitsStored }) => ({ photometric, bitsStored }))).toEqual(
          frames.map(({ photometric, bitsStored }) => ({ photometric, bitsStored })),
        )
        framesOf(read!).forEach((frame, index) => {
          expect(
            Buffer.compare(Buffer.from(frame.values.buffer), Buffer.from(frames[index]!.values.buffer)),
          ).toBe(0)
        })
      })

      it('is read by dcmdump and gives dciodvfy nothing new to find', async () => {
        expect(await dcmdump(path)).toContain('ADVERSARIAL EXAMPLE - NOT FOR CLINICAL USE')
        const before = await dciodvfyFindings(sharedData(file))
        const alike = sameImage === undefined ? [] : await dciodvfyFindings(sharedData(sameImage))
        const found = newFindings(await dciodvfyFindings(path), new Set([...before, ...alike]))
        expect(found.filter((line) => !known.some((reason) => reason.test(line)))).toEqual([])
      })
    })

    it('keeps every bit of every pixel outside the region, and the bits above the stored ones everywhere', () => {
      const file = 'formats/mixed/examples_overlay.dcm'
      const source = withOverlayBits(readFileSync(sharedData(file)))
      const [frame] = framesOf(pixels.get(file)!)
      const before = pixelWords(source)
      const after = pixelWords(deriveInstance(source, [perturbRegion(frame!)], series).bytes)
      expect(new Set(before.map((word) => word >>> 12)).size).toBe(16)
      const wrong = after.filter((word, pixel) => {
        const changed = word !== before[pixel]
        return word >>> 12 !== before[pixel]! >>> 12 || changed !== isInRegion(frame!, pixel)
      })
      expect(wrong.length).toBe(0)
    })

    it.each(['ct-head', 'mr-head', 'breast-us'])(
      'gives dcentvfy nothing new to find in the series %s',
      async (name) => {
        const sources = readdirSync(sharedData(`series/${name}`))
          .filter((each) => each.endsWith('.dcm'))
          .slice(0, 12)
        const paths = sources.map((each) => sharedData(`series/${name}/${each}`))
        const read = await pydicomPixels(paths)
        const exports = paths.map((path, index) => {
          const target = join(folder, `${name}-${sources[index]!}`)
          writeFileSync(
            target,
            deriveInstance(readFileSync(path), framesOf(read[index]!).map(perturbRegion), series).bytes,
          )
          return target
        })
        const before = await dcentvfyFindings(paths)
        expect(newFindings(await dcentvfyFindings(exports), before)).toEqual([])
        expect(newFindings(await dcentvfyFindings([...paths, ...exports]), before)).toEqual([])
      },
      120_000,
    )
  })
})

/** The words of Pixel Data. */
function pixelWords(file: Uint8Array): Uint16Array {
  return new Uint16Array(new Uint8Array(valueBytes(openInstance(file), tag.PixelData)!).buffer)
}

/**
 * The file with a pattern in the four bits above its twelve, where old scanners kept overlays (PS3.5 section
 * 8.1.2 of 1993).
 */
function withOverlayBits(source: Uint8Array): Uint8Array {
  const file = new Uint8Array(source)
  const words = valueBytes(openInstance(file), tag.PixelData)!
  for (let at = 1; at < words.length; at += 2) words[at] = (words[at]! & 0x0f) | (((at >>> 1) % 16) << 4)
  return file
}
