import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import { addRow, type Extents3 } from '../math/volume.ts'
import {
  concatenate,
  extentOf,
  extents4,
  sampleOf,
  tensor,
  type Tensor,
  type Shape,
} from '../tensor/tensor.ts'
import { mapBeside, type BesideImages } from './beside.ts'
import type { DifferentiableModel, LossAndGradient, LossSpec, TensorSpec } from './ports.ts'
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
  return new VolumeModel(parts)
}

class VolumeModel implements DifferentiableModel {
  readonly input: TensorSpec
  readonly output: TensorSpec
  private readonly reading: Reading
  private readonly lay: (x: Tensor, space?: VolumeSpace) => Laid

  constructor(private readonly parts: VolumeParts) {
    const { patches, head, volume, isDense } = parts
    this.input = { name: patches.input.name, shape: [null, 1, null, null] }
    this.output = head.output
    this.reading = isDense ? ofVoxels(volume.patch) : ofTheWhole
    this.lay = layingOf(parts)
  }

  predict(x: Tensor, beside?: BesideImages, space?: VolumeSpace): Promise<Tensor> {
    return this.logits(x, this.lay(x, space), ofFirst(beside))
  }

  async lossAndGradient(
    x: Tensor,
    spec: LossSpec,
    beside?: BesideImages,
    space?: VolumeSpace,
  ): Promise<LossAndGradient> {
    const laid = this.lay(x, space)
    const once = this.parts.isDense || laid.grid.places.length > 1 ? undefined : sameForAll(spec)
    const given = ofFirst(beside)
    return once === undefined ? this.inTwoPasses(x, spec, laid, given) : this.atOnce(x, once, laid, given)
  }

  async dispose(): Promise<void> {
    await Promise.all([this.parts.patches.dispose(), this.parts.head.dispose()])
  }

  private async logits(x: Tensor, laid: Laid, beside: BesideImages | undefined): Promise<Tensor> {
    const { reading } = this
    const seen = laid.map.apply(x)
    let sums: Tensor | undefined
    for (const place of laid.grid.places) {
      const logits = await this.parts.patches.predict(laid.grid.cut(seen, place), beside)
      sums ??= reading.none(logits, laid)
      reading.add(sums, logits, { place, laid })
    }
    return sums === undefined ? tensor([0, 0]) : reading.read(sums, laid)
  }

  /** Forwards for Z, then each patch's vector-Jacobian product. */
  private async inTwoPasses(
    x: Tensor,
    spec: LossSpec,
    laid: Laid,
    beside: BesideImages | undefined,
  ): Promise<LossAndGradient> {
    const { reading } = this
    const logits = await this.logits(x, laid, beside)
    const { loss, gradient: slope } = await this.parts.head.lossAndGradient(logits, spec)
    const shared = reading.shared(slope, laid)
    const gradient = await pulledBack(x, laid, async (part, place) => {
      const target = reading.target(shared, { place, laid })
      const dot = { kind: 'dot', terms: [{ target, weight: 1 }] } as const
      return (await this.parts.patches.lossAndGradient(part, dot, beside)).gradient
    })
    return { loss, logits, gradient }
  }

  /** One answer to one patch: the loss itself is asked for, in one pass. */
  private async atOnce(
    x: Tensor,
    spec: LossSpec,
    laid: Laid,
    beside: BesideImages | undefined,
  ): Promise<LossAndGradient> {
    const seen = laid.map.apply(x)
    const place = entry(laid.grid.places, 0)
    const { loss, logits, gradient } = await this.parts.patches.lossAndGradient(
      laid.grid.cut(seen, place),
      spec,
      beside,
    )
    const sum = tensor(seen.shape)
    laid.grid.give(
      sum,
      tensor(
        gradient.shape,
        gradient.data.map((value) => value * laid.slices),
      ),
      place,
    )
    return {
      loss: new Float32Array(laid.slices).fill(entry(loss, 0)),
      logits: repeated(logits, laid.slices),
      gradient: laid.map.adjoint(sum, x),
    }
  }
}

/** Aᵀ Σ_p P_pᵀ g_p, g_p that of a patch as it is cut out. */
async function pulledBack(
  x: Tensor,
  { map, grid }: Laid,
  gradientOf: (part: Tensor, place: PatchCorner) => Promise<Tensor>,
): Promise<Tensor> {
  const seen = map.apply(x)
  const sum = tensor(seen.shape)
  for (const place of grid.places) grid.give(sum, await gradientOf(grid.cut(seen, place), place), place)
  return map.adjoint(sum, x)
}

/** What lies beside the first slice, for the whole stack. */
function ofFirst(beside: BesideImages | undefined): BesideImages | undefined {
  return mapBeside(beside, (values) => sampleOf(values, 0))
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
  return tensor(
    shape,
    data.map((value) => value / places.length),
  )
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

/**
 * A 2-D network [N, C, H, W] as one of volumes of one slice, [N, C, 1, H, W]: of a dense one logits are
 * [N, K, 1, H, W] too.
 */
export function ofOneSlice(model: DifferentiableModel, isDense: boolean): DifferentiableModel {
  const spec = ({ name, shape }: TensorSpec): TensorSpec => ({ name, shape: withSlice(shape) })
  const logits = (own: Tensor) => (isDense ? reshaped(own, withSlice) : own)
  const flat = ({ kind, terms }: LossSpec): LossSpec => ({
    kind,
    terms: terms.map(({ target, weight }) => ({ target: reshaped(target, withoutSlice), weight })),
  })
  return {
    input: spec(model.input),
    output: isDense ? spec(model.output) : model.output,
    predict: async (x, beside) => logits(await model.predict(reshaped(x, withoutSlice), beside)),
    lossAndGradient: async (x, loss, beside) => {
      const asked = isDense ? flat(loss) : loss
      const found = await model.lossAndGradient(reshaped(x, withoutSlice), asked, beside)
      return { ...found, logits: logits(found.logits), gradient: reshaped(found.gradient, withSlice) }
    },
    dispose: () => model.dispose(),
  }
}

function reshaped({ shape, data }: Tensor, to: (shape: Shape) => Shape): Tensor {
  return tensor(to(shape), data)
}

function withSlice<Extent>(shape: readonly Extent[]): (Extent | 1)[] {
  return [...shape.slice(0, 2), 1, ...shape.slice(2)]
}

function withoutSlice(shape: Shape): Shape {
  return [...shape.slice(0, 2), ...shape.slice(3)]
}
