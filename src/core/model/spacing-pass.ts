import { entry } from '../entry.ts'
import type { AxisWeights } from '../math/resample.ts'
import { extremesOf, heldWithin, passHeld, type Groups } from '../math/held.ts'
import { along, transposedOf } from '../tensor/along-axes.ts'
import { extentOf, extents4, sizeOf, type Tensor, tensor } from '../tensor/tensor.ts'
import type { SpacingPlan } from './spacing-plan.ts'

/** A plan as it is done to volumes [C, a, b, c]. */
export interface SpacingPass {
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
