import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readablePhotometricInterpretations } from '../../src/core/dicom/colour.ts'
import { decodeFrame } from '../../src/core/dicom/decode.ts'
import type { StoredFrame } from '../../src/core/dicom/image.ts'
import { parseInstance, type Instance } from '../../src/core/dicom/instance.ts'
import { readableTransferSyntaxes } from '../../src/core/dicom/transfer-syntax.ts'
import { readNpy } from '../../src/core/tensor/npy.ts'
import { describeWithDebian, pydicomPixels } from '../support/debian-tools.ts'
import { readFiles, refusedFiles } from '../support/format-files.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'
import { hashOfValues } from '../support/values-hash.ts'

const root = sharedData('formats/')

/** One file as the reference reader found it (expected.json). */
interface ExpectedFile {
  readonly transferSyntax: string
  readonly rows: number
  readonly columns: number
  readonly frames: number
  readonly samplesPerPixel: number
  readonly bitsAllocated: number
  readonly bitsStored: number
  readonly pixelRepresentation: number
  readonly photometric: string
  /** Absent where the reference reader could not decode the pixels; without a hash for colours. */
  readonly firstFrame?: {
    readonly min: number
    readonly max: number
    readonly mean?: number
    readonly sha256_int32le?: string
  }
}

const parse = (file: string) => parseInstance(new Uint8Array(readFileSync(root + file)), { file })
const expectedFiles = () =>
  new Map(
    Object.entries(JSON.parse(readFileSync(`${root}expected.json`, 'utf8')) as Record<string, ExpectedFile>),
  )

async function decodeAll(instance: Instance): Promise<StoredFrame[]> {
  const frames: StoredFrame[] = []
  for (let index = 0; index < instance.numberOfFrames; index++)
    frames.push(await decodeFrame(instance, index))
  return frames
}

const valuesOf = async (file: string) => (await decodeAll(parse(file))).map(({ values }) => values)

/** The largest and the mean absolute difference. */
function differences(a: ArrayLike<number>, b: ArrayLike<number>) {
  expect(a.length).toBe(b.length)
  let [largest, sum] = [0, 0]
  for (let at = 0; at < a.length; at++) {
    const difference = Math.abs((a[at] ?? NaN) - (b[at] ?? NaN))
    largest = Math.max(largest, difference)
    sum += difference
  }
  return { largest, mean: sum / a.length }
}

describeWithSharedData('every file of ../shared/data/formats', () => {
  it('is on one of the two lists, and there are no others', () => {
    const onDisk = ['colour-synthetic', 'ct-transfer-syntaxes', 'mixed'].flatMap((folder) =>
      readdirSync(root + folder)
        .filter((name) => !name.endsWith('.npy'))
        .map((name) => `${folder}/${name}`),
    )
    expect([...readFiles, ...Object.keys(refusedFiles)].sort()).toEqual(onDisk.sort())
    expect([...expectedFiles().keys()].sort()).toEqual(onDisk)
  })

  it.each(readFiles)('%s has the header and the pixels that the reference reader found', async (file) => {
    const expected = expectedFiles().get(file)
    const instance = parse(file)
    expect({
      transferSyntax: instance.transferSyntaxUid,
      rows: instance.rows,
      columns: instance.columns,
      frames: instance.numberOfFrames,
      samplesPerPixel: instance.samplesPerPixel,
      bitsAllocated: instance.bitsAllocated,
      bitsStored: instance.bitsStored,
      pixelRepresentation: instance.pixelRepresentation,
      photometric: instance.photometricInterpretation,
    }).toEqual({ ...expected, firstFrame: undefined, note: undefined })
    const frame = await decodeFrame(instance, 0)
    const isColour = expected?.samplesPerPixel === 3 || expected?.photometric === 'PALETTE COLOR'
    expect(frame).toMatchObject({
      rows: expected?.rows,
      columns: expected?.columns,
      samplesPerPixel: isColour ? 3 : 1,
    })
    expect(frame.values).toHaveLength(frame.rows * frame.columns * frame.samplesPerPixel)
    const hash = expected?.firstFrame?.sha256_int32le
    // A palette's hash is of its indices; its colours are compared below.
    if (!isColour && hash !== undefined) expect(hashOfValues(frame.values)).toBe(hash)
  })

  it.each(Object.entries(refusedFiles))('%s is refused by the name of its %s', async (file, name) => {
    const refusal = expect.objectContaining({
      code: 'dicom-unsupported',
      message: expect.stringContaining(name),
      file,
    })
    await expect(decodeFrame(parse(file), 0)).rejects.toThrow(refusal)
  })
})

describeWithSharedData('colours', () => {
  const truth = (name: string) => {
    const { data } = readNpy(new Uint8Array(readFileSync(`${root}colour-synthetic/${name}.npy`)))
    return data as Uint8Array
  }
  const firstFrame = async (name: string) => decodeFrame(parse(`colour-synthetic/${name}.dcm`), 0)

  it.each(['rgb', 'rgb_planar', 'rgb_3_frames', 'rgb_3_frames_rle', 'rgb_jpeg_ls'])(
    '%s is the true image',
    async (name) => {
      const frame = await firstFrame(name)
      expect(frame).toMatchObject({ photometric: 'RGB', bitsStored: 8, signed: false })
      expect(differences(frame.values, truth('rgb')).largest).toBe(0)
    },
  )

  it.each(['palette_8', 'palette_8_rle', 'palette_16'])(
    '%s is the true image, as colours of 8 bits',
    async (name) => {
      const frame = await firstFrame(name)
      expect(frame).toMatchObject({ photometric: 'RGB', bitsStored: 8, signed: false })
      expect(differences(frame.values, truth('palette_rgb')).largest).toBe(0)
    },
  )

  it('ybr_full is the true image but for its rounding to 8 bits of luminance and chrominance', async () => {
    const { largest, mean } = differences((await firstFrame('ybr_full')).values, truth('rgb'))
    expect(largest).toBeLessThanOrEqual(2)
    expect(mean).toBeLessThan(0.5)
  })

  it('rgb_jpeg_ybr_422 is near the true image, as far as JPEG with halved chrominance can be', async () => {
    expect(differences((await firstFrame('rgb_jpeg_ybr_422')).values, truth('rgb')).mean).toBeLessThan(2)
  })
})

describeWithSharedData('images in several encodings', () => {
  const mixed = (name: string) => `mixed/${name}.dcm`

  it.each([
    ['rgb_3_frames', ['colour-synthetic/rgb_3_frames_rle.dcm', 'colour-synthetic/rgb_3_frames.dcm']],
    [
      'emri_small',
      ['_RLE', '_big_endian', '_jpeg_2k_lossless', '_jpeg_2k_lossless_too_short', '_jpeg_ls_lossless', ''],
    ],
    ['liver', ['_deflate', '_expb', '_j2k', '_rle', '']],
    ['liver_nonbyte_aligned', ['_deflate', '_j2k', '_rle', '']],
    ['JLSL_RGB', ['_ILV0', '_ILV1', '_ILV2']],
  ])('%s is the same in all frames', async (name, endings) => {
    const files = endings.map((ending) => (ending.includes('/') ? ending : mixed(name + ending)))
    const [first, ...others] = await Promise.all(files.map(valuesOf))
    for (const other of others) expect(other.map(hashOfValues)).toEqual(first?.map(hashOfValues))
  })

  it('differs by what lossy coding does to it', async () => {
    const [lossless] = await valuesOf(mixed('HTJ2KLossless_08_RGB'))
    const [lossy] = await valuesOf(mixed('HTJ2K_08_RGB'))
    expect(differences(lossless ?? [], lossy ?? []).largest).toBeLessThanOrEqual(4)
  })
})

describeWithDebian('pydicom', ['python3-pydicom'], () => {
  describeWithSharedData('reads the same colours', () => {
    const isColour = (file: string) => /colour-synthetic|SC_|JLS._RGB|color|US-/.test(file)
    /**
     * It leaves palettes of 16 bits as they are, and rounds the colours of JPEG otherwise: 1 level in 3 of
     * 10,000 samples.
     */
    const allowed: Readonly<Record<string, number>> = { 'colour-synthetic/rgb_jpeg_ybr_422.dcm': 1 }

    it('in every colour file that it decodes', { timeout: 60_000 }, async () => {
      const files = readFiles.filter((file) => isColour(file) && !file.endsWith('palette_16.dcm'))
      expect(files.length).toBeGreaterThan(30)
      const theirs = await pydicomPixels(files.map((file) => root + file))
      for (const [index, file] of files.entries()) {
        const ours = (await valuesOf(file)).flatMap((values) => Array.from(values))
        const { largest, mean } = differences(ours, theirs[index]?.values ?? [])
        expect([file, largest]).toEqual([file, allowed[file] ?? 0])
        expect(mean).toBeLessThan(0.001)
      }
    })
  })
})

describe('docs/dicom-support.md', () => {
  const text = readFileSync(fileURLToPath(new URL('../../docs/dicom-support.md', import.meta.url)), 'utf8')
  /** First text in backticks of every table row or list item under a heading. */
  const listedUnder = (heading: string) => {
    const [, section = ''] = text.split(`\n## ${heading}\n`)
    return [...(section.split('\n## ')[0] ?? '').matchAll(/^[-|] +`([^`]+)`/gm)].map(([, name]) => name)
  }

  it('lists the transfer syntaxes that are read, by UID and name', () => {
    expect(listedUnder('Transfer syntaxes')).toEqual(readableTransferSyntaxes.map(({ uid }) => uid))
    for (const { name } of readableTransferSyntaxes) expect(text).toContain(`| ${name} `)
  })

  it('lists the photometric interpretations that are read', () => {
    expect(listedUnder('Photometric interpretations')).toEqual(readablePhotometricInterpretations)
  })

  it('lists the files of the test data that are read and those that are refused', () => {
    expect(listedUnder('Test files that are read')).toEqual(readFiles)
    expect(listedUnder('Test files that are refused')).toEqual(Object.keys(refusedFiles))
  })
})
