import { decodeCompressed } from '../../core/dicom/codecs.ts'
import { jpegFacts } from '../../core/dicom/codestream.ts'
import { onePicture, type SourceImages } from '../../core/image/source-images.ts'
import { exifOrientation } from './exif.ts'
import { checkPicture, decodedBy, unsupported } from './faults.ts'
import { turnedNotices, uprightPicture } from './upright.ts'

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
  const orientation = exifOrientation(bytes)
  const upright = uprightPicture(words, { rows, columns, samples: components }, orientation)
  const ratio = (words.length * words.BYTES_PER_ELEMENT) / bytes.length
  return onePicture({
    format: 'JPEG',
    ...upright,
    notices: turnedNotices(orientation, 'EXIF orientation'),
    bitsStored: bitsPerSample,
    signed: false,
    samplesPerPixel: components,
    photometric: components === 1 ? 'MONOCHROME2' : 'RGB',
    lossy: losslessJpeg ? undefined : { ratio: Number(ratio.toPrecision(4)), method: 'ISO_10918_1' },
  })
}
