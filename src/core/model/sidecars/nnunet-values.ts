import { z } from 'zod'
import { isObject, type JsonObject } from '../card-place.ts'
import { said, type SidecarField } from './sidecar.ts'
import { cardOf } from './card-of.ts'

const property = z.object({
  mean: z.number(),
  std: z.number(),
  percentile_00_5: z.number(),
  percentile_99_5: z.number(),
})
/** What nnU-Net has counted of each channel's foreground. */
export const channelProperties = z.record(z.string(), property)

interface Schemes {
  readonly normalization_schemes?: readonly string[] | undefined
  readonly use_mask_for_norm?: readonly boolean[] | undefined
}

/** What a channel of a card says of its values: a part of it. */
export type ChannelCard = JsonObject

interface NormalisationReading {
  readonly fields: readonly SidecarField[]
  readonly ofChannels: readonly ChannelCard[] | undefined
}

/** What each channel says of its values: one for all where they are alike, else each in its own. */
export function normalisation(
  { normalization_schemes: schemes = [], use_mask_for_norm: masks = [] }: Schemes,
  properties: (channel: number) => z.output<typeof property> | undefined,
  from: string,
): NormalisationReading {
  const channels = schemes.map((scheme, n) => ({
    scheme,
    isMasked: masks[n] === true,
    ofChannel: properties(n),
  }))
  const [first, ...others] = channels
  if (first === undefined) return { fields: [], ofChannels: undefined }
  const areAlike = others.every(
    ({ scheme, isMasked }) => scheme === first.scheme && isMasked === first.isMasked,
  )
  if (others.length === 0 || (areAlike && first.scheme !== 'CTNormalization'))
    return { fields: normalisationFields(first, from), ofChannels: undefined }
  return ofEachChannel(channels, from)
}

/** The values of each series as its own, and means and deviations one per channel. */
function ofEachChannel(channels: readonly Scheme[], from: string): NormalisationReading {
  const cards = channels.map((channel) => cardOf(normalisationFields(channel, from)))
  // A channel whose scheme says no range would be given another's.
  if (cards.some(({ intensity }) => intensity === undefined)) return { fields: [], ofChannels: undefined }
  const numbersOf = (field: 'mean' | 'std', otherwise: number) =>
    cards.map((card) => z.array(z.number()).safeParse(card[field]).data?.[0] ?? otherwise)
  const own = cards.map(({ intensity, clip, normalisation: steps, input }) => ({
    ...(intensity !== undefined && { intensity }),
    ...(clip !== undefined && { clip }),
    ...(steps !== undefined && { normalisation: steps }),
    ...(isObject(input) && { valueRange: input['valueRange'] }),
  }))
  const [first] = own
  return {
    ofChannels: own,
    fields: [
      ...said('intensity', first?.intensity, from),
      ...said('mean', numbersOf('mean', 0), from),
      ...said('std', numbersOf('std', 1), from),
    ],
  }
}

interface Scheme {
  readonly scheme: string
  /** Whether what is not 0 is normalised alone. */
  readonly isMasked: boolean
  readonly ofChannel: z.output<typeof property> | undefined
}

function normalisationFields({ scheme, isMasked, ofChannel }: Scheme, from: string): SidecarField[] {
  const constants = [...said('mean', [0], from), ...said('std', [1], from)]
  const isOfNonZero = scheme === 'ZScoreNormalization' && isMasked
  const range = { kind: 'percentile', lower: 0, upper: 100, of: 'series' }
  const whole = said('intensity', isOfNonZero ? { ...range, fromZero: true } : range, from)
  const step = (value: object) => said('normalisation', [{ of: 'volume', ...value }], from)
  switch (scheme) {
    case 'CTNormalization': {
      if (ofChannel === undefined) return []
      const { mean, std, percentile_00_5: lower, percentile_99_5: upper } = ofChannel
      return [
        ...said(
          'intensity',
          { kind: 'modality-range', lower, upper },
          `${from}, percentile_00_5, percentile_99_5`,
        ),
        ...said('input.valueRange', [lower, upper], `${from}, percentile_00_5, percentile_99_5`),
        ...said('mean', [mean], `${from}, mean`),
        ...said('std', [Math.max(std, 1e-8)], `${from}, std`),
      ]
    }
    case 'ZScoreNormalization': {
      const region = isOfNonZero ? { region: { kind: 'non-zero', filled: true } } : {}
      return [
        ...whole,
        ...said('clip', false, from),
        ...step({ kind: 'z-score', floor: 1e-8, ...region }),
        ...constants,
      ]
    }
    case 'RescaleTo01Normalization':
      return [...whole, ...step({ kind: 'min-max' }), ...constants]
    case 'NoNormalization':
      return constants
    default:
      return []
  }
}
