import { createOnnxModel, type OnnxModelOptions, differentiable } from '../../core/autodiff/onnx-model.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import type { MappedVolume } from '../../core/model/volume-map.ts'
import { ofOneSlice, volumeModel } from '../../core/model/volume-model.ts'
import type { Runtime } from '../../core/model/runtime.ts'
import { GraphBuilder } from '../../core/onnx/graph-builder.ts'

export interface VolumeToConnect extends MappedVolume {
  /** Whether there is a prediction for each voxel; else one for the whole volume. */
  readonly isDense: boolean
  /** Logits of an answer, as the card has them: what counts where the graph leaves their number free. */
  readonly logits?: number | undefined
}

/** A 3-D network, or a 2-D one of single slices, that is run on stacks. @throws as `createOnnxModel`. */
export async function connectVolume(
  options: OnnxModelOptions,
  given: VolumeToConnect,
): Promise<DifferentiableModel> {
  const network = await createOnnxModel(options)
  const patches = network.input.shape.length === 4 ? ofOneSlice(network, given.isDense) : network
  const { shape } = patches.output
  const channels = shape[1] ?? given.logits
  const [rank, expected] = given.isDense ? [5, '[N, K, D, H, W]'] : [2, '[N, K]']
  if (typeof channels !== 'number' || shape.length !== rank)
    throw new RadversaryError(
      'model-unsupported',
      `Volume: expected logits ${expected}, got [${shape.join(', ')}]`,
      { file: options.file },
    )
  const grid = given.isDense ? ['rows', 'columns'] : []
  return volumeModel({
    patches,
    head: await logitsThemselves([channels, ...grid], options.runtime),
    ...given,
  })
}

/**
 * A graph that changes nothing: losses and their gradients by logits are then computed as those of any model.
 * @param shape of one answer's logits; a name stands for a free extent
 */
export function logitsThemselves(
  shape: readonly (number | string)[],
  runtime: Runtime,
): Promise<DifferentiableModel> {
  const graph = new GraphBuilder()
  graph.output(graph.node('Identity', [graph.input('z', ['batch', ...shape])]), ['batch', ...shape])
  return differentiable(graph.build(), { runtime, activation: 'none' })
}
