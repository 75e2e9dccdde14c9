import { uniformFloat32 } from 'pure-rand/distribution/uniformFloat32'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { TfjsFiles } from '../../adapters/tfjs/load-model.ts'
import { parseModelJson } from '../../core/tfjs/manifest.ts'
import { weightBytes } from '../../core/tfjs/weights.ts'
import { sizeOf } from '../../core/tensor/tensor.ts'

/** A layer's output, channels last. */
export interface KerasFeature {
  readonly layer: string
  readonly channels: number
}

export interface KerasConvolution {
  readonly kernel?: number
  readonly strides?: number
  readonly activation?: 'linear' | 'relu' | 'softmax'
  readonly useBias?: boolean
}

/**
 * Layers as Keras writes them into a model.json, with seeded random weights: what they compute is
 * unimportant.
 */
export class KerasNetwork {
  readonly input: KerasFeature
  private readonly random: ReturnType<typeof xoroshiro128plus>
  private readonly layers: object[] = []
  private readonly specs: {
    readonly name: string
    readonly shape: readonly number[]
    readonly dtype: string
  }[] = []
  private readonly values: Float32Array[] = []
  private last = ''

  constructor(
    [rows, columns, channels]: readonly [rows: number, columns: number, channels: number],
    seed: number,
  ) {
    this.random = xoroshiro128plus(seed)
    const config = { batch_input_shape: [null, rows, columns, channels] }
    this.input = this.layer('InputLayer', config, [], channels)
  }

  private layer(
    className: string,
    config: object,
    inputs: readonly KerasFeature[],
    channels: number,
  ): KerasFeature {
    const name = `${className.toLowerCase()}_${this.layers.length}`
    const nodes = inputs.length === 0 ? [] : [inputs.map((input) => [input.layer, 0, 0, {}])]
    this.last = name
    this.layers.push({
      class_name: className,
      name,
      config: { name, dtype: 'float32', ...config },
      inbound_nodes: nodes,
    })
    return { layer: name, channels }
  }

  /** Uniform around a mean, of the this.last layer. */
  private weight(kind: string, shape: readonly number[], mean: number, reach: number): void {
    this.specs.push({ name: `${this.last}/${kind}`, shape, dtype: 'float32' })
    this.values.push(
      new Float32Array(sizeOf(shape)).map(() => mean + reach * (2 * uniformFloat32(this.random) - 1)),
    )
  }

  conv(x: KerasFeature, filters: number, options: KerasConvolution = {}): KerasFeature {
    const { kernel = 1, strides = 1, activation = 'linear', useBias = true } = options
    const config = {
      filters,
      kernel_size: [kernel, kernel],
      strides: [strides, strides],
      padding: 'same',
      activation,
    }
    const y = this.layer('Conv2D', { ...config, use_bias: useBias }, [x], filters)
    this.weight(
      'kernel',
      [kernel, kernel, x.channels, filters],
      0,
      Math.sqrt(6 / (kernel * kernel * x.channels)),
    )
    if (useBias) this.weight('bias', [filters], 0, 0.1)
    return y
  }

  depthwise(x: KerasFeature, strides: number): KerasFeature {
    const config = {
      kernel_size: [3, 3],
      strides: [strides, strides],
      padding: 'same',
      use_bias: false,
      depth_multiplier: 1,
    }
    const y = this.layer('DepthwiseConv2D', config, [x], x.channels)
    this.weight('depthwise_kernel', [3, 3, x.channels, 1], 0, Math.sqrt(6 / 9))
    return y
  }

  batchNorm(x: KerasFeature): KerasFeature {
    const y = this.layer('BatchNormalization', { axis: 3, epsilon: 1e-3 }, [x], x.channels)
    this.weight('gamma', [x.channels], 0.8, 0.2)
    this.weight('beta', [x.channels], 0, 0.2)
    this.weight('moving_mean', [x.channels], 0, 0.2)
    this.weight('moving_variance', [x.channels], 1, 0.3)
    return y
  }

  relu6(x: KerasFeature): KerasFeature {
    return this.layer('ReLU', { max_value: 6 }, [x], x.channels)
  }

  add(a: KerasFeature, b: KerasFeature): KerasFeature {
    return this.layer('Add', {}, [a, b], a.channels)
  }

  concat(a: KerasFeature, b: KerasFeature): KerasFeature {
    return this.layer('Concatenate', { axis: -1 }, [a, b], a.channels + b.channels)
  }

  maxPool(x: KerasFeature): KerasFeature {
    return this.layer(
      'MaxPooling2D',
      { pool_size: [2, 2], strides: [2, 2], padding: 'valid' },
      [x],
      x.channels,
    )
  }

  globalAveragePool(x: KerasFeature): KerasFeature {
    return this.layer('GlobalAveragePooling2D', {}, [x], x.channels)
  }

  upConv(x: KerasFeature, filters: number): KerasFeature {
    const config = { filters, kernel_size: [2, 2], strides: [2, 2], padding: 'valid', use_bias: true }
    const y = this.layer('Conv2DTranspose', config, [x], filters)
    this.weight('kernel', [2, 2, filters, x.channels], 0, Math.sqrt(6 / (4 * x.channels)))
    this.weight('bias', [filters], 0, 0.1)
    return y
  }

  dense(x: KerasFeature, units: number): KerasFeature {
    const y = this.layer('Dense', { units, activation: 'softmax', use_bias: true }, [x], units)
    this.weight('kernel', [x.channels, units], 0, Math.sqrt(3 / x.channels))
    this.weight('bias', [units], 0, 0.1)
    return y
  }

  /** The model as it would be read from its folder. */
  finish(output: KerasFeature): TfjsFiles {
    const config = {
      name: 'model',
      layers: this.layers,
      input_layers: [[this.input.layer, 0, 0]],
      output_layers: [[output.layer, 0, 0]],
    }
    const topology = {
      keras_version: '2.15.0',
      backend: 'tensorflow',
      model_config: { class_name: 'Functional', config },
    }
    const json = {
      format: 'layers-model',
      modelTopology: topology,
      weightsManifest: [{ paths: ['weights.bin'], weights: this.specs }],
    }
    const manifest = parseModelJson(JSON.stringify(json), 'bench')
    const shard = Buffer.concat(this.values.map(({ buffer }) => new Uint8Array(buffer)))
    return {
      file: 'bench',
      manifest,
      weights: weightBytes(manifest, { 'weights.bin': new Uint8Array(shard) }, 'bench'),
    }
  }
}

const widths = [16, 32, 64, 128]

/**
 * A U-Net of two classes on 256x256x1, half as wide as the one that is measured against PyTorch:
 * TensorFlow.js is slow.
 */
export function kerasUnet(): TfjsFiles {
  const net = new KerasNetwork([256, 256, 1], 3)
  const skips: KerasFeature[] = []
  let x: KerasFeature = net.input
  for (const width of widths) {
    const skip = doubled(net, x, width)
    skips.push(skip)
    x = net.maxPool(skip)
  }

  x = doubled(net, x, 256)
  for (const skip of skips.toReversed())
    x = doubled(net, net.concat(skip, net.upConv(x, skip.channels)), skip.channels)
  return net.finish(net.conv(x, 2, { activation: 'softmax' }))
}

function doubled(net: KerasNetwork, x: KerasFeature, width: number): KerasFeature {
  const convolution = { kernel: 3, activation: 'relu' } as const
  return net.conv(net.conv(x, width, convolution), width, convolution)
}
