import type { TfjsFiles } from '../../../adapters/tfjs/load-model.ts'
import { createKerasNetwork, type KerasFeature, type KerasNetwork } from './keras-network.ts'

const widths = [16, 32, 64, 128]

/**
 * A U-Net of two classes on 256x256x1, half as wide as the one that is measured against PyTorch:
 * TensorFlow.js is slow.
 */
export function kerasUnet(): TfjsFiles {
  const net = createKerasNetwork([256, 256, 1], 3)
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
