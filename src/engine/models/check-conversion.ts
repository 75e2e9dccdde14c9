import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import type { TfjsFiles } from '../../adapters/tfjs/load-model.ts'
import { predictAll } from '../../adapters/tfjs/predict-all.ts'
import { RadversaryError } from '../../core/errors.ts'
import { decodeModel } from '../../core/onnx/codec.ts'
import { tensor, type Tensor } from '../../core/tensor/tensor.ts'

/** Of the largest output. */
const mostDifference = 1e-4

/**
 * The largest difference between a converted model's outputs and TensorFlow.js's on a random image, relative
 * to the largest output.
 * @throws RadversaryError model-unsupported where it is above 1e-4: the conversion is not to be trusted then.
 */
export async function checkConversion(
  files: TfjsFiles,
  bytes: Uint8Array,
  inputShape: readonly number[] | undefined,
): Promise<number> {
  const { inputs, outputs } = decodeModel(bytes).graph
  const [input] = inputs
  const x = randomImage([1, ...(input?.shape?.slice(1) ?? []).map(Number)])
  const theirs = await predictAll(files, x, inputShape)
  const session = await createOrtRuntime({ device: 'cpu' }).createSession(bytes)
  try {
    const ours = await session.run({
      [input?.name ?? '']: { dataType: 'float32', shape: x.shape, data: x.data },
    })
    const differences = outputs.map(({ name }, index) =>
      differenceOf(ours[name]?.data ?? [], theirs[index]?.data ?? new Float32Array(1)),
    )
    const largest = Math.max(...differences)
    if (largest <= mostDifference) return largest
    throw new RadversaryError(
      'model-unsupported',
      `TensorFlow.js model: expected the same outputs in ONNX, got a difference of ${largest.toExponential(1)}`,
      {
        file: files.file,
      },
    )
  } finally {
    await session.dispose()
  }
}

/** Uniform in [0, 1). */
function randomImage(shape: readonly number[]): Tensor {
  const random = xoroshiro128plus(1)
  const x = tensor(shape)
  for (let i = 0; i < x.data.length; i++) x.data[i] = (random.next() >>> 0) / 2 ** 32
  return x
}

function differenceOf(ours: ArrayLike<number | bigint>, theirs: Float32Array): number {
  if (ours.length !== theirs.length) return Infinity
  const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const difference = theirs.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(ours[i]))), 0)
  return Number.isNaN(difference) ? Infinity : difference / Math.max(largest, 1e-12)
}
