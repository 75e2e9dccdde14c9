import { createNetworkBuilder, type Feature, type Network, type NetworkBuilder } from './network.ts'

const growth = 32
const blocks = [6, 12, 24, 16]

/** DenseNet-121 as torchvision has it, 1000 classes, 224x224. Huang et al., CVPR 2017. */
export function densenet121(): Network {
  const net = createNetworkBuilder([3, 224, 224], 121)
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
