import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { SourceImages } from '../../core/image/source-images.ts'
import { formatOf, headBytes, readImages } from './read-images.ts'

/** What Pillow, tifffile, nibabel and NumPy read in these files: scripts/goldens/images.py. */
const folder = new URL('../../../test/fixtures/images/', import.meta.url)
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
  const bytes = new Uint8Array(readFileSync(new URL(name, folder)))
  const format = formatOf(bytes.subarray(0, headBytes), name)
  if (format === undefined) throw new Error(`${name}: no format`)
  return readImages(format, bytes, name)
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
  ['float.nii.gz', /65536 levels/],
])('%s says what was done', async (name, notice) => {
  expect((await only(name)).notices.join(' ')).toMatch(notice)
})

test('a TIFF of white zeros stays so', async () => {
  expect((await only('inverted.tif')).photometric).toBe('MONOCHROME1')
})

describe('what is damaged, unsupported or too large is refused by what its header says', () => {
  const messages: Readonly<Record<string, RegExp>> = {
    'bits.tif': /single bits/,
    'bomb.bmp': /300 million/,
    'bomb.jpg': /300 million/,
    'bomb.nii': /at most 1073741824 values, got 2000 x 2000 x 2000/,
    'bomb.png': /300 million/,
    'bomb.tif': /300 million/,
    'bomb.webp': /269 million/,
    'cmyk.jpg': /CMYK/,
    'complex.nii.gz': /datatype 32/,
    'cut.jpg': /JPEG/,
    'cut.nii': /truncated/,
    'cut.nii.gz': /truncated/,
    'cut.png': /PNG/,
    'empty.jpg': /an empty file/,
    'no-png.png': /PNG: expected its signature/,
    'sheared.nii.gz': /right angles/,
  }

  test.each(readdirSync(new URL('bad/', folder)))('%s', async (name) => {
    const before = process.memoryUsage().arrayBuffers
    const error: unknown = await read(`bad/${name}`).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      name: 'RadversaryError',
      code: expect.stringMatching(/^image-un(readable|supported)$/) as string,
      message: expect.stringMatching(messages[name] ?? /^$/) as string,
      file: `bad/${name}`,
      tip: expect.any(String) as string,
    })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2e7)
  })
})
