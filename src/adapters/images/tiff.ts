import { fromArrayBuffer, type GeoTIFFImage } from 'geotiff'
import type { StoredValues } from '../../core/dicom/image.ts'
import type { SourceImages } from '../../core/image/source-images.ts'
import { storedNumbers, type Stored } from '../../core/image/stored-by-rescale.ts'
import type { Numbers } from '../../core/math/pictures.ts'
import { checkNumbers, checkPicture, decodedBy, unreadable, unsupported } from './faults.ts'
import { knownOrientation } from './exif.ts'
import { fromPalette, pictureOf } from './samples.ts'
import { boundDecoders } from './tiff-decoders.ts'
import { turnedNotices, uprightPicture } from './upright.ts'

/** Photometric Interpretation (TIFF 6.0, section 8). */
const photometric = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3 } as const
/** None, LZW, Deflate (both numbers), PackBits. */
const lossless = [1, 5, 8, 32946, 32773]
/** Sample Format (section 19). */
const formats: Readonly<Record<number, string>> = { 1: 'whole', 2: 'signed', 3: 'float' }
/** Extra Samples that are transparency, associated or not (section 18). */
const alpha = [1, 2]

/** What the directory of a page says. */
interface Page {
  readonly image: GeoTIFFImage
  readonly rows: number
  readonly columns: number
  readonly samples: number
  readonly photometric: number
  readonly compression: number
  readonly orientation: number
  /** What samples are beyond greys or colours. */
  readonly extra: readonly number[]
  /** Kinds of numbers and bits, such as "whole 16"; several where samples differ. */
  readonly numbers: readonly string[]
  /** The colours of a palette: all reds, then all greens, then all blues. */
  readonly colourMap: readonly number[]
}

/**
 * The pages of a TIFF: greys of 8 to 64 bits, whole numbers or floats, colours, palettes; all of one kind.
 * @throws RadversaryError image-unreadable, image-unsupported.
 */
export async function readTiffImages(bytes: Uint8Array, file: string): Promise<SourceImages> {
  boundDecoders()
  const pages = await decodedBy('TIFF', file, () => pagesOf(bytes, file))
  const [first] = pages
  if (first === undefined) throw unreadable('TIFF', 'an image', 'none', file)
  for (const page of pages) checkPage(page, first, file)
  const bytesEach = Number(/\d+$/.exec(first.numbers[0] ?? '')) / 8
  checkNumbers('TIFF', [pages.length, first.rows, first.columns, first.samples], { file, bytesEach })
  const numbers: Numbers[] = []
  for (const { image } of pages)
    // One array, since its samples are interleaved; the library's type allows for several.
    numbers.push(
      await decodedBy(
        'TIFF',
        file,
        async () => (await image.readRasters({ interleave: true })) as unknown as Numbers,
      ),
    )
  const { values, notices, ...kind } = meaningOf(numbers, first, file)
  const { orientation } = first
  const size = values.length / pages.length
  const extents = { rows: first.rows, columns: first.columns, samples: kind.samplesPerPixel }
  const upright = pages.map((_, n) =>
    uprightPicture<StoredValues>(values.subarray(n * size, (n + 1) * size), extents, orientation),
  )
  const [{ rows, columns } = first] = upright
  const stack = { label: undefined, images: upright.map((each) => each.values), geometry: undefined }
  const turned = turnedNotices(orientation, 'Orientation')
  return { format: 'TIFF', rows, columns, ...kind, stacks: [stack], notices: [...notices, ...turned] }
}

async function pagesOf(bytes: Uint8Array, file: string): Promise<Page[]> {
  const count = countPages(bytes, file)
  const tiff = await fromArrayBuffer(new Uint8Array(bytes).buffer)
  const pages: Page[] = []
  for (let n = 0; n < count; n++) pages.push(await pageOf(await tiff.getImage(n)))
  return pages
}

/** BitsPerSample and SampleFormat where a file leaves them out (TIFF 6.0, sections 8 and 19). */
const oneBit = 1
const unsignedFormat = 1

async function pageOf(image: GeoTIFFImage): Promise<Page> {
  const { fileDirectory } = image
  const numbers = async (name: 'BitsPerSample' | 'SampleFormat' | 'ExtraSamples' | 'ColorMap') =>
    fileDirectory.hasTag(name) ? Array.from((await fileDirectory.loadValue(name)) as ArrayLike<number>) : []
  const number = async (
    name: 'PhotometricInterpretation' | 'Compression' | 'Orientation',
    otherwise: number,
  ) => (fileDirectory.hasTag(name) ? Number(await fileDirectory.loadValue(name)) : otherwise)
  const samples = image.getSamplesPerPixel()
  const [bits, format] = [await numbers('BitsPerSample'), await numbers('SampleFormat')]
  const kinds = Array.from({ length: samples }, (_, n) =>
    numberKind(bits[n] ?? oneBit, format[n] ?? unsignedFormat),
  )
  return {
    image,
    rows: image.getHeight(),
    columns: image.getWidth(),
    samples,
    photometric: await number('PhotometricInterpretation', -1),
    compression: await number('Compression', 1),
    orientation: knownOrientation(await number('Orientation', 1)),
    extra: await numbers('ExtraSamples'),
    numbers: [...new Set(kinds)],
    colourMap: await numbers('ColorMap'),
  }
}

function numberKind(bits: number, format: number): string {
  return `${formats[format] ?? `format ${format},`} ${bits}`
}

/** Numbers that the library reads. */
const readNumbers = [
  'whole 8',
  'whole 16',
  'whole 32',
  'signed 8',
  'signed 16',
  'signed 32',
  'float 16',
  'float 32',
  'float 64',
]

function checkPage(page: Page, first: Page, file: string): void {
  checkPicture('TIFF', page.rows, page.columns, file)
  checkPicture('TIFF', Math.min(page.image.getTileHeight(), page.rows), page.image.getTileWidth(), file)
  const refused = (expected: string, got: string, tip = asPng) =>
    unsupported('TIFF', expected, got, { file, tip })
  if (!lossless.includes(page.compression))
    throw refused('no compression, LZW, Deflate or PackBits', `compression ${page.compression}`)
  if (!(Object.values(photometric) as number[]).includes(page.photometric))
    throw refused('greys, RGB or a palette', `photometric interpretation ${page.photometric}`)
  const [numbers, ...others] = page.numbers
  if (numbers === undefined || others.length > 0 || !readNumbers.includes(numbers))
    throw refused('samples of 8, 16 or 32 bits, or floats of 64', `${page.numbers.join(', ')} bits`)
  if (!isOfKnownSamples(page))
    throw refused(
      'one sample a pixel, or three colours, with transparency at most',
      samplesText(page),
      'Save its channels one by one.',
    )
  if (page.photometric === photometric.palette && !/^whole (8|16)$/.test(numbers))
    throw refused('a palette of whole numbers', numbers)
  if (kindOf(page) !== kindOf(first))
    throw refused(`pages of one kind (${kindOf(first)})`, kindOf(page), 'Save its pages one by one.')
  if (page.colourMap.join() !== first.colourMap.join())
    throw refused('pages of one palette', 'several palettes', 'Save its pages one by one.')
}

const asPng = 'Save it as PNG, or as TIFF of 8 or 16 bits without compression.'

/**
 * A grey or three colours; more only where they are said to be transparency, and numbers are such as pictures
 * have.
 */
function isOfKnownSamples({ photometric: kind, samples, extra, numbers }: Page): boolean {
  const own = kind === photometric.rgb ? 3 : 1
  const isPicture = numbers.every((each) => /^whole (8|16)$/.test(each))
  if (samples === own) return own === 1 || isPicture
  const [meaning] = extra
  const isAlpha = samples === own + 1 && meaning !== undefined && alpha.includes(meaning)
  return isAlpha && isPicture && kind !== photometric.palette
}

function samplesText({ samples, extra, numbers }: Page): string {
  const more = extra.length === 0 ? '' : `, extra samples ${extra.join(', ')}`
  return `${samples} of ${numbers.join(', ')} bits${more}`
}

function kindOf({ rows, columns, samples, numbers, photometric: kind, orientation }: Page): string {
  return `${columns} x ${rows} pixels of ${samples} x ${numbers.join(', ')} bits, interpretation ${kind}, orientation ${orientation}`
}

type Meaning = Stored & Pick<SourceImages, 'samplesPerPixel' | 'photometric'>

/** Values of all pages at once, so that they have one scale. */
function meaningOf(pages: readonly Numbers[], page: Page, file: string): Meaning {
  const { samples, photometric: kind, colourMap } = page
  const values = joined(pages)
  const isPlain = values instanceof Uint8Array || values instanceof Uint16Array
  if (isPlain && kind === photometric.palette)
    return { rescale: undefined, ...fromPalette(values, coloursOf(colourMap)) }
  const grey = { photometric: kind === photometric.whiteIsZero ? 'MONOCHROME1' : 'MONOCHROME2' } as const
  if (isPlain && samples > 1) {
    const picture = pictureOf(values, samples, values instanceof Uint8Array ? 8 : 16)
    return { rescale: undefined, ...picture, ...(picture.samplesPerPixel === 1 ? grey : {}) }
  }
  if (samples === 1) return { samplesPerPixel: 1, ...grey, ...storedNumbers(values, undefined) }
  throw unreadable('TIFF', 'colours of 8 or 16 bits', samplesText(page), file)
}

/** Numbers of several pages, which are of one kind. */
function joined(pages: readonly Numbers[]): Numbers {
  const [first] = pages
  if (first === undefined || pages.length === 1) return first ?? new Uint8Array(0)
  const all = first.constructor as new (length: number) => Numbers
  const into = new all(pages.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const page of pages) {
    into.set(page, at)
    at += page.length
  }
  return into
}

/** A colour that a map of odd length lacks. */
const absentColour = 0

/**
 * Red, green and blue of each index: the high byte of 16 bits (TIFF 6.0, section 5). Some writers have 8 bits
 * there; as libtiff has it, where no number needs more.
 */
function coloursOf(map: readonly number[]): number[][] {
  const count = map.length / 3
  const shift = map.every((value) => value < 256) ? 0 : 8
  return Array.from({ length: count }, (_, n) =>
    [0, 1, 2].map((colour) => (map[colour * count + n] ?? absentColour) >> shift),
  )
}

/** Directories at most; each is a page. */
const mostPages = 65535

/**
 * Counts the directories of a TIFF or BigTIFF by following the offsets from one to the next (TIFF 6.0,
 * section 2), which the library would follow without end where they lead in a circle.
 * @throws RadversaryError image-unreadable for a circle, or a chain that leads out of the file.
 */
function countPages(bytes: Uint8Array, file: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = bytes[0] === 0x49
  const isBig = bytes.length > 16 && view.getUint16(2, little) === 43
  const offsetAt = (at: number) =>
    isBig ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little)
  const [countBytes, entryBytes, offsetBytes] = isBig ? [8, 20, 8] : [2, 12, 4]
  const seen = new Set<number>()
  for (let at = offsetAt(isBig ? 8 : 4); at !== 0;) {
    if (seen.has(at) || seen.size >= mostPages)
      throw unreadable('TIFF', 'directories that end', 'a chain that leads back', file)
    seen.add(at)
    if (at + countBytes > bytes.length) throw unreadable('TIFF', 'a directory', 'the end of the file', file)
    const entries = isBig ? Number(view.getBigUint64(at, little)) : view.getUint16(at, little)
    const next = at + countBytes + entries * entryBytes
    if (next + offsetBytes > bytes.length)
      throw unreadable('TIFF', `a directory of ${entries} entries`, 'the end of the file', file)
    at = offsetAt(next)
  }
  return seen.size
}
