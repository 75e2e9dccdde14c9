import { join } from 'node:path'
import { readInstance } from '../../adapters/fs/read-file.ts'
import type { FrameStack } from '../../core/dicom/frame-stacks.ts'
import { stackSpace, type Located } from '../../core/dicom/stack-space.ts'
import { entry } from '../../core/entry.ts'
import { internalError } from '../../core/errors.ts'
import type { ImagePixels } from '../../core/image/intensity-counts.ts'
import { joinedBeside, type BesideImages } from '../../core/model/beside.ts'
import type { Around } from '../../core/model/preprocessing/chain.ts'
import { contextSlicesOf } from '../../core/model/preprocessing/neighbours.ts'
import { blockOf } from '../../core/model/slices.ts'
import { createFloatImage } from '../../core/image/float-image.ts'
import { concatenate, sampleOf, type Tensor } from '../../core/tensor/tensor.ts'
import type { RecordedImage } from '../export/record.ts'
import type { PixelModel } from '../models/pixel-model.ts'
import type { BesideSource } from '../study/beside.ts'
import { decodeFrames } from '../study/load-image.ts'

/** A frame as a model takes it. */
interface RecordedSlice {
  /** [1, C, H, W] */
  readonly relative: Tensor
  readonly beside: BesideImages | undefined
  /** Where its image lies, the first of its frames. */
  readonly place: Located
}

/** An exported image as it is read again. */
export interface RecordedSlices {
  readonly modality: string | undefined
  readonly pixels: readonly ImagePixels[]
  /** Each frame, in the recorded range. */
  readonly slices: readonly RecordedSlice[]
  /** Equal for slices of one stack. */
  readonly kind: string
  /** The stacks that the frames make, each in its order. */
  readonly stacks: readonly FrameStack[]
}

/** The images of an export, in the order in which they were attacked. */
export class RecordedStack {
  private readonly context: number
  private readonly known = new Map<number, Promise<RecordedSlices>>()
  /** By first image and stack of its frames. */
  private readonly volumes = new Map<string, Promise<Tensor>>()

  /** @param model undefined where images are only read; a volume is predicted once, as a whole */
  constructor(
    private readonly folder: string,
    private readonly images: readonly RecordedImage[],
    private readonly model: PixelModel | undefined,
    private readonly beside?: BesideSource,
  ) {
    this.context = model?.context ?? 0
  }

  /** Image `index`, from 0. @throws RadversaryError io-failed, dicom-unreadable */
  async read(index: number): Promise<RecordedSlices> {
    this.known.delete(index - this.context - 1)
    const found = await this.find(index)
    if (found === undefined) throw internalError('an export has no such image')
    return found
  }

  /**
   * Logits of frame `frame` of an image, each from 0, among its neighbours as they were exported. @throws
   * RadversaryError as `read`, where a neighbour can't be read.
   */
  async logits(index: number, frame: number): Promise<Tensor> {
    const { slices: found, stacks } = await this.read(index)
    const stack = stacks.findIndex(({ frames }) => frames.includes(frame))
    const { frames, space } = entry(stacks, stack)
    const earlierImages = (await this.towards(index, -1)).reverse()
    const before = earlierImages.flatMap(inOrder)
    const own = frames.map((one) => entry(found, one))
    const slices = [...before, ...own, ...(await this.towards(index, 1)).flatMap(inOrder)]
    const at = before.length + frames.indexOf(frame)
    const { context } = this
    if (context === Infinity) {
      const first = slices.slice(0, slices.length / (this.model?.series ?? 1))
      const around = { space: space ?? stackSpace(first.map(({ place }) => place)) }
      return sampleOf(await this.volume(`${index - earlierImages.length} ${stack}`, slices, around), at)
    }
    const block = blockOf(slices, { from: at, to: at + 1, context })
    const relatives = (part: readonly RecordedSlice[]) => part.map(({ relative }) => relative)
    const { before: earlier, after } = block
    return this.predict(block.own, {
      contextSlices: contextSlicesOf({ before: relatives(earlier), after: relatives(after) }),
    })
  }

  private volume(stack: string, slices: readonly RecordedSlice[], around: Around): Promise<Tensor> {
    const logits = this.volumes.get(stack) ?? this.predict(slices, around)
    this.volumes.set(stack, logits)
    return logits
  }

  private find(index: number): Promise<RecordedSlices> | undefined {
    const image = this.images[index]
    if (image === undefined) return undefined
    const path = join(this.folder, image.exported.series.path)
    const slices =
      this.known.get(index) ??
      readSlices(path, image, { index, beside: this.beside, series: this.model?.series })
    this.known.set(index, slices)
    return slices
  }

  /** Images of the same stack, outwards, with as many slices as there are in the context. */
  private async towards(index: number, step: 1 | -1): Promise<RecordedSlices[]> {
    const own = await this.read(index)
    const found: RecordedSlices[] = []
    for (let at = index + step; found.length < this.context; at += step) {
      const next = await this.find(at)
      if (next?.kind !== own.kind) break
      found.push(next)
    }
    return found
  }

  private predict(slices: readonly RecordedSlice[], around: Around): Promise<Tensor> {
    if (this.model === undefined) throw internalError('images are predicted without a model')
    const batch = concatenate(slices.map(({ relative }) => relative))
    const beside = joinedBeside(slices.map((slice) => slice.beside))
    return this.model.forShape(batch.shape, around).predict(batch, beside)
  }
}

/** An image's slices, in the order of its stacks. */
function inOrder({ slices, stacks }: RecordedSlices): RecordedSlice[] {
  return stacks.flatMap(({ frames }) => frames.flatMap((frame) => slices[frame] ?? []))
}

interface ReadOptions {
  readonly index: number
  readonly beside: BesideSource | undefined
  readonly series: number | undefined
}

/** A multi-frame image is stacks by itself, but where series are channels. */
async function readSlices(
  path: string,
  { file, sopInstanceUid, frames, stack }: RecordedImage,
  { index, beside, series = 1 }: ReadOptions,
): Promise<RecordedSlices> {
  const instance = await readInstance({ path })
  const { seriesInstanceUid, rows, columns, photometricInterpretation, numberOfFrames, modality } = instance
  const { imagePositionPatient, imageOrientationPatient, pixelSpacing } = instance
  const place = { imagePositionPatient, imageOrientationPatient, pixelSpacing }
  const pixels = await decodeFrames(instance)
  const slices: RecordedSlice[] = []
  for (const [n, { frame, meaning }] of pixels.entries()) {
    const range = frames[n]?.range
    if (range === undefined) continue
    const { relative } = createFloatImage(frame, meaning, range)
    const ofFrame = await beside?.of({
      name: file,
      sopInstanceUid,
      instance: () => Promise.resolve(instance),
      index: n,
    })
    slices.push({ relative, beside: ofFrame, place })
  }
  const kind =
    numberOfFrames > 1 && series === 1
      ? `image ${index}`
      : [stack ?? seriesInstanceUid, rows, columns, photometricInterpretation].join()
  return { modality, pixels, slices, kind, stacks: instance.frameStacks }
}
