import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { scan } from '../../src/adapters/fs/scan.ts'
import { randomSource } from '../../src/core/random.ts'
import { decodeFrame } from '../../src/core/dicom/decode.ts'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { RadversaryError } from '../../src/core/errors.ts'
import { changeBytes, processorMs, readFrames, truncationLengths } from '../support/damage.ts'
import { describeWithSharedData, sharedData } from '../support/shared-data.ts'

const bytesOf = (path: string) => new Uint8Array(readFileSync(sharedData(path)))

/** No file may keep the reader busy for longer. */
const mostMs = 2000

describeWithSharedData('the files of ../shared/data/broken', () => {
  /** Rows, columns, smallest and largest value and sum as pydicom has them. */
  const read: Readonly<Record<string, readonly number[]>> = {
    'ExplVR_BigEnd.dcm': [60, 80, 0, 255, 2_470_716],
    'J2K_pixelrep_mismatch.dcm': [512, 512, -2000, 1896, -172_605_258],
    'MR_small_padded.dcm': [64, 64, 127, 2145, 2_125_338],
  }

  const refused: Readonly<Record<string, string>> = {
    'ExplVR_LitEndNoMeta.dcm': 'dicom-unreadable Image: expected Pixel Data (7FE0,0010), got none',
    'MR_truncated.dcm': 'dicom-unreadable Pixel Data: expected 8192 bytes, got 8130: the file is truncated',
    'UN_sequence.dcm': 'dicom-unreadable Image: expected Pixel Data (7FE0,0010), got none',
    'badVR.dcm': 'dicom-unreadable Number of Frames: expected a whole number, got something else',
    'empty_charset_LEI.dcm': 'dicom-unreadable Image: expected Pixel Data (7FE0,0010), got none',
    'meta_missing_tsyntax.dcm': 'dicom-unreadable File: expected a DICOM data set, got something else',
    'nested_priv_SQ.dcm':
      'dicom-unsupported Photometric interpretation (none): expected one of MONOCHROME1, MONOCHROME2, PALETTE COLOR, RGB, YBR_FULL, YBR_FULL_422, YBR_ICT, YBR_RCT with its samples per pixel, got 1 samples of this one',
    'no_meta.dcm': 'dicom-unreadable File: expected a DICOM data set, got something else',
    'no_meta_group_length.dcm': 'dicom-unreadable Image: expected Pixel Data (7FE0,0010), got none',
    'rtplan_truncated.dcm':
      'dicom-unreadable Header: expected whole elements up to the pixel data, got a damaged or truncated one',
    'zipMR.gz': 'dicom-unreadable File: expected a DICOM data set, got something else',
  }

  it('are all named here', () => {
    expect(readdirSync(sharedData('broken'))).toEqual([...Object.keys(read), ...Object.keys(refused)].sort())
  })

  it.each(Object.entries(read))('%s is read right', async (name, facts) => {
    const { rows, columns, values } = await decodeFrame(parseInstance(bytesOf(`broken/${name}`)), 0)
    let [smallest, largest, sum] = [Infinity, -Infinity, 0]
    for (const value of values) {
      smallest = Math.min(smallest, value)
      largest = Math.max(largest, value)
      sum += value
    }
    expect([rows, columns, smallest, largest, sum]).toEqual(facts)
  })

  it.each(Object.entries(refused))('%s is an error: %s', async (name, error) => {
    const read = async () => decodeFrame(parseInstance(bytesOf(`broken/${name}`), { file: name }), 0)
    const fault: unknown = await read().catch((thrown: unknown) => thrown)
    expect(fault).toBeInstanceOf(RadversaryError)
    const { code, message, file, tip } = fault as RadversaryError
    expect([`${code} ${message}`, file]).toEqual([error, name])
    expect(tip).toBeDefined()
  })

  it('are listed by a scan, each once: images, failures, or left aside as no image', async () => {
    const result = await scan([sharedData('broken')])
    const short = (file: string | undefined) => (file ?? '').slice(sharedData('broken/').length)
    expect(result.series.flatMap(({ instances }) => instances.map(({ file }) => short(file))).sort()).toEqual(
      Object.keys(read),
    )
    expect(result.failures.map(({ file }) => short(file))).toEqual([
      'MR_truncated.dcm',
      'badVR.dcm',
      'meta_missing_tsyntax.dcm',
      'nested_priv_SQ.dcm',
      'rtplan_truncated.dcm',
      'zipMR.gz',
    ])
    expect(result.skipped.map(({ file, reason }) => [short(file), reason.replace(/ \(.*/, '')])).toEqual([
      ['ExplVR_LitEndNoMeta.dcm', 'DICOM, but no image'],
      ['UN_sequence.dcm', 'DICOM, but no image'],
      ['empty_charset_LEI.dcm', 'DICOM, but no image'],
      ['no_meta.dcm', 'not a DICOM file'],
      ['no_meta_group_length.dcm', 'DICOM, but no image'],
    ])
  })
})

/** One or more of each kind: syntax, frames, colours, layout of the header. */
const goodFiles = [
  'ct-transfer-syntaxes/CTImage.dcm',
  'mixed/CT_small.dcm',
  'mixed/emri_small_big_endian.dcm',
  'mixed/image_dfl.dcm',
  'mixed/MR_small_RLE.dcm',
  'colour-synthetic/rgb_3_frames_rle.dcm',
  'mixed/liver_deflate.dcm',
  'colour-synthetic/rgb_jpeg_ybr_422.dcm',
  'mixed/JPEG-lossy.dcm',
  'mixed/JPEG-LL.dcm',
  'mixed/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm',
  'ct-transfer-syntaxes/CTImage.dcm_JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55.dcm',
  'mixed/MR_small_jpeg_ls_lossless.dcm',
  'mixed/emri_small_jpeg_ls_lossless.dcm',
  'mixed/emri_small_jpeg_2k_lossless.dcm',
  'mixed/HTJ2K_08_RGB.dcm',
  'mixed/emri_small.dcm',
  'mixed/SC_rgb_16bit_2frame.dcm',
  'mixed/liver_nonbyte_aligned.dcm',
  'mixed/US-YBR_FULL_422-EVRLE.dcm',
  'colour-synthetic/palette_8.dcm',
  'colour-synthetic/palette_8_rle.dcm',
  'mixed/mlut_18.dcm',
  'mixed/examples_overlay.dcm',
]

describeWithSharedData('good files that are damaged', () => {
  it.each(goodFiles)(
    '%s cut off anywhere is an error or the whole image',
    { timeout: 120_000 },
    async (name) => {
      const whole = bytesOf(`formats/${name}`)
      const original = await readFrames(whole)
      expect(original).not.toBeInstanceOf(RadversaryError)
      let [errors, slowest] = [0, 0]
      const lengths = truncationLengths(whole.length, 700)
      for (const length of lengths) {
        const ms = await processorMs(async () => {
          const outcome = await readFrames(whole.slice(0, length))
          if (outcome instanceof RadversaryError) errors++
          else expect([length, outcome]).toEqual([length, original])
        })
        slowest = Math.max(slowest, ms)
      }
      // Only what follows the pixels may be missing: padding, a delimiter.
      expect(errors).toBeGreaterThanOrEqual(lengths.length - 3)
      expect(slowest).toBeLessThan(mostMs)
    },
  )

  it.each(goodFiles)(
    '%s with changed bytes is an error or an image, never a crash',
    { timeout: 120_000 },
    async (name) => {
      const whole = bytesOf(`formats/${name}`)
      const { offset, isCompressed } = pixelDataOf(whole)
      const random = randomSource(20_260_101, goodFiles.indexOf(name))
      const regions = [
        [128, Math.min(offset + 700, whole.length)],
        [isCompressed ? offset : 128, isCompressed ? whole.length : offset],
      ] as const
      let slowest = 0
      for (const region of regions)
        for (let count = 0; count < 40; count++) {
          const ms = await processorMs(async () => {
            const outcome = await readFrames(changeBytes(whole, region, random))
            if (outcome instanceof RadversaryError) return
            for (const { values, rows, columns, samplesPerPixel } of outcome)
              expect(values).toHaveLength(rows * columns * samplesPerPixel)
          })
          slowest = Math.max(slowest, ms)
        }
      expect(slowest).toBeLessThan(mostMs)
    },
  )

  /** Where the pixel data begins in the file; of a deflated one everything is compressed. */
  function pixelDataOf(whole: Uint8Array): { offset: number; isCompressed: boolean } {
    const { pixelData, bytes, transferSyntaxUid } = parseInstance(whole)
    const isDeflated = transferSyntaxUid === '1.2.840.10008.1.2.1.99'
    const offset = isDeflated ? 300 : bytes.byteOffset - whole.byteOffset + (pixelData?.dataOffset ?? 0)
    return { offset, isCompressed: isDeflated || pixelData?.length === 0xffffffff }
  }
})
