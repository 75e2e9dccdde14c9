import { readInstance } from '../../../adapters/fs/read-file.ts'
import type { Instance } from '../../../core/dicom/instance.ts'
import type { ImagePixels } from '../../../core/image/intensity-counts.ts'
import { imageAt, type StudyStore } from '../studies/study-store.ts'
import type { FrameCache, InstanceSource } from './frame-cache.ts'

export interface ImageAddress {
  /** An open study's id. */
  readonly study: string
  /** The image's place in the study, from 0. */
  readonly image: number
}

export interface FrameAddress extends ImageAddress {
  /** Counts from 0. */
  readonly frame: number
}

/** Frames of open studies. @throws RadversaryError usage, io-failed, dicom-unreadable, dicom-unsupported. */
export interface StudyFrames {
  frame(address: FrameAddress): Promise<ImagePixels>
  /** The whole instance, pixels undecoded. */
  instance(address: ImageAddress): Promise<Instance>
}

export function createStudyFrames(studies: StudyStore, cache: FrameCache): StudyFrames {
  const sourceOf = async ({ study, image }: ImageAddress): Promise<InstanceSource> => {
    const { header } = imageAt(await studies.find(study), image)
    return { key: `${study}/${image}`, read: () => readInstance(header.source) }
  }
  return {
    instance: async (address) => cache.instance(await sourceOf(address)),
    frame: async (address) => cache.frame(await sourceOf(address), address.frame),
  }
}
