import type { Decompress } from '../../../core/dicom/codecs.ts'
import { decodeFrame } from '../../../core/dicom/decode.ts'
import type { Instance } from '../../../core/dicom/instance.ts'
import { pixelMeaning } from '../../../core/dicom/meaning.ts'
import { RadversaryError } from '../../../core/errors.ts'
import type { ImagePixels } from '../../../core/image/intensity-counts.ts'
import { ByteCache } from '../byte-cache.ts'

/** An instance on disk. */
export interface InstanceSource {
  /** Its owner, '/', and its place there. */
  readonly key: string
  readonly read: () => Promise<Instance>
}

/** Decoded frames, the ones used lately kept in memory. */
export interface FrameCache {
  /**
   * @throws RadversaryError usage for a frame that there isn't; io-failed, dicom-unreadable,
   * dicom-unsupported.
   */
  frame(source: InstanceSource, index: number): Promise<ImagePixels>
  /** The whole instance, pixels undecoded. */
  instance(source: InstanceSource): Promise<Instance>
  /** Lets all of an owner's frames go. */
  forget(owner: string): void
  resize(bytes: number): void
  readonly bytes: number
}

/**
 * Part of the bytes that is for whole multi-frame files, so that a cine loop doesn't read its file for each
 * frame.
 */
const partForFiles = 0.25

/** @param decompress on another thread: a large JPEG 2000 frame takes half a second */
export function createFrameCache(capacity: number, decompress?: Decompress): FrameCache {
  const frames = new ByteCache<ImagePixels>(
    capacity * (1 - partForFiles),
    ({ frame }) => frame.values.byteLength,
  )
  const files = new ByteCache<Instance>(capacity * partForFiles, ({ bytes, numberOfFrames }) =>
    numberOfFrames > 1 ? bytes.byteLength : Infinity,
  )
  const instance = ({ key, read }: InstanceSource) => files.get(key, read)
  return {
    instance,
    frame: (source, index) =>
      frames.get(`${source.key}/${index}`, async () => decode(await instance(source), index, decompress)),
    forget: (owner) => {
      frames.forget(`${owner}/`)
      files.forget(`${owner}/`)
    },
    resize: (bytes) => {
      frames.resize(bytes * (1 - partForFiles))
      files.resize(bytes * partForFiles)
    },
    get bytes() {
      return frames.bytes + files.bytes
    },
  }
}

async function decode(instance: Instance, index: number, decompress?: Decompress): Promise<ImagePixels> {
  const { numberOfFrames, file } = instance
  if (index >= numberOfFrames)
    throw new RadversaryError('usage', `Image: expected a frame below ${numberOfFrames}, got ${index}`, {
      file,
    })
  return { frame: await decodeFrame(instance, index, decompress), meaning: pixelMeaning(instance, index) }
}
