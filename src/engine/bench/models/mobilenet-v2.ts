import type { TfjsFiles } from '../../../adapters/tfjs/load-model.ts'
import { createKerasNetwork, type KerasFeature, type KerasNetwork } from './keras-network.ts'

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
  const net = createKerasNetwork([224, 224, 3], 2)
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
