import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { encodeModel } from '../../core/onnx/codec.ts'
import type { Attributes, OnnxNode } from '../../core/onnx/graph.ts'
import { float32Tensor, type OnnxTensor } from '../../core/onnx/onnx-tensor.ts'
import { sizeOf } from '../../core/tensor/tensor.ts'

/**
 * A value of the network, [N, channels, height, width]; a vector is [N, channels] with height and width 1.
 */
export interface Feature {
  readonly name: string
  readonly channels: number
  readonly height: number
  readonly width: number
}

export interface ConvolutionOptions {
  readonly kernel?: number
  readonly stride?: number
  readonly groups?: number
  readonly bias?: boolean
}

/**
 * A network with seeded random weights, for measuring: the values are unimportant, but the same for us and
 * for PyTorch.
 */
export interface Network {
  /** ModelProto, opset 17; input 'x' [batch, channels, height, width], output 'logits'. */
  readonly model: Uint8Array
  /**
   * All parameters and batch statistics in the order in which the layers were made, which is the order of
   * PyTorch's state_dict.
   */
  readonly parameters: Float32Array
  /** Multiplications of the forward pass of one sample, in convolutions and matrix products. */
  readonly multiplications: number
  /**
   * The same where all channels of the input are one grey image, and the first convolution's kernels are
   * summed.
   */
  readonly greyMultiplications: number
  /** [channels, height, width] */
  readonly inputShape: readonly [number, number, number]
  /** Shape of one sample's logits, [classes] or [classes, height, width]. */
  readonly logitsShape: readonly number[]
}

/** Layers as PyTorch has them, each adding its nodes and weights. */
export class NetworkBuilder {
  readonly input: Feature
  private readonly random: ReturnType<typeof xoroshiro128plus>
  private readonly nodes: OnnxNode[] = []
  private readonly initializers = new Map<string, OnnxTensor>()
  private readonly parameters: Float32Array[] = []
  private multiplications = 0
  private ofInput = 0

  constructor(
    private readonly inputShape: readonly [channels: number, height: number, width: number],
    seed: number,
  ) {
    const [channels, height, width] = inputShape
    this.input = { name: 'x', channels, height, width }
    this.random = xoroshiro128plus(seed)
  }

  private node(
    opType: string,
    inputs: readonly string[],
    shape: Omit<Feature, 'name'>,
    attributes: Attributes = {},
  ): Feature {
    const name = `${opType}_${this.nodes.length}`
    this.nodes.push({ opType, domain: '', name, inputs, outputs: [name], attributes })
    return { ...shape, name }
  }

  /** Uniform values of the given mean and standard deviation, also kept for the peer. */
  private parameter(shape: readonly number[], mean: number, deviation: number): string {
    const reach = deviation * Math.sqrt(3)
    const values = new Float32Array(sizeOf(shape)).map(
      () => mean + reach * (2 * uniformFloat32(this.random) - 1),
    )
    const name = `parameter_${this.parameters.length}`
    this.parameters.push(values)
    this.initializers.set(name, float32Tensor(shape, values))
    return name
  }

  conv(
    x: Feature,
    channels: number,
    { kernel = 1, stride = 1, groups = 1, bias = false }: ConvolutionOptions = {},
  ): Feature {
    const pad = (kernel - 1) >> 1
    const height = Math.floor((x.height + 2 * pad - kernel) / stride) + 1
    const width = Math.floor((x.width + 2 * pad - kernel) / stride) + 1
    const fanIn = (x.channels / groups) * kernel * kernel
    const weights = [this.parameter([channels, x.channels / groups, kernel, kernel], 0, Math.sqrt(2 / fanIn))]
    if (bias) weights.push(this.parameter([channels], 0, 0.1))
    this.multiplications += fanIn * channels * height * width
    if (x === this.input) this.ofInput += fanIn * channels * height * width
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
      group: groups,
    }
    return this.node('Conv', [x.name, ...weights], { channels, height, width }, attributes)
  }

  /** Transposed convolution that doubles height and width, kernel 2, stride 2, with bias. */
  upConv(x: Feature, channels: number): Feature {
    const weights = [
      this.parameter([x.channels, channels, 2, 2], 0, Math.sqrt(2 / x.channels)),
      this.parameter([channels], 0, 0.1),
    ]
    this.multiplications += x.channels * channels * 4 * x.height * x.width
    const shape = { channels, height: 2 * x.height, width: 2 * x.width }
    return this.node('ConvTranspose', [x.name, ...weights], shape, { kernel_shape: [2, 2], strides: [2, 2] })
  }

  batchNorm(x: Feature, epsilon = 1e-5): Feature {
    const size = [x.channels]
    const statistics = [
      this.parameter(size, 0.8, 0.1),
      this.parameter(size, 0, 0.1),
      this.parameter(size, 0, 0.1),
      this.parameter(size, 1, 0.2),
    ]
    return this.node('BatchNormalization', [x.name, ...statistics], x, { epsilon: { float: epsilon } })
  }

  relu(x: Feature): Feature {
    return this.node('Relu', [x.name], x)
  }

  hardSwish(x: Feature): Feature {
    return this.node('HardSwish', [x.name], x)
  }

  hardSigmoid(x: Feature): Feature {
    return this.node('HardSigmoid', [x.name], x, { alpha: { float: 1 / 6 } })
  }

  add(a: Feature, b: Feature): Feature {
    return this.node('Add', [a.name, b.name], a)
  }

  /** x · gate, where the gate is one value a channel. */
  scale(x: Feature, gate: Feature): Feature {
    return this.node('Mul', [x.name, gate.name], x)
  }

  concat(features: readonly Feature[]): Feature {
    const [first = this.input] = features
    const channels = features.reduce((sum, each) => sum + each.channels, 0)
    const names = features.map(({ name }) => name)
    return this.node('Concat', names, { ...first, channels }, { axis: 1 })
  }

  pool(opType: 'MaxPool' | 'AveragePool', x: Feature, kernel: number, stride: number, pad = 0): Feature {
    const height = Math.floor((x.height + 2 * pad - kernel) / stride) + 1
    const width = Math.floor((x.width + 2 * pad - kernel) / stride) + 1
    const attributes = {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    }
    return this.node(opType, [x.name], { ...x, height, width }, attributes)
  }

  globalAveragePool(x: Feature): Feature {
    return this.node('GlobalAveragePool', [x.name], { ...x, height: 1, width: 1 })
  }

  flatten(x: Feature): Feature {
    return this.node('Flatten', [x.name], { channels: x.channels * x.height * x.width, height: 1, width: 1 })
  }

  linear(x: Feature, channels: number): Feature {
    const weights = [
      this.parameter([channels, x.channels], 0, Math.sqrt(1 / x.channels)),
      this.parameter([channels], 0, 0.1),
    ]
    this.multiplications += x.channels * channels
    return this.node('Gemm', [x.name, ...weights], { channels, height: 1, width: 1 }, { transB: 1 })
  }

  finish(logits: Feature, dense = false): Network {
    const logitsShape = dense ? [logits.channels, logits.height, logits.width] : [logits.channels]
    this.nodes.push({
      opType: 'Identity',
      domain: '',
      name: 'logits',
      inputs: [logits.name],
      outputs: ['logits'],
      attributes: {},
    })
    const greyMultiplications = this.multiplications - this.ofInput + this.ofInput / this.inputShape[0]
    return {
      model: this.encode(logitsShape),
      parameters: joined(this.parameters),
      multiplications: this.multiplications,
      greyMultiplications,
      inputShape: this.inputShape,
      logitsShape,
    }
  }

  private encode(logitsShape: readonly number[]): Uint8Array {
    return encodeModel({
      irVersion: 8,
      opsets: new Map([['', 17]]),
      producer: 'radversary bench',
      functions: [],
      graph: {
        name: 'bench',
        nodes: this.nodes,
        initializers: this.initializers,
        inputs: [{ name: 'x', dataType: 'float32', shape: ['batch', ...this.inputShape] }],
        outputs: [{ name: 'logits', dataType: 'float32', shape: ['batch', ...logitsShape] }],
        valueInfos: new Map(),
      },
    })
  }
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const array of arrays) {
    all.set(array, offset)
    offset += array.length
  }

  return all
}
