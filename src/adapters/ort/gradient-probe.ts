import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { createOnnxModel } from '../../core/autodiff/onnx-model.ts'
import { encodeModel } from '../../core/onnx/codec.ts'
import { nodeOf, type Attributes, type OnnxNode } from '../../core/onnx/graph.ts'
import { float32Tensor, type OnnxTensor } from '../../core/onnx/onnx-tensor.ts'
import { sizeOf, tensor, type Tensor } from '../../core/tensor/tensor.ts'
import type { CreateGradientProbe } from './select-device.ts'

const inputShape = [1, 3, 128, 128]
const classes = 8

/**
 * The self-check's model: a strided, a plain and a depthwise convolution, max pooling and a linear layer,
 * large enough (0.25 G multiplications forwards) that a GPU can show its speed. Its activations are smooth,
 * so that rounding moves the gradient a little and never flips a ReLU.
 */
export const createGradientProbe: CreateGradientProbe = async (runtime) => {
  const random = randomTensors()
  const model = await createOnnxModel({ bytes: probeModel(random), runtime, activation: 'none' })
  const x = random(inputShape, 1)
  const target = tensor([1, classes])
  target.data[0] = 1
  return {
    step: async () => {
      const { gradient } = await model.lossAndGradient(x, {
        kind: 'cross-entropy',
        terms: [{ target, weight: 1 }],
      })
      return gradient.data
    },
    dispose: () => model.dispose(),
  }
}

type RandomTensors = (shape: readonly number[], deviation: number) => Tensor

/** Tensors of uniform values, the same ones every time. */
function randomTensors(): RandomTensors {
  const generator = xoroshiro128plus(2021)
  return (shape, deviation) => {
    const reach = deviation * Math.sqrt(3)
    return tensor(
      shape,
      new Float32Array(sizeOf(shape)).map(() => reach * (2 * uniformFloat32(generator) - 1)),
    )
  }
}

function probeModel(random: RandomTensors): Uint8Array {
  const nodes: OnnxNode[] = []
  const initializers = new Map<string, OnnxTensor>()

  const node = (opType: string, inputs: readonly string[], attributes: Attributes = {}): string => {
    const output = `${opType}_${nodes.length}`
    nodes.push(nodeOf(opType, inputs, output, attributes))
    return output
  }
  const weight = (shape: readonly number[]): string => {
    const name = `weight_${initializers.size}`
    initializers.set(name, float32Tensor(shape, random(shape, Math.sqrt(2 / sizeOf(shape.slice(1)))).data))
    return name
  }
  const conv = (x: string, shape: readonly number[], stride: number, group = 1): string => {
    const attributes = { kernel_shape: [3, 3], strides: [stride, stride], pads: [1, 1, 1, 1], group }
    const y = node('Conv', [x, weight(shape)], attributes)
    return node('Mul', [y, node('Sigmoid', [y])])
  }

  const strided = conv('x', [32, 3, 3, 3], 2)
  const wide = conv(conv(strided, [64, 32, 3, 3], 1), [64, 64, 3, 3], 1)
  const pooled = node('MaxPool', [wide], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] })
  const depthwise = node('Add', [pooled, conv(pooled, [64, 1, 3, 3], 1, 64)])
  const features = node('Flatten', [node('GlobalAveragePool', [depthwise])])
  const logits = node('Gemm', [features, weight([classes, 64])], { transB: 1 })
  return encodeModel({
    irVersion: 8,
    opsets: new Map([['', 17]]),
    producer: 'radversary',
    functions: [],
    graph: {
      name: 'self-check',
      nodes,
      initializers,
      inputs: [{ name: 'x', dataType: 'float32', shape: inputShape }],
      outputs: [{ name: logits, dataType: 'float32', shape: [1, classes] }],
      valueInfos: new Map(),
    },
  })
}
