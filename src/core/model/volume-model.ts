import { RadversaryError } from '../errors.ts'
import { extentOf, sampleOf, tensor, type Tensor } from '../tensor/tensor.ts'
import { mapBeside, type BesideImages } from './beside.ts'
import type { DifferentiableModel, LossSpec } from './ports.ts'
import { VolumeGrid } from './volume-grid.ts'
import type { VolumeOfInput } from './volume.ts'

/** Models that make one of slices. */
export interface VolumeParts {
  /** [1, 1, D, H, W] to logits [1, K, D, H, W]. */
  readonly patches: DifferentiableModel
  /** Logits [N, K, h, w] to themselves: its gradient is that of a loss by the logits. */
  readonly head: DifferentiableModel
  readonly volume: VolumeOfInput
}

/**
 * A 3-D segmentation as a model of a stack of slices: [S, 1, h, w] to logits [S, K, h, w], each voxel's the
 * weighted mean over the patches that hold it. A stack that is shorter than a patch is continued by its last
 * slice. Patch by patch, so that memory is that of one; what lies beside the images is the first slice's.
 *
 * With Z = Σ_p w_p ⊙ f(x_p) / Σ_p w_p the gradient is Σ_p J_pᵀ(w_p ⊙ ∂J/∂Z / Σ w): a pass forwards for Z,
 * then one of each patch's vector-Jacobian products. The slice's gradient sums what all patches say. Throws
 * `model-unsupported` for a graph whose output has another size.
 */
export function volumeModel({ patches, head, volume }: VolumeParts): DifferentiableModel {
  const predict = async (x: Tensor, beside?: BesideImages): Promise<Tensor> => {
    const ofVolume = mapBeside(beside, (values) => sampleOf(values, 0))
    const grid = new VolumeGrid(x, volume)
    let sums: Tensor | undefined
    for (const place of grid.places) {
      const logits = await patches.predict(grid.cut(x, place), ofVolume)
      sums ??= tensor([grid.slices, checkedChannels(logits, volume), ...grid.size])
      grid.add(sums, logits, place)
    }
    return sums === undefined ? tensor([0, 0, ...grid.size]) : grid.divided(sums)
  }
  const lossAndGradient = async (x: Tensor, spec: LossSpec, beside?: BesideImages) => {
    const ofVolume = mapBeside(beside, (values) => sampleOf(values, 0))
    const logits = await predict(x, beside)
    const { loss, gradient: slope } = await head.lossAndGradient(logits, spec)
    const grid = new VolumeGrid(x, volume)
    const shared = grid.divided(slope)
    const gradient = tensor(x.shape)
    for (const place of grid.places) {
      const target = grid.weighed(shared, place)
      const dot = { kind: 'dot', terms: [{ target, weight: 1 }] } as const
      const own = await patches.lossAndGradient(grid.cut(x, place), dot, ofVolume)
      grid.give(gradient, own.gradient, place)
    }
    return { loss, logits, gradient }
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

function checkedChannels({ shape }: Tensor, { patch }: VolumeOfInput): number {
  const [channels, size] = [extentOf(shape, 1), shape.slice(2)]
  if (size.join() === patch.join()) return channels
  throw new RadversaryError(
    'model-unsupported',
    `Volume: expected logits [1, K, ${patch.join(', ')}], got [${shape.join(', ')}]`,
    {
      tip: 'Networks whose output is coarser than their patch are not run on volumes.',
    },
  )
}
