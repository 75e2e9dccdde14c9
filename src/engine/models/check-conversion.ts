import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { createOrtRuntime } from '../../adapters/ort/runtime.ts'
import type { TfjsFiles } from '../../adapters/tfjs/load-model.ts'
import { predictAll } from '../../adapters/tfjs/describe-model.ts'
import { entry } from '../../core/entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import { decodeModel } from '../../core/onnx/codec.ts'
import type { OnnxGraph } from '../../core/onnx/graph.ts'
import { extentOf, tensor, type Tensor } from '../../core/tensor/tensor.ts'

/** Bound as a part of the largest output of all images, where TensorFlow.js's own rounding is smaller. */
const mostDifference = 1e-4
/** Beyond that, so many times the difference between TensorFlow.js's own backends is rounding too, … */
const roundings = 4
/** … as long as it is below this part of the largest output. */
const mostRounding = 1e-2
/** Rounding of probabilities: that of 1, from which they are computed, however small they are. */
const roundingOfOne = 2 ** -22

export interface ConversionCheck {
  /** Extents of one sample instead of those that the file says. */
  readonly inputShape?: readonly number[] | undefined
  /** Smallest and largest value that the model will be given; 0 and 1 by default. */
  readonly inputRange?: readonly [lowest: number, highest: number] | undefined
}

/**
 * The largest difference between a converted model's outputs and TensorFlow.js's on images of the model's
 * range, relative to the largest output of them all.
 * @throws RadversaryError model-unsupported where it is above 1e-4, and above what TensorFlow.js's own
 * backends differ by: the conversion is not to be trusted then.
 */
export async function checkConversion(
  files: TfjsFiles,
  bytes: Uint8Array,
  { inputShape, inputRange = [0, 1] }: ConversionCheck = {},
): Promise<number> {
  const { graph } = decodeModel(bytes)
  const [input] = graph.inputs
  const images = checkImages([1, ...(input?.shape?.slice(1) ?? []).map(Number)], inputRange)
  const ours = await convertedOutputs(bytes, graph, images)
  const theirs = await predictAll(files, images, { backend: 'wasm', inputShape })
  const differences = graph.outputs.map((_, k) => compared(ours, theirs, k))
  const isBeyond = ({ difference, scale }: Compared, k: number) =>
    !(difference <= mostDifference * scale + (isProbability(graph, k) ? roundingOfOne : 0))
  const largest = Math.max(...differences.map(({ difference, scale }) => difference / scale))
  if (!differences.some(isBeyond)) return largest
  const slower = await predictAll(files, images, { backend: 'cpu', inputShape })
  const isWrong = (found: Compared, k: number) => {
    const own = Math.min(compared(slower, theirs, k).difference, mostRounding * found.scale)
    const nearest = Math.min(found.difference, compared(ours, slower, k).difference)
    return isBeyond(found, k) && !(nearest <= roundings * own)
  }
  if (!differences.some(isWrong)) return largest
  throw new RadversaryError(
    'model-unsupported',
    `TensorFlow.js model: expected the same outputs in ONNX, got a difference of ${largest.toExponential(1)}`,
    { file: files.file },
  )
}

async function convertedOutputs(
  bytes: Uint8Array,
  { inputs: [input], outputs }: OnnxGraph,
  images: readonly Tensor[],
): Promise<ArrayLike<number>[][]> {
  const session = await createOrtRuntime({ device: 'cpu' }).createSession(bytes)
  try {
    const results: ArrayLike<number>[][] = []
    for (const { shape, data } of images) {
      const values = await session.run({ [input?.name ?? '']: { dataType: 'float32', shape, data } })
      results.push(outputs.map(({ name }) => Array.from(values[name]?.data ?? [], Number)))
    }
    return results
  } finally {
    await session.dispose()
  }
}

/** Noise, and waves of full and of little contrast, which do not drive a network as far: [1, …] each. */
function checkImages(shape: readonly number[], [lowest, highest]: readonly [number, number]): Tensor[] {
  const random = xoroshiro128plus(1)
  // A vector, which is no image, has waves along its one axis.
  const columns = shape.length > 2 ? extentOf(shape, 2) : 1
  const wave = (i: number) => 0.5 + 0.25 * (Math.sin(i / columns / 7) + Math.cos(i / 11))
  const noise = () => (random.next() >>> 0) / 2 ** 32
  return [noise, wave, (i: number) => 0.35 + 0.2 * wave(i) + 0.05 * noise()].map((value) => {
    const x = tensor(shape)
    for (let i = 0; i < x.data.length; i++) x.data[i] = lowest + (highest - lowest) * value(i)
    return x
  })
}

interface Compared {
  /** The largest of all images, absolute. */
  readonly difference: number
  /** The largest output of them. */
  readonly scale: number
}

/** Output `k` of all images; what is not a number, or of another size, differs infinitely. */
function compared(
  a: readonly (readonly ArrayLike<number>[])[],
  b: readonly (readonly ArrayLike<number>[])[],
  k: number,
): Compared {
  let [difference, scale] = [0, 1e-12]
  for (const [image, outputs] of b.entries()) {
    const [ours, theirs] = [a[image]?.[k] ?? [], outputs[k] ?? [NaN]]
    if (ours.length !== theirs.length) return { difference: Infinity, scale }
    for (let i = 0; i < theirs.length; i++) {
      const apart = Math.abs(entry(ours, i) - entry(theirs, i))
      difference = Math.max(difference, Number.isNaN(apart) ? Infinity : apart)
      scale = Math.max(scale, Math.abs(entry(theirs, i)))
    }
  }
  return { difference, scale }
}

const movesValues = new Set(['Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Identity', 'Flatten'])

/** Whether an output is made by a sigmoid or a softmax, moved or not. */
function isProbability({ nodes, outputs }: OnnxGraph, k: number): boolean {
  let name = outputs[k]?.name
  for (;;) {
    const node = nodes.find((each) => name !== undefined && each.outputs.includes(name))
    if (node === undefined) return false
    if (!movesValues.has(node.opType)) return node.opType === 'Sigmoid' || node.opType === 'Softmax'
    name = node.inputs[0]
  }
}
