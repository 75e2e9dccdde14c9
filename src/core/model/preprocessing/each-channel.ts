import { entry } from '../../entry.ts'
import { extents4, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { ChannelValues } from '../channel-list.ts'
import { clip, inUnitsOf } from './normalise.ts'
import { statisticsStep } from './statistics.ts'
import { composeSteps, type PreprocessingStep } from './step.ts'

/**
 * Channels of [N, C, H, W], each brought from relative intensity to its own units: clipped, in its range of
 * values, normalised.
 */
export function eachChannel(values: readonly ChannelValues[]): PreprocessingStep {
  const chains = values.map(({ clip: isClipped, valueRange, normalisation }) =>
    composeSteps([
      ...(isClipped ? [clip] : []),
      ...inUnitsOf(valueRange),
      ...normalisation.map(statisticsStep),
    ]),
  )
  return {
    name: 'values of each channel',
    apply: (x) => joined(chains.map((chain, c) => chain.apply(channelOf(x, c)))),
    adjoint: (cotangent, x) =>
      joined(chains.map((chain, c) => chain.trace(channelOf(x, c)).adjoint(channelOf(cotangent, c)))),
  }
}

/** Channel `c` of [N, C, H, W], [N, 1, H, W]. */
function channelOf({ shape, data }: Tensor, c: number): Tensor {
  const [count, channels, rows, columns] = extents4(shape, 'Channels')
  const plane = rows * columns
  const out = tensor([count, 1, rows, columns])
  for (let n = 0; n < count; n++) {
    const from = (n * channels + c) * plane
    out.data.set(data.subarray(from, from + plane), n * plane)
  }
  return out
}

function joined(parts: readonly Tensor[]): Tensor {
  const [count, , rows, columns] = extents4(entry(parts, 0).shape, 'Channels')
  const plane = rows * columns
  const out = tensor([count, parts.length, rows, columns])
  for (let n = 0; n < count; n++)
    for (const [c, { data }] of parts.entries())
      out.data.set(data.subarray(n * plane, (n + 1) * plane), (n * parts.length + c) * plane)
  return out
}
