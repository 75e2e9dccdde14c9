import { fromArrayBuffer, type GeoTIFFImage } from 'geotiff'
import type { SourceImages } from '../../core/image/source-images.ts'
import { storedNumbers, type Stored } from '../../core/image/stored-by-rescale.ts'
import type { Numbers } from '../../core/math/pictures.ts'
import { checkNumbers, checkPicture, decodedBy, unreadable, unsupported } from './faults.ts'
import { fromPalette, pictureOf } from './samples.ts'

/** Photometric Interpretation (TIFF 6.0, section 8). */
const photometric = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3 } as const
/** None, LZW, Deflate (both numbers), PackBits. */
const lossless = [1, 5, 8, 32946, 32773]

/** What the directory of a page says. */
interface Page {
  readonly image: GeoTIFFImage
  readonly rows: number
  readonly columns: number
  readonly samples: number
  readonly photometric: number
  readonly compression: number
  readonly orientation: number
  /** Bits of every sample; undefined where they differ or are not whole bytes. */
  readonly bits: 8 | 16 | 32 | 64 | undefined
  /** The colours of a palette: all reds, then all greens, then all blues. */
  readonly colourMap: readonly number[]
}

/**
 * The pages of a TIFF: greys of 8 to 64 bits, whole numbers or floats, colours, palettes; all of one kind.
 * @throws RadversaryError image-unreadable, image-unsupported.
 */
export async function readTiffImages(bytes: Uint8Array, file: string): Promise<SourceImages> {
  const pages = await decodedBy('TIFF', file, () => pagesOf(bytes))
  const [first] = pages
  if (first === undefined) throw unreadable('TIFF', 'an image', 'none', file)
  for (const page of pages) checkPage(page, first, file)
  checkNumbers('TIFF', [pages.length, first.rows, first.columns, first.samples], file)
  const images: OfPage[] = []
  for (const page of pages) images.push(await decodedBy('TIFF', file, () => decodedPage(page, file)))
  const { notices, ...kind } = kindOfPages(images, file)
  const { rows, columns, orientation } = first
  const asItLies = orientation === 1 ? [] : [`Its orientation (${orientation}) was not applied.`]
  const stack = { label: undefined, images: images.map(({ values }) => values), geometry: undefined }
  return { format: 'TIFF', rows, columns, ...kind, stacks: [stack], notices: [...notices, ...asItLies] }
}

/** What all pages have in common. */
function kindOfPages([first]: readonly OfPage[], file: string): Omit<OfPage, 'values'> {
  if (first === undefined) throw unreadable('TIFF', 'an image', 'none', file)
  const { values: _, ...kind } = first
  return kind
}

async function pagesOf(bytes: Uint8Array): Promise<Page[]> {
  const tiff = await fromArrayBuffer(new Uint8Array(bytes).buffer)
  const count = await tiff.getImageCount()
  const pages: Page[] = []
  for (let n = 0; n < count; n++) pages.push(await pageOf(await tiff.getImage(n)))
  return pages
}

async function pageOf(image: GeoTIFFImage): Promise<Page> {
  const { fileDirectory } = image
  const number = async (
    name: 'PhotometricInterpretation' | 'Compression' | 'Orientation',
    otherwise: number,
  ) => (fileDirectory.hasTag(name) ? Number(await fileDirectory.loadValue(name)) : otherwise)
  const samples = image.getSamplesPerPixel()
  const map: unknown = fileDirectory.hasTag('ColorMap') ? await fileDirectory.loadValue('ColorMap') : []
  return {
    image,
    rows: image.getHeight(),
    columns: image.getWidth(),
    samples,
    photometric: await number('PhotometricInterpretation', -1),
    compression: await number('Compression', 1),
    orientation: await number('Orientation', 1),
    bits: fileDirectory.hasTag('BitsPerSample') ? commonBits(image, samples) : undefined,
    colourMap: Array.from(map as ArrayLike<number>),
  }
}

function commonBits(image: GeoTIFFImage, samples: number): Page['bits'] {
  const all = Array.from({ length: samples }, (_, n) => image.getBitsPerSample(n))
  return ([8, 16, 32, 64] as const).find((bits) => all.every((each) => each === bits))
}

function checkPage(page: Page, first: Page, file: string): void {
  checkPicture('TIFF', page.rows, page.columns, file)
  const asPng = { file, tip: 'Save it as PNG, or as TIFF of 8 or 16 bits without compression.' }
  if (!lossless.includes(page.compression))
    throw unsupported(
      'TIFF',
      'no compression, LZW, Deflate or PackBits',
      `compression ${page.compression}`,
      asPng,
    )
  if (!(Object.values(photometric) as number[]).includes(page.photometric))
    throw unsupported(
      'TIFF',
      'greys, RGB or a palette',
      `photometric interpretation ${page.photometric}`,
      asPng,
    )
  if (page.bits === undefined)
    throw unsupported(
      'TIFF',
      'samples of 8, 16, 32 or 64 bits',
      'single bits, or samples of several sizes',
      asPng,
    )
  if (kindOf(page) !== kindOf(first))
    throw unsupported('TIFF', `pages of one kind (${kindOf(first)})`, kindOf(page), {
      file,
      tip: 'Save its pages one by one.',
    })
}

function kindOf({ rows, columns, samples, bits, photometric: kind }: Page): string {
  return `${columns} x ${rows} pixels of ${samples} x ${bits ?? 1} bits, interpretation ${kind}`
}

type OfPage = Stored & Pick<SourceImages, 'samplesPerPixel' | 'photometric'>

async function decodedPage(
  { image, samples, photometric: kind, colourMap }: Page,
  file: string,
): Promise<OfPage> {
  // One array, since its samples are interleaved; the library's type allows for several.
  const values = (await image.readRasters({ interleave: true })) as unknown as Numbers
  const isPlain = values instanceof Uint8Array || values instanceof Uint16Array
  if (isPlain && kind === photometric.palette)
    return { rescale: undefined, ...fromPalette(values, coloursOf(colourMap)) }
  if (isPlain && samples > 1 && samples <= 4)
    return { rescale: undefined, ...pictureOf(values, samples, values instanceof Uint8Array ? 8 : 16) }
  if (samples === 1) {
    const grey = kind === photometric.whiteIsZero ? 'MONOCHROME1' : 'MONOCHROME2'
    return { samplesPerPixel: 1, photometric: grey, ...storedNumbers(values, undefined) }
  }
  throw unsupported('TIFF', 'one sample a pixel, or colours of 8 or 16 bits', `${samples} samples`, {
    file,
    tip: 'Save its channels one by one.',
  })
}

/** Red, green and blue of each index: the high byte of 16 bits (TIFF 6.0, section 5), which palettes mean. */
function coloursOf(map: readonly number[]): number[][] {
  const count = map.length / 3
  return Array.from({ length: count }, (_, n) =>
    [0, 1, 2].map((colour) => (map[colour * count + n] ?? 0) >> 8),
  )
}
