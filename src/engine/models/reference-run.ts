import { entry } from '../../core/entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import { stackSpace, type VolumeSpace } from '../../core/dicom/stack-space.ts'
import { createFloatImage } from '../../core/image/float-image.ts'
import { countIntensities } from '../../core/image/intensity-counts.ts'
import { resolveIntensity } from '../../core/image/intensity.ts'
import { mapBeside, type BesideImages } from '../../core/model/beside.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { cardOfChannel } from '../../core/model/channel-list.ts'
import { contextOf, seriesCount } from '../../core/model/context.ts'
import type { ModelFacts } from '../../core/model/model-facts.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { plainCard, preprocessingFor } from '../../core/model/preprocessing/chain.ts'
import { seriesAsChannels } from '../../core/model/preprocessing/series.ts'
import type { OwnArrays, ReferenceArrays } from '../../core/model/reference-check.ts'
import type { Reference } from '../../core/model/references.ts'
import { volumeMap } from '../../core/model/volume-map.ts'
import { fitsSlices } from '../../core/model/volume.ts'
import { answersForStacks } from '../../core/tasks/tasks.ts'
import {
  concatenate,
  extentOf,
  extents4,
  sampleOf,
  samplesOf,
  sizeOf,
  tensor,
  type Tensor,
} from '../../core/tensor/tensor.ts'
import { openBeside } from '../study/beside.ts'
import { pixelModel } from './pixel-model.ts'
import {
  referenceArray,
  referencePixels,
  type ReferenceFiles,
  type ReferencePixels,
} from './reference-files.ts'

/** A model that is run on what a reference holds. */
export interface Checked {
  readonly model: DifferentiableModel
  readonly card: ModelCard
  readonly files: ReferenceFiles
  /** The folder of the card. */
  readonly folder: string
  readonly facts: ModelFacts
}

/** What we make of a reference. @throws as `referencePixels`, and as the model itself. */
export async function ownArrays(
  checked: Checked,
  reference: Reference,
  theirs: ReferenceArrays,
): Promise<OwnArrays> {
  const { model, card, files } = checked
  const { image } = reference
  const outputs = ({ shape, data }: Tensor) => asTheirs({ shape, data }, theirs.output, card)
  const pixels = image === undefined ? [] : await referencePixels(image, files)
  const beside = await referenceBeside(reference, { ...checked, pixels })
  const input = theirs.input && batchOf(theirs.input, card, reference.input)
  const isOnOtherGrid = pixels.length > 0 && isTurned(card)
  const ofInput =
    input && !isOnOtherGrid
      ? outputs(await model.predict(input, repeatedFor(input, beside), networkSpace(card)))
      : undefined
  if (pixels.length === 0) return { ofInput }
  const series = seriesCount(card.input)
  const x = relativeImages(pixels, card)
  const [images, channels, rows, columns] = extents4(x.shape)
  const shape = [channels, rows, columns] as const
  const space = card.input.volume && spaceOf(pixels.slice(0, images / series))
  const seen = theirs.input && preprocessingFor(card, shape).apply(x)
  const run = pixelModel(model, card).forShape(x.shape, { space })
  const output = await run.predict(x, repeatedFor(x, beside))
  return {
    ofInput,
    resized: theirs.resized && preprocessingFor(plainCard(card), shape).apply(x),
    input: theirs.input && seen && inputAsTheirs(seen, theirs.input, { card, space }),
    output: outputs(samplesOf(output, 0, images / series)),
  }
}

/** Whether the network's grid is another than the stack's: what it gives there is not what the stack has. */
function isTurned({ input: { volume } }: ModelCard): boolean {
  return volume?.orientation !== undefined || volume?.spacing !== undefined
}

function spaceOf(pixels: readonly ReferencePixels[]): VolumeSpace | undefined {
  const places = pixels.flatMap(({ place }) => place ?? [])
  return places.length === pixels.length ? stackSpace(places) : undefined
}

/** What the graph is given: of volumes that are not fitted slice by slice what the map makes of the stack. */
function inputAsTheirs(
  seen: Tensor,
  theirs: Tensor,
  { card, space }: { readonly card: ModelCard; readonly space: VolumeSpace | undefined },
): Tensor {
  const { input, interpolation } = card
  if (input.volume === undefined || fitsSlices(card)) return middleOf(seen, theirs, card)
  const [slices, , rows, columns] = extents4(seen.shape, 'Volume')
  return volumeMap([slices, rows, columns], { volume: input.volume, interpolation }, space).apply(seen)
}

/** The frames of an image as a run takes them, [D, C, H, W] in relative intensity; each series by itself. */
function relativeImages(pixels: readonly ReferencePixels[], card: ModelCard): Tensor {
  const series = seriesCount(card.input)
  const ofSeries = pixels.length / series
  const counts = Array.from({ length: series }, (_, n) =>
    countIntensities(pixels.slice(n * ofSeries, (n + 1) * ofSeries)),
  )
  return concatenate(
    pixels.map((each, i) => {
      const channel = Math.floor(i / ofSeries)
      const { intensity } = cardOfChannel(card, channel)
      const { range } = resolveIntensity(intensity, each, entry(counts, channel))
      return createFloatImage(each.frame, each.meaning, range).relative
    }),
  )
}

interface ReferenceParts extends Omit<Checked, 'model'> {
  readonly pixels: readonly ReferencePixels[]
}

/** What the graph takes beside the reference's image, [1, …] each: given with it, or of its DICOM file. */
async function referenceBeside(
  { inputs }: Reference,
  { card, files, folder, facts, pixels: [first] }: ReferenceParts,
): Promise<BesideImages | undefined> {
  if (inputs === undefined) {
    const { instance, file = '' } = first ?? {}
    const source = await openBeside(card, { folder, names: [file], inputs: facts.inputs })
    const sopInstanceUid = instance?.sopInstanceUid ?? ''
    return (
      instance &&
      source?.of({ name: file, sopInstanceUid, instance: () => Promise.resolve(instance), index: 0 })
    )
  }
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      if (typeof value !== 'string')
        return [name, tensor([1, [value].flat().length], Float32Array.from([value].flat(), Number))]
      const { shape, data } = referenceArray(files, value)
      return [name, shape[0] === 1 ? { shape, data } : tensor([1, ...shape], data)]
    }),
  )
}

/** One value for each sample of a batch. */
function repeatedFor({ shape }: Tensor, beside: BesideImages | undefined): BesideImages | undefined {
  return mapBeside(beside, (values) => concatenate(Array.from({ length: extentOf(shape, 0) }, () => values)))
}

/** Where what the graph takes lies: there is nothing to turn or resample. */
function networkSpace({ input: { volume } }: ModelCard): VolumeSpace | undefined {
  if (volume === undefined) return undefined
  const { orientation = 'SPL', spacing = [1, 1, 1] } = volume
  const along = spacing.length === 3 ? spacing : [1, ...spacing]
  return { orientation, spacing: [entry(along, 0), entry(along, 1), entry(along, 2)] }
}

/** What the graph takes, with a batch: of a volume its slices. */
function batchOf({ shape, data }: Tensor, { input }: ModelCard, file: string | undefined): Tensor {
  if (input.volume !== undefined) {
    const [slices, rows, columns] = [extentOf(shape, -3), extentOf(shape, -2), extentOf(shape, -1)]
    const { run, patch } = input.volume
    if (run === 'resized' && [slices, rows, columns].join() !== patch.join())
      throw new RadversaryError(
        'tensor-invalid',
        `Reference: expected an input of ${patch.join(' x ')} voxels, as the card’s patch, got ${slices} x ${rows} x ${columns}`,
        { file, tip: 'Give what the graph was given after resampling, or mend input.volume.patch.' },
      )
    const series = seriesCount(input)
    const planes = tensor([series * slices, 1, rows, columns], data)
    return series > 1 ? seriesAsChannels(series).apply(planes) : planes
  }
  return shape.length === 4 ? { shape, data } : tensor([1, ...shape], data)
}

/** The values of a volume [D, K, H, W] as frameworks have it, [K, D, H, W]. */
function asTheirs(own: Tensor, theirs: Tensor, card: ModelCard): Tensor {
  if (answersForStacks(card)) return sampleOf(own, 0)
  if (card.input.volume === undefined) return middleOf(own, theirs, card)
  const [slices, classes] = [extentOf(own.shape, 0), extentOf(own.shape, 1)]
  const plane = sizeOf(own.shape.slice(2))
  const moved = tensor([classes, slices, ...own.shape.slice(2)])
  for (let k = 0; k < classes; k++)
    for (let z = 0; z < slices; z++) {
      const from = (z * classes + k) * plane
      moved.data.set(own.data.subarray(from, from + plane), (k * slices + z) * plane)
    }
  return moved
}

/** The framework's answer for neighbouring slices is that of the middle one. */
function middleOf(own: Tensor, theirs: Tensor, card: ModelCard): Tensor {
  const count = extentOf(own.shape, 0)
  const isOfOne = contextOf(card) > 0 && count % 2 === 1 && theirs.data.length === own.data.length / count
  return isOfOne ? sampleOf(own, (count - 1) / 2) : own
}
