import { z } from 'zod'
import { issuesIn } from './issue-table.ts'
import { seriesChannels } from './context.ts'
import { fixedRange, keepsZero, type IntensityOfCard } from './card-intensity.ts'
import type { Rounding } from '../tensor/resample-8-bit.ts'

const percent = z.number().min(0).max(100)
const percentiles = z
  .tuple([percent, percent])
  .refine(([lower, upper]) => lower < upper, 'lower must be below upper')

/** The pixels that a statistic is taken of. Numbers are in the units of `input.valueRange`. */
const region = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('non-zero'), filled: z.boolean().default(false) }),
  z.strictObject({ kind: z.literal('above'), value: z.number() }),
  z.strictObject({ kind: z.literal('above-mean') }),
  z.strictObject({ kind: z.literal('percentiles'), percentiles }),
])

/** What every step of a normalisation says: when, over which values, and what becomes of the others. */
const place = {
  at: z.enum(['image', 'input']).default('image'),
  of: z.enum(['channel', 'image', 'volume', 'all']).default('image'),
  region: region.default({ kind: 'all' }),
  outside: z.enum(['keep', 'normalise']).default('keep'),
}

const step = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('z-score'),
    ...place,
    ddof: z.union([z.literal(0), z.literal(1)]).default(0),
    floor: z.number().min(0).default(0),
    eps: z.number().min(0).default(0),
  }),
  z.strictObject({
    kind: z.literal('min-max'),
    ...place,
    percentiles: percentiles.default([0, 100]),
    to: z.tuple([z.number(), z.number()]).default([0, 1]),
  }),
  z.strictObject({ kind: z.literal('clip'), ...place, percentiles }),
])

/** Steps that normalise an image, or a volume, by its own statistics, in order. */
export const normalisationOfCard = z.array(step).min(1)

export type NormalisationStep = Readonly<z.output<typeof step>>
export type Normalisation = readonly NormalisationStep[]

interface NormalisedCard {
  readonly normalisation?: Normalisation | undefined
}

/** The steps on the image's own grid, before it is resampled, and those on the model's input. */
export function stepsAt({ normalisation = [] }: NormalisedCard, at: NormalisationStep['at']): Normalisation {
  return normalisation.filter((one) => one.at === at)
}

interface RoundedCard extends NormalisedCard {
  readonly intensity: IntensityOfCard
  readonly input: { readonly volume?: unknown } & Parameters<typeof seriesChannels>[0]
  readonly clip?: boolean | undefined
  readonly rounding?: Rounding | undefined
}

/** What of a card contradicts itself about the values that come to the model. */
export function normalisationIssues(card: RoundedCard): { path: (string | number)[]; message: string }[] {
  const { normalisation = [], rounding, clip, input, intensity } = card
  const ofNonZero = normalisation.findIndex(({ region }) => region.kind === 'non-zero')
  const across = normalisation.findIndex(({ of }) => of === 'all')
  const acrossFilled = normalisation.findIndex(
    ({ of, region }) => of === 'all' && region.kind === 'non-zero' && region.filled,
  )
  const late = normalisation.findIndex(
    ({ at }, n) => at === 'image' && normalisation.slice(0, n).some((before) => before.at === 'input'),
  )
  const issues: [boolean, (string | number)[], string][] = [
    [
      input.volume !== undefined && stepsAt(card, 'input').length > 0,
      ['normalisation'],
      'expected steps at the image beside input.volume: volumes are resampled after them',
    ],
    [
      rounding !== undefined && (clip === false || stepsAt(card, 'image').length > 0),
      ['rounding'],
      'expected none where values are not clipped, or normalised before: bytes hold no such values',
    ],
    [
      ofNonZero >= 0 && !keepsZero(intensity),
      ['normalisation', ofNonZero, 'region'],
      'expected an intensity range in which 0 has its place, such as {"kind": "percentile", "lower": 0, "upper": 99, "of": "image", "fromZero": true}: in this one 0 is another value in each image',
    ],
    [
      across >= 0 && seriesChannels(input).length > 1 && fixedRange(intensity) === undefined,
      ['intensity'],
      'expected a range with both ends, the same for all series, beside a statistic of all of them: "modality-range" or "stored-range"',
    ],
    [
      acrossFilled >= 0,
      ['normalisation', acrossFilled, 'of'],
      'expected "volume" beside holes that are filled: they are those of one channel',
    ],
    [
      late >= 0,
      ['normalisation', late, 'at'],
      'expected "input": a step before it is at the input, where the image was resampled',
    ],
  ]
  return issuesIn(issues)
}
