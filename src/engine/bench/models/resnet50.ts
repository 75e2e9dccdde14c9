import { createNetworkBuilder, type Feature, type Network, type NetworkBuilder } from './network.ts'

const stages = [
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
  const net = createNetworkBuilder([3, 224, 224], 50)
  let x = net.relu(net.batchNorm(net.conv(net.input, 64, { kernel: 7, stride: 2 })))
  x = net.pool('MaxPool', x, 3, 2, 1)
  for (const { width, blocks, stride } of stages)
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
