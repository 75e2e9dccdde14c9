import { NetworkBuilder, type Feature, type Network } from './network.ts'

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
