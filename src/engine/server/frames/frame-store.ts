import { nameOf } from '../../../adapters/fs/file-ref.ts'
import { readInstance } from '../../../adapters/fs/read-file.ts'
import { decodeFrame } from '../../../core/dicom/decode.ts'
import type { Instance } from '../../../core/dicom/instance.ts'
import { pixelMeaning } from '../../../core/dicom/meaning.ts'
import { RadversaryError } from '../../../core/errors.ts'
import type { ImagePixels } from '../../../core/model/intensity-counts.ts'
import { createByteCache } from '../byte-cache.ts'
import { imageAt, type StudyStore } from '../studies/study-store.ts'

export interface FrameAddress {
  /** An open study's id. */
  readonly study: string
  /** Both count from 0. */
  readonly image: number
  readonly frame: number
}

/** Decoded frames of open studies, the ones used lately kept in memory. */
export interface FrameStore {
  /** @throws RadversaryError usage, io-failed, dicom-unreadable, dicom-unsupported. */
  frame(address: FrameAddress): Promise<ImagePixels>
  /** The whole instance, pixels undecoded. */
  instance(address: Omit<FrameAddress, 'frame'>): Promise<Instance>
  /** Lets a study's frames go. */
  forget(study: string): void
  resize(bytes: number): void
  readonly bytes: number
}

/** Of the bytes, this part is for whole multi-frame files, so that a cine loop doesn't read its file for each frame. */
const partForFiles = 0.25

export function createFrameStore(studies: StudyStore, capacity: number): FrameStore {
  const frames = createByteCache<ImagePixels>(capacity * (1 - partForFiles), ({ frame }) => frame.values.byteLength)
  const files = createByteCache<Instance>(capacity * partForFiles, ({ bytes }) => bytes.byteLength)

  const instance = async ({ study, image }: Omit<FrameAddress, 'frame'>): Promise<Instance> => {
    const { header } = imageAt(await studies.find(study), image)
    const read = () => readInstance(header.source)
    return header.numberOfFrames > 1 ? files.get(`${study}/${image}`, read) : read()
  }
  const decode = async (address: FrameAddress): Promise<ImagePixels> => {
    const { header } = imageAt(await studies.find(address.study), address.image)
    if (address.frame >= header.numberOfFrames)
      throw new RadversaryError('usage', `Image: expected a frame below ${header.numberOfFrames}, got ${address.frame}`, {
        file: nameOf(header.source),
      })
    const whole = await instance(address)
    return { frame: await decodeFrame(whole, address.frame), meaning: pixelMeaning(whole, address.frame) }
  }
  return {
    instance,
    frame: (address) => frames.get(`${address.study}/${address.image}/${address.frame}`, () => decode(address)),
    forget: (study) => {
      frames.forget(`${study}/`)
      files.forget(`${study}/`)
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
