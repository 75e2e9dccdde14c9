import { join } from 'node:path'
import { fileExists } from '../../../adapters/fs/atomic-write.ts'
import { readInstance } from '../../../adapters/fs/read-file.ts'
import type { Instance } from '../../../core/dicom/instance.ts'
import { modalityFunction } from '../../../core/dicom/lookup-tables.ts'
import { RadversaryError } from '../../../core/errors.ts'
import type { ImagePixels } from '../../../core/image/intensity-counts.ts'
import type { ExportKind } from '../../export/export-kinds.ts'
import { exportedPath } from '../../export/record-image.ts'
import type { RunFolders } from '../runs/run-folders.ts'
import { imageAt, type StudyStore } from '../studies/study-store.ts'
import type { FrameCache, InstanceSource } from './frame-cache.ts'
import { type FramePayload, plainPayload, storedPayload } from './frame-payload.ts'

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

export interface RunFrameAddress {
  readonly run: string
  readonly kind: 'adversarial' | 'smoothed' | 'perturbation'
  /** The image's place among the run's; both count from 0. */
  readonly image: number
  readonly frame: number
}

/** Frames that a run has made, as soon as it has written them. */
export interface RunFrames {
  /** @throws RadversaryError usage for what the run has not (yet) made; io-failed; dicom-unreadable. */
  frame(address: RunFrameAddress): Promise<FramePayload>
}

interface RunFrameParts {
  readonly folders: RunFolders
  readonly studies: StudyStore
  readonly studyFrames: StudyFrames
  readonly cache: FrameCache
}

/** The perturbation is made of the adversarial image and the original, whose file must still be there. */
export function createRunFrames({ folders, studies, studyFrames, cache }: RunFrameParts): RunFrames {
  const sourceOf = async ({ run, image }: RunFrameAddress, kind: ExportKind): Promise<InstanceSource> => {
    const path = join(folders.exportFolder(run), exportedPath(kind, image + 1))
    if (!(await fileExists(path)))
      throw new RadversaryError('usage', 'Run: expected a file that it has made, got none', { file: path })
    return { key: `${run}/${kind}/${image}`, read: () => readInstance({ path }) }
  }
  const stored = async (address: RunFrameAddress, kind: ExportKind): Promise<FramePayload> => {
    const source = await sourceOf(address, kind)
    const { pixelSpacing } = await cache.instance(source)
    return storedPayload(await cache.frame(source, address.frame), pixelSpacing)
  }
  const originalOf = async ({ run, image, frame }: RunFrameAddress): Promise<ImagePixels> => {
    const { sopInstanceUid } = await folders.image(run, image)
    const { info, study } = await studies.at((await folders.request(run)).paths)
    const place = study.images.findIndex((candidate) => candidate.sopInstanceUid === sopInstanceUid)
    if (place >= 0) return studyFrames.frame({ study: info.id, image: place, frame })
    throw new RadversaryError('usage', 'Run: expected its original image, got a study without it', {
      file: info.paths[0],
    })
  }
  const perturbation = async (address: RunFrameAddress): Promise<FramePayload> => {
    const source = await sourceOf(address, 'series')
    const [original, adversarial] = await Promise.all([
      originalOf(address),
      cache.frame(source, address.frame),
    ])
    const { pixelSpacing } = await cache.instance(source)
    const { unit } = original.meaning.modality
    return plainPayload(original, difference(adversarial, original), { unit, spacing: pixelSpacing })
  }
  return {
    frame: (address) => {
      if (address.kind === 'perturbation') return perturbation(address)
      return stored(address, address.kind === 'adversarial' ? 'series' : 'smoothed')
    },
  }
}

/** a − b in modality units. */
function difference(a: ImagePixels, b: ImagePixels): Float32Array {
  const valueOf = modalityFunction(b.meaning.modality)
  const [changed, originals] = [a.frame.values, b.frame.values]
  if (changed.length !== originals.length)
    throw new RadversaryError(
      'usage',
      `Run: expected the image that was attacked, ${changed.length} values, got one of ${originals.length}`,
      { tip: 'The study has changed since; put back the files that were attacked.' },
    )
  return Float32Array.from(changed, (value, i) => valueOf(value) - valueOf(originals[i] ?? NaN))
}
