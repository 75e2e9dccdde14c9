import { entry } from '../entry.ts'
import { gathered, scattered, type Extents3, type Strides } from '../math/volume.ts'
import { tableOf, type AxisWeights } from '../math/resample.ts'
import { along, transposedOf } from '../tensor/along-axes.ts'
import { axisWeights, type Interpolation } from '../tensor/interpolation.ts'
import { axisKernel } from '../tensor/resample.ts'
import { extents4, tensor, type Tensor } from '../tensor/tensor.ts'
import type { VolumeSpace } from '../dicom/stack-space.ts'
import {
  spacingPass,
  monaiSpacing,
  nnunetSpacing,
  unspaced,
  type SpacingPlan,
  type Way,
} from './spacing-plan.ts'
import { inPatient, turnedAxes, type TurnedAxis, type VolumeOfInput } from './volume.ts'

/**
 * The map from a stack of slices to what a network of volumes is run on: turned to its orientation, resampled
 * to its spacing, and brought to its size or, where it is shorter than a patch, continued. Linear, but that
 * nnU-Net's resampling holds values within those that there were.
 */
export interface VolumeMap {
  /** The extents of what the network is run on. */
  readonly size: Extents3
  /** [S, C, h, w] to [C, ...size] */
  apply(stack: Tensor): Tensor
  /** The transposed derivative of `apply` at a stack. */
  adjoint(cotangent: Tensor, x: Tensor): Tensor
  /** Logits of voxels [K, ...size] to those of the stack's own grid, [S, K, h, w], resampled linearly. */
  back(logits: Tensor): Tensor
  /** The transpose of `back`. */
  backAdjoint(cotangent: Tensor): Tensor
}

export interface MappedVolume {
  readonly volume: VolumeOfInput
  readonly interpolation: Interpolation
}

/**
 * @param stack slices, rows and columns @param space how the stack lies; asked for where the card says how
 * the volume has to. Throws `model-unsupported` where that isn't known.
 */
export function volumeMap(stack: Extents3, card: MappedVolume, space: VolumeSpace | undefined): VolumeMap {
  const axes = turnedAxes(space, card.volume.orientation)
  const turned = axes.map(({ of }) => entry(stack, of))
  const spaced = spacingOf(turned, axes, card.volume, space)
  const fits = fittingOf(spaced.lengths, card)
  const spacing = spacingPass(spaced)
  const size = fits.map((fit, axis) => fit?.to.outputs ?? entry(spaced.lengths, axis))
  const [fitting, back] = [
    tablesOf(fits, (fit) => fit.to),
    [0, 1, 2].map((axis) =>
      [fits[axis], spaced.last && axis === spaced.held ? spaced.last : spaced.ways[axis]].flatMap(
        (way) => way?.back ?? [],
      ),
    ),
  ]
  const places = (channels: number) => stridesOf(stack, channels, axes)
  const turn = (x: Tensor) => {
    const [, channels] = extents4(x.shape, 'Volume')
    return tensor([channels, ...turned], gathered(x.data, places(channels)))
  }
  return {
    size: [entry(size, 0), entry(size, 1), entry(size, 2)],
    apply: (x) => along(spacing.apply(turn(x)), fitting),
    adjoint: (cotangent, x) =>
      toStack(
        spacing.adjoint(along(cotangent, transposedOf(fitting)), () => turn(x)),
        stack,
        places,
      ),
    back: (logits) => toStack(along(logits, back), stack, places),
    backAdjoint: (cotangent) => along(turn(cotangent), transposedOf(back)),
  }
}

function spacingOf(
  turned: readonly number[],
  axes: readonly TurnedAxis[],
  { spacing, resampling }: VolumeOfInput,
  space: VolumeSpace | undefined,
): SpacingPlan {
  if (spacing === undefined) return unspaced(turned)
  const own = axes.map(({ of }) => entry(inPatient(space).spacing, of))
  const wanted = spacing.length === 3 ? spacing : [entry(own, 0), ...spacing]
  const given = { lengths: turned, own, wanted }
  return resampling === 'nnunet' ? nnunetSpacing(given) : monaiSpacing(given)
}

/** What brings each axis to the patch's size, or continues one that is shorter than a patch. */
function fittingOf(lengths: readonly number[], { volume, interpolation }: MappedVolume) {
  const kernel = volume.run === 'resized' ? kernelFor(lengths, volume.patch, interpolation) : undefined
  return lengths.map((length, axis) => {
    const to = entry(volume.patch, axis)
    return kernel ? resized(length, to, kernel) : continued(length, to, volume.edge)
  })
}

function tablesOf(ways: readonly (Way | undefined)[], side: (way: Way) => AxisWeights): AxisWeights[][] {
  return ways.map((way) => (way === undefined ? [] : [side(way)]))
}

type Kernel = (inputs: number, outputs: number) => AxisWeights

function kernelFor(from: readonly number[], to: Extents3, interpolation: Interpolation): Kernel {
  const kernel = axisKernel(from, to, interpolation)
  return (inputs, outputs) => axisWeights(inputs, outputs, kernel)
}

function resized(length: number, to: number, kernel: Kernel): Way | undefined {
  return length === to ? undefined : { to: kernel(length, to), back: axisWeights(to, length, 'bilinear') }
}

/**
 * The last voxel repeated, or zeros evenly on both sides, the odd one behind, as MONAI and nnU-Net have it.
 */
function continued(length: number, patch: number, edge: VolumeOfInput['edge']): Way | undefined {
  if (length >= patch) return undefined
  const first = edge === 'zeros' ? Math.floor((patch - length) / 2) : 0
  const within = (at: number) => (edge === 'zeros' ? at - first : Math.min(at, length - 1))
  const to = Array.from({ length: patch }, (_, i) => voxelAt(within(i), length))
  const back = Array.from({ length }, (_, i) => voxelAt(i + first, patch))
  return { to: tableOf(length, to), back: tableOf(patch, back) }
}

function voxelAt(at: number, length: number) {
  return at < 0 || at >= length
    ? { start: Math.max(0, Math.min(at, length - 1)), weights: [] }
    : { start: at, weights: [1] }
}

/** Where [C, a, b, c] of turned axes lies in a stack [S, C, h, w]. */
function stridesOf(
  [slices, rows, columns]: Extents3,
  channels: number,
  axes: ReturnType<typeof turnedAxes>,
): Strides {
  const plane = rows * columns
  const own = [channels * plane, columns, 1]
  const extents = [slices, rows, columns]
  const [a, b, c] = axes.map(({ of, isReversed }) => ({
    extent: entry(extents, of),
    step: entry(own, of) * (isReversed ? -1 : 1),
  }))
  const all = [{ extent: channels, step: plane }, a, b, c].flatMap((axis) => axis ?? [])
  const start = all.reduce((sum, { extent, step }) => sum + (step < 0 ? -step * (extent - 1) : 0), 0)
  const four = (values: readonly number[]) => extents4(values, 'Volume')
  return { start, extents: four(all.map(({ extent }) => extent)), steps: four(all.map(({ step }) => step)) }
}

function toStack(
  volume: Tensor,
  [slices, rows, columns]: Extents3,
  places: (channels: number) => Strides,
): Tensor {
  const [channels] = extents4(volume.shape, 'Volume')
  return tensor([slices, channels, rows, columns], scattered(volume.data, places(channels)))
}
