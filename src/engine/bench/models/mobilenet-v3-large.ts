import { createNetworkBuilder, type Feature, type Network, type NetworkBuilder } from './network.ts'

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
  const net = createNetworkBuilder([3, 224, 224], 3)
  let x = net.hardSwish(net.batchNorm(net.conv(net.input, 16, { kernel: 3, stride: 2 }), epsilon))
  for (const row of rows) x = invertedResidual(net, x, row)
  x = net.hardSwish(net.batchNorm(net.conv(x, 960), epsilon))
  const hidden = net.hardSwish(net.linear(net.flatten(net.globalAveragePool(x)), 1280))
  return net.finish(net.linear(hidden, 1000))
}

function invertedResidual(
  net: NetworkBuilder,
  x: Feature,
  [kernel, expanded, channels, squeeze, activation, stride]: Row,
): Feature {
  const activate = net[activation]
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
