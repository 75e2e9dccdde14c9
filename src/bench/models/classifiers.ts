import type { TfjsFiles } from '../../adapters/tfjs/load-model.ts'
import type { PreprocessingCard } from '../../core/model/preprocessing/chain.ts'
import type { ConnectableModel } from '../../engine/models/open-model.ts'
import { type KerasFeature, KerasNetwork } from './keras.ts'
import { type Feature, type Network, NetworkBuilder } from './network.ts'

const growth = 32
const blocks = [6, 12, 24, 16]

/** DenseNet-121 as torchvision has it, 1000 classes, 224x224. Huang et al., CVPR 2017. */
export function densenet121(): Network {
  const net = new NetworkBuilder([3, 224, 224], 121)
  let x = net.relu(net.batchNorm(net.conv(net.input, 64, { kernel: 7, stride: 2 })))
  x = net.pool('MaxPool', x, 3, 2, 1)
  for (const [index, layers] of blocks.entries()) {
    x = denseBlock(net, x, layers)
    if (index < blocks.length - 1) x = transition(net, x)
  }
  return net.finish(net.linear(net.flatten(net.globalAveragePool(net.relu(net.batchNorm(x)))), 1000))
}

function denseBlock(net: NetworkBuilder, x: Feature, layers: number): Feature {
  const features = [x]
  for (let layer = 0; layer < layers; layer++) {
    const joined = features.length === 1 ? x : net.concat(features)
    const bottleneck = net.conv(net.relu(net.batchNorm(joined)), 4 * growth)
    features.push(net.conv(net.relu(net.batchNorm(bottleneck)), growth, { kernel: 3 }))
  }
  return net.concat(features)
}

function transition(net: NetworkBuilder, x: Feature): Feature {
  return net.pool('AveragePool', net.conv(net.relu(net.batchNorm(x)), x.channels / 2), 2, 2)
}

/** Expansion, channels, repeats and first stride of each stage: Sandler et al., CVPR 2018, table 2. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const

/** MobileNetV2 as keras.applications has it, 1000 classes, 224x224. */
export function kerasMobilenetV2(): TfjsFiles {
  const net = new KerasNetwork([224, 224, 3], 2)
  let x = convolved(net, net.input, 32, 3, 2)
  for (const [expansion, channels, repeats, stride] of stages)
    for (let b = 0; b < repeats; b++)
      x = invertedResidual(net, x, { expansion, channels, stride: b === 0 ? stride : 1 })
  return net.finish(net.dense(net.globalAveragePool(convolved(net, x, 1280)), 1000))
}

function convolved(
  net: KerasNetwork,
  x: KerasFeature,
  filters: number,
  kernel = 1,
  strides = 1,
): KerasFeature {
  return net.relu6(net.batchNorm(net.conv(x, filters, { kernel, strides, useBias: false })))
}

interface Block {
  readonly expansion: number
  readonly channels: number
  readonly stride: number
}

function invertedResidual(
  net: KerasNetwork,
  x: KerasFeature,
  { expansion, channels, stride }: Block,
): KerasFeature {
  const wide = expansion === 1 ? x : convolved(net, x, expansion * x.channels)
  const filtered = net.relu6(net.batchNorm(net.depthwise(wide, stride)))
  const narrow = net.batchNorm(net.conv(filtered, channels, { useBias: false }))
  return stride === 1 && x.channels === channels ? net.add(x, narrow) : narrow
}

type Row = readonly [
  kernel: number,
  expanded: number,
  channels: number,
  squeeze: boolean,
  activation: 'relu' | 'hardSwish',
  stride: number,
]

/** Howard et al., ICCV 2019, table 1. */
const rows: readonly Row[] = [
  [3, 16, 16, false, 'relu', 1],
  [3, 64, 24, false, 'relu', 2],
  [3, 72, 24, false, 'relu', 1],
  [5, 72, 40, true, 'relu', 2],
  [5, 120, 40, true, 'relu', 1],
  [5, 120, 40, true, 'relu', 1],
  [3, 240, 80, false, 'hardSwish', 2],
  [3, 200, 80, false, 'hardSwish', 1],
  [3, 184, 80, false, 'hardSwish', 1],
  [3, 184, 80, false, 'hardSwish', 1],
  [3, 480, 112, true, 'hardSwish', 1],
  [3, 672, 112, true, 'hardSwish', 1],
  [5, 672, 160, true, 'hardSwish', 2],
  [5, 960, 160, true, 'hardSwish', 1],
  [5, 960, 160, true, 'hardSwish', 1],
]

const epsilon = 1e-3

/** MobileNetV3-Large as torchvision has it, 1000 classes, 224x224. */
export function mobilenetV3Large(): Network {
  const net = new NetworkBuilder([3, 224, 224], 3)
  let x = net.hardSwish(net.batchNorm(net.conv(net.input, 16, { kernel: 3, stride: 2 }), epsilon))
  for (const row of rows) x = searchedResidual(net, x, row)
  x = net.hardSwish(net.batchNorm(net.conv(x, 960), epsilon))
  const hidden = net.hardSwish(net.linear(net.flatten(net.globalAveragePool(x)), 1280))
  return net.finish(net.linear(hidden, 1000))
}

function searchedResidual(
  net: NetworkBuilder,
  x: Feature,
  [kernel, expanded, channels, squeeze, activation, stride]: Row,
): Feature {
  const activate = (value: Feature) => net[activation](value)
  const wide = expanded === x.channels ? x : activate(net.batchNorm(net.conv(x, expanded), epsilon))
  const options = { kernel, stride, groups: expanded }
  const depthwise = activate(net.batchNorm(net.conv(wide, expanded, options), epsilon))
  const excited = squeeze ? squeezeAndExcite(net, depthwise) : depthwise
  const projected = net.batchNorm(net.conv(excited, channels), epsilon)
  return stride === 1 && x.channels === channels ? net.add(projected, x) : projected
}

function squeezeAndExcite(net: NetworkBuilder, x: Feature): Feature {
  const squeezed = net.relu(
    net.conv(net.globalAveragePool(x), multipleOfEight(x.channels / 4), { bias: true }),
  )
  return net.scale(x, net.hardSigmoid(net.conv(squeezed, x.channels, { bias: true })))
}

/** The nearest multiple of 8, but no less than nine tenths of the value. */
function multipleOfEight(value: number): number {
  const rounded = Math.max(8, Math.floor((value + 4) / 8) * 8)
  return rounded < 0.9 * value ? rounded + 8 : rounded
}

const bottleneckStages = [
  { width: 64, blocks: 3, stride: 1 },
  { width: 128, blocks: 4, stride: 2 },
  { width: 256, blocks: 6, stride: 2 },
  { width: 512, blocks: 3, stride: 2 },
]

/**
 * ResNet-50 as torchvision has it (stride in the 3x3 convolution), 1000 classes, 224x224. He et al., CVPR
 * 2016.
 */
export function resnet50(): Network {
  const net = new NetworkBuilder([3, 224, 224], 50)
  let x = net.relu(net.batchNorm(net.conv(net.input, 64, { kernel: 7, stride: 2 })))
  x = net.pool('MaxPool', x, 3, 2, 1)
  for (const { width, blocks, stride } of bottleneckStages)
    for (let b = 0; b < blocks; b++) x = bottleneck(net, x, width, b === 0 ? stride : 1)
  return net.finish(net.linear(net.flatten(net.globalAveragePool(x)), 1000))
}

function bottleneck(net: NetworkBuilder, x: Feature, width: number, stride: number): Feature {
  const channels = 4 * width
  const reduced = net.relu(net.batchNorm(net.conv(x, width)))
  const middle = net.relu(net.batchNorm(net.conv(reduced, width, { kernel: 3, stride })))
  const expanded = net.batchNorm(net.conv(middle, channels))
  const shortcut =
    stride === 1 && x.channels === channels ? x : net.batchNorm(net.conv(x, channels, { stride }))
  return net.relu(net.add(expanded, shortcut))
}

/** Three convolutions of 3x3, each halved by a maximum, and a mean: a network that costs little, 150x150. */
export function smallCnn(): Network {
  const net = new NetworkBuilder([3, 150, 150], 150)
  let x = net.input
  for (const channels of [16, 32, 64])
    x = net.pool('MaxPool', net.relu(net.conv(x, channels, { kernel: 3, bias: true })), 2, 2)
  return net.finish(net.linear(net.flatten(net.globalAveragePool(x)), 2))
}

/** Card of `resnet50`, for images of one channel. */
export const resnetCard = {
  task: 'classification',
  input: { name: 'x', layout: 'NCHW', size: [224, 224], channels: 3, valueRange: [0, 1] },
  intensity: { kind: 'stored-range', lower: 0, upper: 255 },
  fit: { kind: 'stretch' },
  interpolation: 'bilinear-antialiased',
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
  output: {
    name: 'logits',
    activation: 'softmax',
    gives: 'logits',
    classes: Array.from({ length: 1000 }, (_, k) => String(k)),
  },
} satisfies PreprocessingCard & ConnectableModel['card']

const widths = [32, 64, 128, 256]
const bottom = 512

/**
 * U-Net with batch normalisation and transposed convolutions, 3 channels, 2 classes, 256x256. Ronneberger et
 * al., MICCAI 2015.
 */
export function unet(): Network {
  const net = new NetworkBuilder([3, 256, 256], 15)
  const skips: Feature[] = []
  let x: Feature = net.input
  for (const width of widths) {
    const skip = doubleConv(net, x, width)
    skips.push(skip)
    x = net.pool('MaxPool', skip, 2, 2)
  }
  x = doubleConv(net, x, bottom)
  for (const skip of skips.reverse())
    x = doubleConv(net, net.concat([skip, net.upConv(x, skip.channels)]), skip.channels)
  return net.finish(net.conv(x, 2, { bias: true }), true)
}

function doubleConv(net: NetworkBuilder, x: Feature, width: number): Feature {
  const first = net.relu(net.batchNorm(net.conv(x, width, { kernel: 3 })))
  return net.relu(net.batchNorm(net.conv(first, width, { kernel: 3 })))
}
