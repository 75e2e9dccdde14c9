import { decodeCompressed } from '../../core/dicom/codecs.ts'
import { jpegFacts } from '../../core/dicom/codestream.ts'
import { onePicture, type SourceImages } from '../../core/image/source-images.ts'
import { turned, type Turn } from '../../core/math/pictures.ts'
import { exifOrientation } from './exif.ts'
import { checkPicture, decodedBy, unsupported } from './faults.ts'

type Samples = Uint8Array | Uint16Array

/**
 * A JPEG as libjpeg decodes it (exact integer transform, smooth chrominance), colours as RGB, upright as its
 * EXIF orientation says.
 * @throws RadversaryError image-unreadable, image-unsupported.
 */
export async function readJpegImage(bytes: Uint8Array, file: string): Promise<SourceImages> {
  const { rows, columns, components, bitsPerSample, transformed, losslessJpeg } = await decodedBy(
    'JPEG',
    file,
    () => jpegFacts(bytes, file),
  )
  checkPicture('JPEG', rows, columns, file)
  if (components !== 1 && components !== 3)
    throw unsupported('JPEG', 'grey or RGB', components === 4 ? 'CMYK' : `${components} components`, {
      file,
      tip: 'Convert it to RGB or grey, for example to PNG, with the software that made it.',
    })
  const { words } = await decodedBy('JPEG', file, () =>
    decodeCompressed({
      coding: 'jpeg',
      syntaxName: 'JPEG',
      bytes,
      rows,
      columns,
      file,
      samplesPerPixel: components,
      isYbr: transformed ?? components === 3,
    }),
  )
  const upright = uprightPicture(words, { rows, columns, samples: components }, exifOrientation(bytes))
  const ratio = (words.length * words.BYTES_PER_ELEMENT) / bytes.length
  return onePicture({
    format: 'JPEG',
    ...upright,
    bitsStored: bitsPerSample,
    signed: false,
    samplesPerPixel: components,
    photometric: components === 1 ? 'MONOCHROME2' : 'RGB',
    lossy: losslessJpeg ? undefined : { ratio: Number(ratio.toPrecision(4)), method: 'ISO_10918_1' },
  })
}

interface Size {
  readonly rows: number
  readonly columns: number
  readonly samples: number
}

function uprightPicture(values: Samples, { rows, columns, samples }: Size, orientation: number) {
  const turn = turnOf(orientation, rows, columns)
  if (turn === undefined) return { rows, columns, values, notices: [] }
  const [height, width] = orientation >= 5 ? [columns, rows] : [rows, columns]
  const into = values instanceof Uint16Array ? new Uint16Array(values.length) : new Uint8Array(values.length)
  const pixels = turned<Samples>(values, into, [height, width, samples], turn)
  const notices = [`It was turned upright, as its EXIF orientation (${orientation}) says.`]
  return { rows: height, columns: width, values: pixels, notices }
}

/**
 * Where the upright picture's first pixel lies, by EXIF's Orientation (CIPA DC-008, tag 274); undefined of 1.
 */
function turnOf(orientation: number, rows: number, columns: number): Turn | undefined {
  const last = { column: columns - 1, row: (rows - 1) * columns }
  switch (orientation) {
    case 2: return { start: last.column, right: -1, down: columns } // prettier-ignore
    case 3: return { start: last.row + last.column, right: -1, down: -columns } // prettier-ignore
    case 4: return { start: last.row, right: 1, down: -columns } // prettier-ignore
    case 5: return { start: 0, right: columns, down: 1 } // prettier-ignore
    case 6: return { start: last.row, right: -columns, down: 1 } // prettier-ignore
    case 7: return { start: last.row + last.column, right: -columns, down: -1 } // prettier-ignore
    case 8: return { start: last.column, right: columns, down: -1 } // prettier-ignore
    default:
      return undefined
  }
}
