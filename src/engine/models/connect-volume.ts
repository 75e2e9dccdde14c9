import { createOnnxModel, differentiable, type OnnxModelOptions } from '../../core/autodiff/onnx-model.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { volumeModel } from '../../core/model/volume-model.ts'
import type { VolumeOfInput } from '../../core/model/volume.ts'
import { GraphBuilder } from '../../core/onnx/graph-builder.ts'
import type { ImageSize } from '../../core/tensor/resample.ts'

/**
 * A 3-D network that is run on patches of stacks. @param size of the frame that slices are fitted to. @throws
 * as `createOnnxModel`.
 */
export async function connectVolume(
  options: OnnxModelOptions,
  volume: VolumeOfInput,
  size: ImageSize,
): Promise<DifferentiableModel> {
  const patches = await createOnnxModel(options)
  const channels = patches.output.shape[1]
  if (typeof channels !== 'number' || patches.output.shape.length !== 5)
    throw new RadversaryError(
      'model-unsupported',
      `Volume: expected logits [N, K, D, H, W], got [${patches.output.shape.join(', ')}]`,
      {
        file: options.file,
      },
    )
  return volumeModel({ patches, head: await logitsThemselves([channels, ...size], options), volume })
}

/**
 * A graph that changes nothing: losses and their gradients by logits are then computed as those of any model.
 */
function logitsThemselves(
  shape: readonly number[],
  { runtime }: OnnxModelOptions,
): Promise<DifferentiableModel> {
  const graph = new GraphBuilder()
  graph.output(graph.node('Identity', [graph.input('z', ['batch', ...shape])]), ['batch', ...shape])
  return differentiable(graph.build(), { runtime, activation: 'none' })
}
