import { join } from 'node:path'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { parseInstance } from '../../core/dicom/instance.ts'
import { beyondOf } from '../../core/model/preprocessing/neighbours.ts'
import { createFloatImage } from '../../core/image/float-image.ts'
import { concatenate, sampleOf, type Tensor } from '../../core/tensor/tensor.ts'
import type { RecordedImage } from '../export/record.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import { decodeFrames } from '../study/load-image.ts'

/** Logits of a slice, [1, C, H, W], that is frame `index` of its image, from 0. */
export type PredictSlice = (slice: Tensor, index: number) => Promise<Tensor>

/** The slices of an export, in the order in which they were attacked. */
export interface RecordedStack {
  /** @throws RadversaryError io-failed, dicom-unreadable where a neighbour can't be read. */
  predictor(index: number): Promise<PredictSlice>
}

interface Slices {
  /** Equal for slices of one stack. */
  readonly kind: string
  /** [1, C, H, W] of each frame, in the recorded range. */
  readonly relatives: readonly Tensor[]
}

/**
 * @param reach slices on either side that the model sees; undefined for 0. A volume (Infinity) is predicted
 * once, as a whole.
 */
export function recordedStack(
  folder: string,
  images: readonly RecordedImage[],
  { reach, model }: { readonly reach: number; readonly model: PixelModel },
): RecordedStack | undefined {
  if (reach === 0) return undefined
  const known = new Map<number, Promise<Slices>>()
  const slicesOf = (index: number): Promise<Slices> | undefined => {
    const image = images[index]
    if (image === undefined) return undefined
    const slices = known.get(index) ?? readSlices(join(folder, image.exported.series.path), image, index)
    known.set(index, slices)
    return slices
  }
  const volumes = new Map<number, Promise<Tensor>>()
  const predictAll = (slices: readonly Tensor[]) => {
    const volume = concatenate(slices)
    return model.forShape(volume.shape).predict(volume)
  }
  /** Those of the same stack, outwards. */
  const towards = async (index: number, step: 1 | -1) => {
    const own = await slicesOf(index)
    const found: Tensor[] = []
    for (let at = index + step; found.length < reach; at += step) {
      const next = await slicesOf(at)
      if (next === undefined || next.kind !== own?.kind) break
      found.push(...next.relatives)
    }
    return found
  }
  return {
    predictor: async (index) => {
      known.delete(index - reach - 1)
      const own = (await slicesOf(index))?.relatives ?? []
      const before = (await towards(index, -1)).reverse()
      const slices = [...before, ...own, ...(await towards(index, 1))]
      if (reach === Infinity) {
        const first = index - before.length
        const logits = volumes.get(first) ?? predictAll(slices)
        volumes.set(first, logits)
        return async (_slice, frame) => sampleOf(await logits, before.length + frame)
      }
      return (slice, frame) => {
        const at = before.length + frame
        return model.forShape(slice.shape, beyondOf(slices, at, at + 1, reach)).predict(slice)
      }
    },
  }
}

/** A multi-frame image is a stack by itself. */
async function readSlices(path: string, { frames, stack }: RecordedImage, index: number): Promise<Slices> {
  const instance = parseInstance(await readBytes({ path }), { file: path })
  const { seriesInstanceUid, rows, columns, photometricInterpretation, numberOfFrames } = instance
  const pixels = await decodeFrames(instance)
  const relatives = pixels.flatMap(({ frame, meaning }, n) => {
    const range = frames[n]?.range
    return range === undefined ? [] : [createFloatImage(frame, meaning, range).relative]
  })
  const kind =
    numberOfFrames > 1
      ? `image ${index}`
      : [seriesInstanceUid, stack ?? '', rows, columns, photometricInterpretation].join()
  return { kind, relatives }
}
