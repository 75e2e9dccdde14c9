import { RadversaryError } from '../errors.ts'
import { addRow, type Extents3 } from '../math/volume.ts'
import { concatenate, extentOf, extents4, sampleOf, tensor, type Tensor } from '../tensor/tensor.ts'
import { mapBeside, type BesideImages } from './beside.ts'
import type { DifferentiableModel, LossAndGradient, LossSpec } from './ports.ts'
import { VolumeGrid, type PatchCorner } from './volume-grid.ts'
import { volumeMap, type MappedVolume, type VolumeMap } from './volume-map.ts'
import type { VolumeSpace } from '../dicom/stack-space.ts'

/** Models that make one of slices. */
export interface VolumeParts extends MappedVolume {
  /** [1, 1, D, H, W] to logits [1, K, D, H, W], or [1, K] where the whole volume has one answer. */
  readonly patches: DifferentiableModel
  /** Logits to themselves: its gradient is that of a loss by the logits. */
  readonly head: DifferentiableModel
  /** Whether there is a prediction for each voxel. */
  readonly isDense: boolean
}

/** A stack as the network is run on it. */
interface Laid {
  readonly map: VolumeMap
  readonly grid: VolumeGrid
  readonly slices: number
}

/**
 * A 3-D network as a model of a stack of slices [S, 1, h, w]. A segmentation gives logits [S, K, h, w], each
 * voxel's the weighted mean over the patches that hold it, resampled to the stack's own grid. Of all others
 * each slice says what the stack says: [S, K], S times the mean over patches. Patch by patch, so that memory
 * is that of one; what lies beside the images is the first slice's.
 *
 * With Z = B Σ_p w_p ⊙ f(P_p A x) / Σ_p w_p for a map A to the network's volume and B back from it, the
 * gradient is Aᵀ Σ_p P_pᵀ J_pᵀ(w_p ⊙ Bᵀ ∂J/∂Z / Σ w): a pass forwards for Z, then one of each patch's
 * vector-Jacobian products. Throws `model-unsupported` for a graph whose output has another size, and for a
 * stack of which it isn't known how it lies where that is asked.
 */
export function volumeModel(parts: VolumeParts): DifferentiableModel {
  const { patches, head, volume, isDense } = parts
  const reading = isDense ? ofVoxels(volume.patch) : ofTheWhole
  const lay = layingOf(parts)
  const predict = async (x: Tensor, beside?: BesideImages, space?: VolumeSpace): Promise<Tensor> => {
    const ofVolume = mapBeside(beside, (values) => sampleOf(values, 0))
    const laid = lay(x, space)
    const seen = laid.map.apply(x)
    let sums: Tensor | undefined
    for (const place of laid.grid.places) {
      const logits = await patches.predict(laid.grid.cut(seen, place), ofVolume)
      sums ??= reading.none(logits, laid)
      reading.add(sums, logits, { place, laid })
    }
    return sums === undefined ? tensor([0, 0]) : reading.read(sums, laid)
  }
  /** Aᵀ Σ_p P_pᵀ g_p */
  const pulledBack = async (
    x: Tensor,
    laid: Laid,
    of: (part: Tensor, place: PatchCorner) => Promise<Tensor>,
  ) => {
    const seen = laid.map.apply(x)
    const gradient = tensor(seen.shape)
    for (const place of laid.grid.places)
      laid.grid.give(gradient, await of(laid.grid.cut(seen, place), place), place)
    return laid.map.adjoint(gradient)
  }
  const lossAndGradient = async (
    x: Tensor,
    spec: LossSpec,
    beside?: BesideImages,
    space?: VolumeSpace,
  ): Promise<LossAndGradient> => {
    const ofVolume = mapBeside(beside, (values) => sampleOf(values, 0))
    const laid = lay(x, space)
    const once = isDense || laid.grid.places.length > 1 ? undefined : sameForAll(spec)
    if (once !== undefined) return atOnce(x, once, laid, ofVolume)
    const logits = await predict(x, beside, space)
    const { loss, gradient: slope } = await head.lossAndGradient(logits, spec)
    const shared = reading.shared(slope, laid)
    const gradient = await pulledBack(x, laid, async (part, place) => {
      const target = reading.target(shared, { place, laid })
      const dot = { kind: 'dot', terms: [{ target, weight: 1 }] } as const
      return (await patches.lossAndGradient(part, dot, ofVolume)).gradient
    })
    return { loss, logits, gradient }
  }
  /** One answer to one patch: the loss itself is asked for, in one pass. */
  const atOnce = async (
    x: Tensor,
    spec: LossSpec,
    laid: Laid,
    ofVolume?: BesideImages,
  ): Promise<LossAndGradient> => {
    let own: LossAndGradient | undefined
    const gradient = await pulledBack(x, laid, async (part) => {
      own = await patches.lossAndGradient(part, spec, ofVolume)
      const { shape, data } = own.gradient
      return tensor(shape, data.map((value) => value * laid.slices)) // prettier-ignore
    })
    if (own === undefined) return { loss: new Float32Array(0), logits: tensor([0, 0]), gradient }
    const { loss, logits } = own
    return {
      loss: new Float32Array(laid.slices).fill(loss[0] ?? NaN),
      logits: repeated(logits, laid.slices),
      gradient,
    }
  }
  return {
    input: { name: patches.input.name, shape: [null, 1, null, null] },
    output: head.output,
    predict,
    lossAndGradient,
    dispose: async () => {
      await Promise.all([patches.dispose(), head.dispose()])
    },
  }
}

/** Lays stacks of one size and space once. */
function layingOf({ volume, interpolation }: VolumeParts): (x: Tensor, space?: VolumeSpace) => Laid {
  let last: { readonly key: string; readonly laid: Laid } | undefined
  return (x, space) => {
    const [slices, , rows, columns] = extents4(x.shape, 'Volume')
    const key = JSON.stringify([slices, rows, columns, space])
    if (last?.key !== key) {
      const map = volumeMap([slices, rows, columns], { volume, interpolation }, space)
      last = { key, laid: { map, grid: new VolumeGrid(map.size, volume), slices } }
    }
    return last.laid
  }
}

interface PlacedPatch {
  readonly place: PatchCorner
  readonly laid: Laid
}

/** How patches' logits become the stack's, and what of a slope by these each patch is asked for. */
interface Reading {
  none(logits: Tensor, laid: Laid): Tensor
  add(sums: Tensor, logits: Tensor, at: PlacedPatch): void
  read(sums: Tensor, laid: Laid): Tensor
  shared(slope: Tensor, laid: Laid): Tensor
  target(shared: Tensor, at: PlacedPatch): Tensor
}

function ofVoxels(patch: Extents3): Reading {
  return {
    none: (logits, { grid }) => tensor([checkedChannels(logits, patch), ...grid.size]),
    add: (sums, logits, { place, laid: { grid } }) => {
      grid.add(sums, logits, place)
    },
    read: (sums, { grid, map }) => map.back(grid.divided(sums)),
    shared: (slope, { grid, map }) => grid.divided(map.backAdjoint(slope)),
    target: (shared, { place, laid: { grid } }) => grid.weighed(shared, place),
  }
}

/** The mean over patches, said by each slice. */
const ofTheWhole: Reading = {
  none: ({ shape }) => tensor(shape),
  add: (sums, { data }) => {
    addRow(sums.data, 0, data, 0, data.length)
  },
  read: (sums, { grid, slices }) => repeated(mean(sums, grid), slices),
  shared: (slope, { grid, slices }) => {
    const sum = tensor(sampleOf(slope, 0).shape)
    for (let n = 0; n < slices; n++) addRow(sum.data, 0, sampleOf(slope, n).data, 0, sum.data.length)
    return mean(sum, grid)
  },
  target: (shared) => shared,
}

function mean({ shape, data }: Tensor, { places }: VolumeGrid): Tensor {
  return tensor(shape, data.map((value) => value / places.length)) // prettier-ignore
}

function repeated(logits: Tensor, count: number): Tensor {
  return concatenate(Array.from({ length: count }, () => logits))
}

/** The loss of one slice, where that of all is the same. */
function sameForAll({ kind, terms }: LossSpec): LossSpec | undefined {
  const isSame = ({ target }: { readonly target: Tensor }) => {
    const size = target.data.length / extentOf(target.shape, 0)
    return target.data.every((value, i) => value === target.data[i % size])
  }
  if (!terms.every(isSame)) return undefined
  return { kind, terms: terms.map(({ target, weight }) => ({ target: sampleOf(target, 0), weight })) }
}

function checkedChannels({ shape }: Tensor, patch: Extents3): number {
  const [channels, size] = [extentOf(shape, 1), shape.slice(2)]
  if (size.join() === patch.join()) return channels
  throw new RadversaryError(
    'model-unsupported',
    `Volume: expected logits [1, K, ${patch.join(', ')}], got [${shape.join(', ')}]`,
    { tip: 'Networks whose output is coarser than their patch are not run on volumes.' },
  )
}
