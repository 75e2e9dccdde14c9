import { entry } from '../entry.ts'
import { combineAxis, gathered, scattered, type Extents3, type Strides } from '../math/volume.ts'
import { tableOf, transposeWeights, type AxisWeights } from '../math/resample.ts'
import { halfToEven } from '../math/rounding.ts'
import { axisWeights, linearRun, type Interpolation } from '../tensor/interpolation.ts'
import { axisKernel } from '../tensor/resample.ts'
import { extents4, tensor, type Tensor } from '../tensor/tensor.ts'
import type { VolumeSpace } from '../dicom/stack-space.ts'
import { inPatient, turnedAxes, type VolumeOfInput } from './volume.ts'

/**
 * The linear map from a stack of slices to what a network of volumes is run on: turned to its orientation,
 * resampled to its spacing, and brought to its size or, where it is shorter than a patch, continued.
 */
export interface VolumeMap {
  /** The extents of what the network is run on. */
  readonly size: Extents3
  /** [S, C, h, w] to [C, ...size] */
  apply(stack: Tensor): Tensor
  /** The transpose of `apply`. */
  adjoint(cotangent: Tensor): Tensor
  /** Logits of voxels [K, ...size] to those of the stack's own grid, [S, K, h, w], resampled linearly. */
  back(logits: Tensor): Tensor
  /** The transpose of `back`. */
  backAdjoint(cotangent: Tensor): Tensor
}

export interface MappedVolume {
  readonly volume: VolumeOfInput
  readonly interpolation: Interpolation
}

/** Spacings closer than this, in mm, are one: MONAI's tolerance. */
const sameSpacing = 1e-3

/**
 * @param stack slices, rows and columns @param space how the stack lies; asked for where the card says how
 * the volume has to. Throws `model-unsupported` where that isn't known.
 */
export function volumeMap(
  stack: Extents3,
  { volume, interpolation }: MappedVolume,
  space: VolumeSpace | undefined,
): VolumeMap {
  const axes = turnedAxes(space, volume.orientation)
  const turned = axes.map(({ of }) => entry(stack, of))
  const spaced = axes.map(({ of }, axis) =>
    spacingSteps(entry(turned, axis), distances(of, axis, volume, space)),
  )
  const kernel =
    volume.run === 'resized' ? kernelFor(spaced.map(lengthOf), volume.patch, interpolation) : undefined
  const steps = spaced.map((way, axis) => {
    const to = entry(volume.patch, axis)
    const [from, fitted] = [
      lengthOf(way),
      kernel ? resized(lengthOf(way), to, kernel) : continued(lengthOf(way), to, volume.edge),
    ]
    return { length: fitted?.to.outputs ?? from, ways: [...way.ways, ...(fitted ? [fitted] : [])] }
  })
  const size: Extents3 = [entry(steps, 0).length, entry(steps, 1).length, entry(steps, 2).length]
  const to = steps.map(({ ways }) => ways.map((way) => way.to))
  const back = steps.map(({ ways }) => ways.map((way) => way.back).reverse())
  const places = (channels: number) => stridesOf(stack, channels, axes)
  return {
    size,
    apply: (x) => {
      const [, channels] = extents4(x.shape, 'Volume')
      return along(tensor([channels, ...turned], gathered(x.data, places(channels))), to)
    },
    adjoint: (cotangent) => toStack(along(cotangent, transposedOf(to)), stack, places),
    back: (logits) => toStack(along(logits, back), stack, places),
    backAdjoint: (cotangent) => {
      const [, channels] = extents4(cotangent.shape, 'Volume')
      return along(
        tensor([channels, ...turned], gathered(cotangent.data, places(channels))),
        transposedOf(back),
      )
    },
  }
}

/** A step along an axis and the one that brings predictions back; neither need be the other's transpose. */
interface Way {
  readonly to: AxisWeights
  readonly back: AxisWeights
}

interface Steps {
  readonly ways: readonly Way[]
  readonly length: number
}

function lengthOf({ length }: Steps): number {
  return length
}

interface Distances {
  readonly own: number
  readonly wanted: number
}

function distances(
  of: number,
  axis: number,
  { spacing }: VolumeOfInput,
  space: VolumeSpace | undefined,
): Distances | undefined {
  return spacing && { own: entry(inPatient(space).spacing, of), wanted: entry(spacing, axis) }
}

/** As MONAI's Spacing: first voxels fall together; as many as the distance of the outermost ones has. */
function spacingSteps(length: number, given: Distances | undefined): Steps {
  if (given === undefined || Math.abs(given.own - given.wanted) <= sameSpacing) return { ways: [], length }
  const ratio = given.wanted / given.own
  const outputs = halfToEven((length - 1) / ratio + 1)
  const way = { to: linear(length, outputs, ratio), back: linear(outputs, length, 1 / ratio) }
  return { ways: [way], length: outputs }
}

/** Output i is the input at i · step, the end's beyond it. */
function linear(inputs: number, outputs: number, step: number): AxisWeights {
  return tableOf(inputs, Array.from({ length: outputs }, (_, i) => linearRun(i * step, inputs))) // prettier-ignore
}

type Kernel = (inputs: number, outputs: number) => AxisWeights

function kernelFor(from: readonly number[], to: Extents3, interpolation: Interpolation): Kernel {
  const kernel = axisKernel(from, to, interpolation)
  return (inputs, outputs) => axisWeights(inputs, outputs, kernel)
}

function resized(length: number, to: number, kernel: Kernel): Way | undefined {
  return length === to ? undefined : { to: kernel(length, to), back: axisWeights(to, length, 'bilinear') }
}

/** The last voxel repeated, or zeros evenly on both sides, the odd one behind, as MONAI and nnU-Net have it. */
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

/** Tables in the order in which their transposes are applied. */
function transposedOf(tables: readonly (readonly AxisWeights[])[]): AxisWeights[][] {
  return tables.map((steps) => [...steps].reverse().map(transposeWeights))
}

/** [C, a, b, c] with tables applied along each of its last three axes. */
function along(volume: Tensor, tables: readonly (readonly AxisWeights[])[]): Tensor {
  const [channels, ...extents] = extents4(volume.shape, 'Volume')
  let { data } = volume
  for (const [axis, steps] of tables.entries())
    for (const table of steps) {
      data = combineAxis(data, table, extents.slice(axis + 1).reduce((product, extent) => product * extent, 1)) // prettier-ignore
      extents[axis] = table.outputs
    }
  return tensor([channels, ...extents], data)
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
