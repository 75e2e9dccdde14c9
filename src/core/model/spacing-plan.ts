import { entry } from '../entry.ts'
import type { AxisWeights } from '../math/resample.ts'
import { halfToEven } from '../math/rounding.ts'
import { axisWeights, type AxisKernel, linearTable, splineTable } from '../tensor/interpolation.ts'
import { extremesOf, heldWithin, passHeld, type Groups } from '../math/held.ts'
import { along, transposedOf } from '../tensor/along-axes.ts'
import { extentOf, extents4, sizeOf, type Tensor, tensor } from '../tensor/tensor.ts'

/** A step along an axis and the one that brings predictions back; neither need be the other's transpose. */
export interface Way {
  readonly to: AxisWeights
  readonly back: AxisWeights
}

/** How a volume comes to another spacing, axis by axis. */
export interface SpacingPlan {
  /** What is done along each axis first. */
  readonly ways: readonly (Way | undefined)[]
  /**
   * What values are held within then: the least and the largest of the volume, or of the slice across this
   * axis; nothing where undefined.
   */
  readonly held: 'volume' | number | undefined
  /** What is done along the axis of those slices at last. */
  readonly last: Way | undefined
  readonly lengths: readonly number[]
}

interface Spacings {
  /** Voxels along each axis of the network, and their distances in mm. */
  readonly lengths: readonly number[]
  readonly own: readonly number[]
  readonly wanted: readonly number[]
}

/** Spacings closer than this, in mm, are one: MONAI's tolerance. */
const sameSpacing = 1e-3

/** Nothing is resampled. */
export function unspaced(lengths: readonly number[]): SpacingPlan {
  return { ways: lengths.map(() => undefined), held: undefined, last: undefined, lengths }
}

/** MONAI's Spacing: first voxels fall together; as many as the distance of the outermost ones has. */
export function monaiSpacing({ lengths, own, wanted }: Spacings): SpacingPlan {
  const ways = lengths.map((length, axis): Way | undefined => {
    const [from, to] = [entry(own, axis), entry(wanted, axis)]
    if (Math.abs(from - to) <= sameSpacing) return undefined
    const ratio = to / from
    const outputs = halfToEven((length - 1) / ratio + 1)
    return { to: linearTable(length, outputs, ratio), back: linearTable(outputs, length, 1 / ratio) }
  })
  return {
    ...unspaced(lengths),
    ways,
    lengths: ways.map((way, axis) => way?.to.outputs ?? entry(lengths, axis)),
  }
}

/** An axis whose voxels are this many times as long as those of another is resampled by itself: nnU-Net's. */
const anisotropic = 3

/**
 * nnU-Net's `resample_data_or_seg_to_shape` with its usual settings: the volume keeps its edges; by cubic
 * splines, held within the values that there were, and logits back linearly. Of an anisotropic volume each
 * slice across the longest spacing is resampled by itself, then the nearest one is taken along it.
 */
export function nnunetSpacing({ lengths, own, wanted }: Spacings): SpacingPlan {
  const outputs = lengths.map((length, axis) => halfToEven((entry(own, axis) / entry(wanted, axis)) * length))
  const [across, backAcross] = [separateAxis(own, wanted), separateAxis(wanted, own)]
  const isSame = outputs.every((length, axis) => length === lengths[axis])
  if (isSame) return unspaced(lengths)
  const wayOf = (axis: number): Way => {
    const [from, to] = [entry(lengths, axis), entry(outputs, axis)]
    const back: AxisKernel = axis === backAcross ? 'nearest' : 'bilinear'
    return {
      to: axis === across ? axisWeights(from, to, 'nearest') : splineTable(from, to),
      back: axisWeights(to, from, back),
    }
  }
  const ways = lengths.map((length, axis) => (length === outputs[axis] ? undefined : wayOf(axis)))
  const last = across === undefined ? undefined : ways[across]
  return {
    ways: ways.map((way, axis) => (axis === across ? undefined : way)),
    held: across ?? 'volume',
    last,
    lengths: outputs,
  }
}

/** The one axis of the longest spacing, by the first of both that is anisotropic. */
function separateAxis(first: readonly number[], second: readonly number[]): number | undefined {
  const spacing = [first, second].find((each) => Math.max(...each) / Math.min(...each) > anisotropic)
  if (spacing === undefined) return undefined
  const longest = Math.max(...spacing)
  const axes = [0, 1, 2].filter((axis) => spacing[axis] === longest)
  return axes.length === 1 ? axes[0] : undefined
}

/** A plan as it is done to volumes [C, a, b, c]. */
interface SpacingPass {
  apply(volume: Tensor): Tensor
  /** The transposed derivative at a volume, which is asked for where it matters. */
  adjoint(cotangent: Tensor, volume: () => Tensor): Tensor
}

/**
 * A spacing plan as a pass: resampled, held within the least and the largest value that there were, and
 * brought along the axis of its slices. What is held at an end moves with the voxel that holds that value.
 */
export function spacingPass({ ways, held, last }: SpacingPlan): SpacingPass {
  const first = ways.map((way) => (way === undefined ? [] : [way.to]))
  const end = [0, 1, 2].map((axis) => (last !== undefined && axis === held ? [last.to] : []))
  if (held === undefined) return linearPass(first)
  return {
    apply: (volume) => {
      const { shape, data } = along(volume, first)
      const [own, groups] = [groupsOf(volume, held), groupsOf({ shape }, held)]
      return along(tensor(shape, heldWithin(data, groups, extremesOf(volume.data, own))), end)
    },
    adjoint: (cotangent, at) => {
      const volume = at()
      const between = along(volume, first)
      const { data } = along(cotangent, transposedOf(end))
      const extremes = extremesOf(volume.data, groupsOf(volume, held))
      const { passed, least, most } = passHeld(data, between.data, groupsOf(between, held), extremes)
      const back = along(tensor(between.shape, passed), transposedOf(first))
      for (const [places, sums] of [
        [extremes.leastAt, least],
        [extremes.mostAt, most],
      ] as const)
        places.forEach((place, group) => (back.data[place] = entry(back.data, place) + entry(sums, group)))
      return back
    },
  }
}

function linearPass(tables: readonly (readonly AxisWeights[])[]): SpacingPass {
  const back = transposedOf(tables)
  return { apply: (volume) => along(volume, tables), adjoint: (cotangent) => along(cotangent, back) }
}

/** Each channel of [C, a, b, c], or each of its slices across an axis. */
function groupsOf({ shape }: Pick<Tensor, 'shape'>, held: 'volume' | number): Groups {
  const [channels, ...extents] = extents4(shape, 'Volume')
  const channel = sizeOf(extents)
  if (held === 'volume') return { count: channels, channel, slices: 1, inner: channel }
  const slices = extentOf(extents, held)
  return { count: channels * slices, channel, slices, inner: sizeOf(extents.slice(held + 1)) }
}
