import type { ModelCard } from '../card.ts'
import { perChannel } from './normalise.ts'

/**
 * How the channels of a model's input follow from its first one, x, where an image is grey: channel c is
 * scale[c]·x + offset[c].
 */
export interface GreyInput {
  readonly scale: readonly number[]
  readonly offset: readonly number[]
}

type NormalisedCard = Pick<ModelCard, 'input' | 'mean' | 'std'>

/**
 * Of a model [N, C, H, W] of several channels, each normalised by its own mean m and standard deviation s:
 * y_c = (s_0·y_0 + m_0 − m_c) / s_c. Undefined for other layouts, and where slices or patches of volumes take
 * the channels' place.
 */
export function greyInputOf({ input, mean, std }: NormalisedCard): GreyInput | undefined {
  const { channels, layout, slices, volume } = input
  if (channels === 1 || layout !== 'NCHW' || slices !== undefined || volume !== undefined) return undefined
  const each = Array.from({ length: channels }, (_, c) => c)
  return {
    scale: each.map((c) => perChannel(std, 0) / perChannel(std, c)),
    offset: each.map((c) => (perChannel(mean, 0) - perChannel(mean, c)) / perChannel(std, c)),
  }
}

/** The card of the same model seen from its input's first channel alone. */
export function firstChannelOf<Card extends NormalisedCard>(card: Card): Card {
  return {
    ...card,
    input: { ...card.input, channels: 1 },
    mean: card.mean.slice(0, 1),
    std: card.std.slice(0, 1),
  }
}
