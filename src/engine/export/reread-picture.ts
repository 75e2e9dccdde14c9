import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { readInstance, readBytes } from '../../adapters/fs/read-file.ts'
import { readImages } from '../../adapters/images/read-images.ts'
import { modalityValues, pngOffset, type WrittenVolume } from '../../adapters/images/write-pictures.ts'
import { readPng } from '../../adapters/png/read-png.ts'
import type { ImagePixels } from '../../core/image/intensity-counts.ts'
import { entry } from '../../core/entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import { readNpy } from '../../core/tensor/npy.ts'
import { verificationError } from '../../core/tasks/verification.ts'
import { decodeFrames } from '../study/load-image.ts'
import type { RecordedPicture } from './record.ts'

/** Slices as DICOM has them: what a picture is made of, and compared with. */
export type DicomVolume = Omit<WrittenVolume, 'place'>

/**
 * Returns a reader of frames of exported DICOM files, in the order in which they are named. A file whose
 * frames are asked for one after the other is decoded once.
 */
export function volumeReader(folder: string): (slices: RecordedPicture['slices']) => Promise<DicomVolume> {
  let last: { readonly path: string; readonly decoded: readonly ImagePixels[] } | undefined
  return async (slices) => {
    const pixels: ImagePixels[] = []
    for (const { path, frame } of slices) {
      if (last?.path !== path)
        last = { path, decoded: await decodeFrames(await readInstance({ path: join(folder, path) })) }
      pixels.push(entry(last.decoded, frame - 1))
    }
    return {
      frames: pixels.map(({ frame }) => frame),
      modalities: pixels.map(({ meaning }) => meaning.modality),
    }
  }
}

/**
 * Checks that a file beside the DICOM series holds the very values of that series.
 * @throws RadversaryError verification-failed; io-failed.
 */
export async function checkPicture(
  folder: string,
  picture: RecordedPicture,
  volume: DicomVolume,
): Promise<void> {
  const path = join(folder, picture.path)
  const sha256 = createHash('sha256')
    .update(await readBytes({ path }))
    .digest('hex')
  if (sha256 !== picture.sha256) throw verificationError(`SHA-256 ${picture.sha256}`, sha256, path)
  const values = await readers[picture.format](path, volume).catch((cause: unknown) => {
    if (!(cause instanceof RadversaryError) || cause.code === 'io-failed') throw cause
    throw verificationError('a picture', `one that can't be read: ${cause.message}`, path)
  })
  const expected =
    picture.format === 'npy'
      ? [modalityValues({ ...volume, place: undefined })]
      : volume.frames.map((frame) => frame.values)
  const same =
    values.length === expected.length &&
    values.every((each, n) => isSame(each, expected[n] ?? new Uint8Array()))
  if (!same) throw verificationError('the values of its DICOM images', 'others', path)
}

type Values = ArrayLike<number | bigint>

/** Values of each frame, as stored; of .npy all at once, in modality units. */
const readers = {
  png: async (path, { frames: [frame] }) => {
    if (frame === undefined) return []
    const bytes = await readBytes({ path })
    const values =
      frame.samplesPerPixel === 1
        ? readPng(bytes, path, () => undefined).values
        : (await storedIn('png', path))[0]
    const offset = pngOffset(frame)
    return [Int32Array.from(values ?? [], (value) => value - offset)]
  },
  nifti: (path) => storedIn('nifti', path),
  npy: async (path) => [readNpy(await readBytes({ path }), path).data],
} satisfies Record<
  RecordedPicture['format'],
  (path: string, volume: DicomVolume) => Promise<readonly Values[]>
>

async function storedIn(format: 'png' | 'nifti', path: string) {
  const parts = await readImages(format, { path, name: path })
  return parts.flatMap(({ images }) => images.stacks.flatMap((stack) => stack.images))
}

function isSame(a: Values, b: Values): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
