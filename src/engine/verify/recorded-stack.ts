import { join } from 'node:path'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { parseInstance } from '../../core/dicom/instance.ts'
import { internalError } from '../../core/errors.ts'
import type { ImagePixels } from '../../core/image/intensity-counts.ts'
import { beyondOf, type Beyond } from '../../core/model/preprocessing/neighbours.ts'
import { blockOf } from '../../core/model/slices.ts'
import { createFloatImage } from '../../core/image/float-image.ts'
import { concatenate, sampleOf, type Tensor } from '../../core/tensor/tensor.ts'
import type { RecordedImage } from '../export/record.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import { decodeFrames } from '../study/load-image.ts'

/** An exported image as it is read again. */
export interface RecordedSlices {
  readonly modality: string | undefined
  readonly pixels: readonly ImagePixels[]
  /** [1, C, H, W] of each frame, in the recorded range. */
  readonly relatives: readonly Tensor[]
  /** Equal for slices of one stack. */
  readonly kind: string
}

/** The images of an export, in the order in which they were attacked. */
export interface RecordedStack {
  /** Image `index`, from 0. @throws RadversaryError io-failed, dicom-unreadable */
  read(index: number): Promise<RecordedSlices>
  /**
   * Logits of frame `frame` of an image, each from 0, among its neighbours as they were exported. @throws
   * RadversaryError as `read`, where a neighbour can't be read.
   */
  logits(index: number, frame: number): Promise<Tensor>
}

/** @param model undefined where images are only read; a volume is predicted once, as a whole */
export function recordedStack(
  folder: string,
  images: readonly RecordedImage[],
  model: PixelModel | undefined,
): RecordedStack {
  const context = model?.context ?? 0
  const known = new Map<number, Promise<RecordedSlices>>()
  const find = (index: number): Promise<RecordedSlices> | undefined => {
    const image = images[index]
    if (image === undefined) return undefined
    const slices = known.get(index) ?? readSlices(join(folder, image.exported.series.path), image, index)
    known.set(index, slices)
    return slices
  }
  const read = (index: number): Promise<RecordedSlices> => {
    known.delete(index - context - 1)
    const found = find(index)
    if (found === undefined) throw internalError('an export has no such image')
    return found
  }
  /** Those of the same stack, outwards. */
  const towards = async (index: number, step: 1 | -1) => {
    const own = await read(index)
    const found: Tensor[] = []
    for (let at = index + step; found.length < context; at += step) {
      const next = await find(at)
      if (next?.kind !== own.kind) break
      found.push(...next.relatives)
    }
    return found
  }
  const volumes = new Map<number, Promise<Tensor>>()
  const predict = async (slices: readonly Tensor[], beyond?: Beyond) => {
    const batch = concatenate(slices)
    if (model === undefined) throw internalError('images are predicted without a model')
    return model.forShape(batch.shape, beyond).predict(batch)
  }
  return {
    read,
    logits: async (index, frame) => {
      const before = (await towards(index, -1)).reverse()
      const slices = [...before, ...(await read(index)).relatives, ...(await towards(index, 1))]
      const at = before.length + frame
      if (context < Infinity) {
        const block = blockOf(slices, { from: at, to: at + 1, context })
        return predict(block.own, beyondOf(block))
      }
      const first = index - before.length
      const logits = volumes.get(first) ?? predict(slices)
      volumes.set(first, logits)
      return sampleOf(await logits, at)
    },
  }
}

/** A multi-frame image is a stack by itself. */
async function readSlices(
  path: string,
  { frames, stack }: RecordedImage,
  index: number,
): Promise<RecordedSlices> {
  const instance = parseInstance(await readBytes({ path }), { file: path })
  const { seriesInstanceUid, rows, columns, photometricInterpretation, numberOfFrames, modality } = instance
  const pixels = await decodeFrames(instance)
  const relatives = pixels.flatMap(({ frame, meaning }, n) => {
    const range = frames[n]?.range
    return range === undefined ? [] : [createFloatImage(frame, meaning, range).relative]
  })
  const kind =
    numberOfFrames > 1
      ? `image ${index}`
      : [seriesInstanceUid, stack ?? '', rows, columns, photometricInterpretation].join()
  return { modality, pixels, relatives, kind }
}
