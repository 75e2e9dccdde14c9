import { execFile } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import codecs from 'dcmjs-codecs'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { SourceImages } from '../../core/image/source-images.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { formatOf, headBytes } from './formats.ts'
import { readImages } from './read-images.ts'

/** What Pillow, tifffile, nibabel and NumPy read in these files: scripts/goldens/images.py. */
const folder = new URL('../../../test/fixtures/images/', import.meta.url)
const own = temporaryFolder('images')
const { Context, NativeCodecs } = codecs
beforeAll(() => NativeCodecs.initializeAsync())
const goldens = z
  .record(
    z.string(),
    z.object({
      shape: z.array(z.number()),
      values: z.array(z.number()),
      affine: z.array(z.array(z.number())).optional(),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('golden.json', folder), 'utf8')))

async function read(name: string) {
  return readAt(fileURLToPath(new URL(name, folder)), name)
}

async function readAt(path: string, name: string) {
  const format = formatOf(new Uint8Array(readFileSync(path)).subarray(0, headBytes), name)
  if (format === undefined) throw new Error(`${name}: no format`)
  return readImages(format, { path, name })
}

async function only(name: string): Promise<SourceImages> {
  const [part, ...more] = await read(name)
  if (part === undefined || more.length > 0) throw new Error(`${name}: expected one part`)
  return part.images
}

/** All values in their order, as they are meant. */
function meant({ stacks, rescale = { slope: 1, intercept: 0 } }: SourceImages): number[] {
  const { slope, intercept } = rescale
  return stacks.flatMap(({ images }) =>
    images.flatMap((values) => Array.from(values, (value) => value * slope + intercept)),
  )
}

/** Half of one of 65536 levels, where numbers are not whole; 0 where they are. */
function tolerance(values: readonly number[]): number {
  if (values.every(Number.isInteger)) return 0
  return (Math.max(...values) - Math.min(...values)) / 65535 / 2 + 1e-6
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return a.length === b.length ? Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? NaN)))) : Infinity
}

describe('images are read as the libraries of Python read them', () => {
  test.each(Object.keys(goldens))('%s', async (name) => {
    const golden = goldens[name] ?? { shape: [], values: [] }
    const images = await only(name)
    expect(largestDifference(meant(images), golden.values)).toBeLessThanOrEqual(tolerance(golden.values))
  })

  test.each(Object.keys(goldens).filter((name) => goldens[name]?.affine))(
    '%s lies where its affine says',
    async (name) => {
      const { stacks } = await only(name)
      const geometry = stacks[0]?.geometry
      if (geometry === undefined) throw new Error('no geometry')
      const { orientation, pixelSpacing, step, origin } = geometry
      const ras = [
        orientation[0].map((d) => d * pixelSpacing[1]),
        orientation[1].map((d) => d * pixelSpacing[0]),
        step,
        origin,
      ]
      const affine = [0, 1, 2].map((row) => ras.map((column) => (row < 2 ? -1 : 1) * (column[row] ?? NaN)))
      affine.forEach((row, n) => {
        expect(largestDifference(row, goldens[name]?.affine?.[n] ?? [])).toBeLessThan(1e-5)
      })
    },
  )
})

test('an archive of arrays has its parts and labels', async () => {
  const parts = await read('mnist.npz')
  expect(parts.map(({ name, labels }) => [name, labels])).toEqual([
    ['train', ['0', '2', '1', '0']],
    ['test', ['1', '1']],
  ])
  expect(parts[0]?.images.stacks[0]?.images).toHaveLength(4)
})

test.each([
  ['exif-6.jpg', /turned upright/],
  ['alpha.png', /Transparency/],
  ['palette.png', /palette/],
  ['palette-alpha.png', /Transparency/],
  ['formless.nii', /left, anterior, superior/],
  ['float.nii.gz', /65536 levels/],
])('%s says what was done', async (name, notice) => {
  expect((await only(name)).notices.join(' ')).toMatch(notice)
})

test('a JPEG with fill bytes is turned as the same one without them', async () => {
  const file = readFileSync(new URL('exif-6.jpg', folder))
  const path = join(own, 'filled.jpg')
  writeFileSync(path, Buffer.concat([file.subarray(0, 2), Buffer.of(0xff, 0xff), file.subarray(2)]))
  const [filled] = await readAt(path, 'filled.jpg')
  const { rows, columns, stacks } = await only('exif-6.jpg')
  expect(filled?.images).toMatchObject({ rows, columns, stacks })
})

test.each(['inverted.tif', 'inverted-alpha.tif'])('the white zeros of %s stay so', async (name) => {
  expect((await only(name)).photometric).toBe('MONOCHROME1')
})

test.each([
  ['lossy.webp', true],
  ['profile.webp', true],
  ['lossless.webp', false],
  ['grey.jpg', true],
])('%s is lossy: %s', async (name, lossy) => {
  expect((await only(name)).lossy !== undefined).toBe(lossy)
})

test('a lossless JPEG is not called lossy', async () => {
  const encoded = NativeCodecs.encodeJpeg(
    new Context({
      ...{ width: 2, height: 2, bitsAllocated: 8, bitsStored: 8, samplesPerPixel: 1, pixelRepresentation: 0 },
      ...{ photometricInterpretation: 'MONOCHROME2', decodedBuffer: Uint8Array.of(1, 200, 255, 0) },
    }),
    { lossy: false, predictor: 1 },
  ).getEncodedBuffer()
  const path = join(own, 'lossless.jpg')
  writeFileSync(path, encoded!)
  const [part] = await readAt(path, 'lossless.jpg')
  expect(part?.images.lossy).toBeUndefined()
  expect([...part!.images.stacks[0]!.images[0]!]).toEqual([1, 200, 255, 0])
})

test('a bitmap may be named .dib', async () => {
  const path = join(own, 'grey.dib')
  copyFileSync(new URL('grey.bmp', folder), path)
  expect((await readAt(path, 'grey.dib'))[0]?.images.format).toBe('BMP')
})

test('a NIfTI that packs well is read', async () => {
  const header = readFileSync(new URL('bytes.nii', folder)).subarray(0, 352)
  ;[300, 200, 100].forEach((extent, axis) => header.writeInt16LE(extent, 42 + 2 * axis))
  const path = join(own, 'blank.nii.gz')
  writeFileSync(path, gzipSync(Buffer.concat([header, Buffer.alloc(300 * 200 * 100)]), { level: 9 }))
  const [part] = await readAt(path, 'blank.nii.gz')
  expect(part?.images.stacks[0]?.images).toHaveLength(100)
})

describe('what is damaged, unsupported or too large is refused by what its header says', () => {
  const messages: Readonly<Record<string, RegExp>> = {
    'axis.nrrd': /2 or 3 dimensions of space/,
    'bits.tif': /whole 1 bits/,
    'bomb-deflate.tif': /at most 117 bytes/,
    'bomb-lzw.tif': /at most 117 bytes/,
    'bomb.bmp': /300 million/,
    'bomb.jpg': /300 million/,
    'bomb.nii': /at most 2 GiB, got 2000 x 2000 x 2000/,
    'bomb.png': /300 million/,
    'bomb.tif': /300 million/,
    'bomb.webp': /269 million/,
    'circle.tif': /chain that leads back/,
    'cmyk.jpg': /CMYK/,
    'colours.npy': /colours as whole numbers of 8 or 16 bits/,
    'complex.nii.gz': /datatype 32/,
    'count.npz': /train_labels.npy of 3 labels, one an image, got \[2, 1\]/,
    'cut.jpg': /JPEG/,
    'cut.nii': /truncated/,
    'cut.nii.gz': /truncated/,
    'cut.png': /PNG/,
    'empty.jpg': /an empty file/,
    'endless.nrrd': /endian: little or big, got none/,
    'no-png.png': /PNG: expected its signature/,
    'quaternion.nii': /quaternion of length 1/,
    'samples.tif': /4 of whole 8 bits, extra samples 0/,
    'sheared.nii.gz': /right angles/,
    'skip.nrrd': /byte skip/,
    'uncertain.npz': /columns of 0 and 1, got -1/,
    'whole64.tif': /whole 64 bits/,
  }

  test.each(readdirSync(new URL('bad/', folder)))('%s', async (name) => {
    const error: unknown = await read(`bad/${name}`).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      name: 'RadversaryError',
      code: expect.stringMatching(/^image-un(readable|supported)$/) as string,
      message: expect.stringMatching(messages[name] ?? /^$/) as string,
      file: `bad/${name}`,
      tip: expect.any(String) as string,
    })
  })
})

test('no file that is refused takes memory before it is', async () => {
  const names = readdirSync(new URL('bad/', folder)).map((name) =>
    fileURLToPath(new URL(`bad/${name}`, folder)),
  )
  const peak = await peakMemory([fileURLToPath(new URL('grey.png', folder))])
  expect((await peakMemory(names)) - peak).toBeLessThan(24 * 2 ** 20)
})

/** The most memory that a process of its own had in which these files were read, in bytes. */
async function peakMemory(paths: readonly string[]): Promise<number> {
  const module = new URL('read-images.ts', import.meta.url).href
  const program = `const { formatOf, headBytes, readImages } = await import(${JSON.stringify(module)})
    const { readFileSync } = await import('node:fs')
    for (const path of ${JSON.stringify(paths)})
      try {
        const format = formatOf(readFileSync(path).subarray(0, headBytes), path)
        await readImages(format, { path, name: path })
      } catch {}
    console.log(process.resourceUsage().maxRSS * 1024)`
  const flags = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, flags)
  return Number(stdout)
}
