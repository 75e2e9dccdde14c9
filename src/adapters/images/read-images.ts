import type { SourceImages } from '../../core/image/source-images.ts'
import { readBytes } from '../fs/read-file.ts'
import { readNpyImages, readNpzImages, type ArchivePart } from './arrays.ts'
import { readBmpImage } from './bmp.ts'
import { readJpegImage } from './jpeg.ts'
import { readNiftiImages } from './nifti.ts'
import { readNrrdImages } from './nrrd.ts'
import { readPngPicture } from './png.ts'
import { readTiffImages } from './tiff.ts'
import { readWebpImage } from './webp.ts'
import type { Format } from './formats.ts'

const readers = {
  png: readPngPicture,
  jpeg: readJpegImage,
  tiff: readTiffImages,
  bmp: readBmpImage,
  webp: readWebpImage,
  nifti: readNiftiImages,
  nrrd: readNrrdImages,
  npy: readNpyImages,
} satisfies Record<
  Exclude<Format, 'npz'>,
  (bytes: Uint8Array, file: string) => SourceImages | Promise<SourceImages>
>

/**
 * Reads all images of a file that is not DICOM; only an archive of arrays has several parts, and labels.
 * @param source where the file lies; its name for errors
 * @throws RadversaryError image-unreadable, image-unsupported, io-failed.
 */
export async function readImages(
  format: Format,
  { path, name }: { readonly path: string; readonly name: string },
): Promise<ArchivePart[]> {
  if (format === 'npz') return readNpzImages(path, name)
  const images = await readers[format](await readBytes({ path }), name)
  return [{ name: '', images, labels: undefined }]
}
