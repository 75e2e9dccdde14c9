import { z } from 'zod'
import { issuesIn } from './issue-table.ts'
import { isOfSeries, listedChannels, seriesChannels } from './context.ts'
import { internalError } from '../errors.ts'
import { fixedRange, intensityOfCard, keepsZero, type IntensityOfCard } from './card-intensity.ts'
import { normalisationOfCard, type Normalisation } from './normalisation.ts'

const edge = z.enum(['repeat', 'reflect']).default('repeat')
/** The offset of a slice of the stack, from the image itself: −1 is the one before it. */
const slice = z.int().min(-31).max(31)

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'i')
    return true
  } catch {
    return false
  }
}

/** Keyword of an attribute of PS3.6, and a regular expression that finds its text, of either case. */
const match = z.record(
  z
    .string()
    .regex(/^[A-Z][A-Za-z0-9]*$/, 'expected the keyword of a DICOM attribute such as "SeriesDescription"'),
  z.string().min(1).refine(isPattern, 'expected a regular expression such as "flair"'),
)

/**
 * Which series of a study a channel is: that of this modality whose attributes are found by all patterns.
 * What it says of its values holds in the place of what the card says.
 */
const series = z
  .strictObject({
    kind: z.literal('series'),
    modality: z.string().min(1).optional(),
    match: match.default({}),
    intensity: intensityOfCard.optional(),
    clip: z.boolean().optional(),
    valueRange: z.tuple([z.number(), z.number()]).optional(),
    normalisation: normalisationOfCard.optional(),
  })
  .refine(
    (given) => given.modality !== undefined || Object.keys(given.match).length > 0,
    'expected a modality, or what the series is found by, such as "match": {"SeriesDescription": "flair"}',
  )

export type SeriesChannel = Readonly<z.output<typeof series>>

interface ChannelledCard {
  readonly input: {
    readonly channels?: number | readonly ChannelOfInput[] | undefined
    readonly valueRange: readonly [number, number]
  }
  readonly intensity: IntensityOfCard
  readonly clip?: boolean | undefined
  readonly normalisation?: Normalisation | undefined
}

/** How the values of one series come to the network. */
export interface ChannelValues {
  readonly intensity: IntensityOfCard
  readonly clip: boolean
  readonly valueRange: readonly [number, number]
  readonly normalisation: Normalisation
}

/** How the values of each series come to the network; undefined where no channel says anything of its own. */
export function channelValues(card: ChannelledCard): readonly ChannelValues[] | undefined {
  const listed = seriesChannels(card.input)
  if (!listed.some(saysOfValues)) return undefined
  return listed.map((channel) => ({
    intensity: channel.intensity ?? card.intensity,
    clip: channel.clip ?? card.clip !== false,
    valueRange: channel.valueRange ?? card.input.valueRange,
    normalisation: channel.normalisation ?? card.normalisation ?? [],
  }))
}

/** Whether a series has values of its own, and not the card's. */
export function saysOfValues({ intensity, clip, valueRange, normalisation }: SeriesChannel): boolean {
  return [intensity, clip, valueRange, normalisation].some((value) => value !== undefined)
}

interface CardOfNumbers extends ChannelledCard {
  readonly mean: readonly number[]
  readonly std: readonly number[]
}

/** The card of a model that takes one of its series alone: that channel's intensity, values, mean and deviation. */
export function channelCard<Card extends CardOfNumbers>(card: Card, channel: number): Card {
  const { intensity, ...values } = {
    intensity: card.intensity,
    clip: card.clip,
    normalisation: card.normalisation,
    ...channelValues(card)?.[channel],
  }
  const ofChannel = (numbers: readonly number[]) =>
    numbers.slice(numbers.length > 1 ? channel : 0).slice(0, 1)
  return {
    ...card,
    intensity,
    clip: values.clip,
    normalisation: values.normalisation?.length === 0 ? undefined : values.normalisation,
    input: { ...card.input, channels: 1 },
    mean: ofChannel(card.mean),
    std: ofChannel(card.std),
  }
}

/** The card as it holds for images of a channel, where it is one of series. */
export function cardOfChannel<Card extends ListedCard>(card: Card, channel: number | undefined): Card {
  const own = channel === undefined ? undefined : seriesChannels(card.input)[channel]?.intensity
  return own === undefined ? card : { ...card, intensity: own }
}

/** What one channel of the graph's input shows. */
const channel = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('window'),
    center: z.number(),
    width: z.number().positive(),
    slice: slice.default(0),
    edge,
  }),
  z.strictObject({ kind: z.literal('slice'), slice, edge }),
  series,
])

/** A grey image, an RGB one, or what each channel shows. */
export const channelsOfInput = z.union([z.literal(1), z.literal(3), z.array(channel).min(1)], {
  error: 'expected 1, 3 or a list of channels',
})

export type ChannelOfInput = Readonly<z.output<typeof channel>>

type SlicedChannel = Exclude<ChannelOfInput, SeriesChannel>
type WindowChannel = Extract<ChannelOfInput, { kind: 'window' }>

interface ListedCard {
  readonly input: {
    readonly channels?: number | readonly ChannelOfInput[] | undefined
    readonly volume?: object | undefined
  }
  readonly intensity: IntensityOfCard
  readonly normalisation?: Normalisation | undefined
}

/** A window in relative intensity; undefined for the whole intensity range as it is. */
export type RelativeWindow = readonly [lower: number, upper: number] | undefined

/** Where a channel is found: in a plane of a slice of the stack. */
export interface ChannelPlace {
  /** Index among `windows`. */
  readonly plane: number
  readonly slice: number
  readonly edge: SlicedChannel['edge']
}

/** What has to be made of every slice, and where each channel is found then. */
export interface ChannelPlan {
  readonly windows: readonly RelativeWindow[]
  readonly places: readonly ChannelPlace[]
}

/** Each window once; channels that show the same window of several slices share its plane. */
export function channelPlan(card: ListedCard): ChannelPlan | undefined {
  const listed = listedChannels(card.input)?.filter((one) => !isOfSeries(one))
  if (listed === undefined || listed.length === 0) return undefined
  const all = listed.map((one) => (one.kind === 'window' ? relativeWindow(one, card.intensity) : undefined))
  const keys = all.map((window) => String(window))
  const distinct = [...new Set(keys)]
  return {
    windows: distinct.map((key) => all[keys.indexOf(key)]),
    places: listed.map(({ slice, edge }, i) => ({ plane: distinct.indexOf(keys[i] ?? ''), slice, edge })),
  }
}

function relativeWindow({ center, width }: WindowChannel, intensity: IntensityOfCard): RelativeWindow {
  const range = fixedRange(intensity)
  if (range === undefined) throw internalError('windows are channels of a range that images choose')
  const [lower, upper] = range
  const relative = (value: number) => Math.fround((value - lower) / (upper - lower))
  return [relative(center - width / 2), relative(center + width / 2)]
}

/** What of a card doesn't go with the channels that it lists. */
export function channelIssues(card: ListedCard): { path: (string | number)[]; message: string }[] {
  const listed = listedChannels(card.input) ?? []
  if (listed.some(isOfSeries)) return seriesIssues(listed, card)
  const range = fixedRange(card.intensity)
  if (range === undefined && listed.some(({ kind }) => kind === 'window'))
    return [
      {
        path: ['intensity'],
        message:
          'expected a window in HU or a range with both ends, which holds all windows of input.channels',
      },
    ]
  const [lower, upper] = range ?? [-Infinity, Infinity]
  return listed.flatMap((one, i) => {
    if (one.kind !== 'window') return []
    const [first, last] = [one.center - one.width / 2, one.center + one.width / 2]
    if (first >= lower && last <= upper) return []
    const message = `expected a window within the intensity range of ${lower} to ${upper}, got ${first} to ${last}`
    return [{ path: ['input', 'channels', i], message }]
  })
}

function seriesIssues(listed: readonly ChannelOfInput[], card: ListedCard): ReturnType<typeof channelIssues> {
  const other = listed.findIndex((one) => !isOfSeries(one))
  if (other >= 0)
    return [{ path: ['input', 'channels', other], message: 'expected a series, as the other channels are' }]
  return listed.flatMap((one, n) => (isOfSeries(one) ? valueIssues(one, n, card) : []))
}

/** What contradicts itself of the values of a series, its own or, where it says nothing, the card's. */
function valueIssues(channel: SeriesChannel, n: number, card: ListedCard): ReturnType<typeof channelIssues> {
  if (!saysOfValues(channel)) return []
  const { valueRange, intensity = card.intensity, normalisation = card.normalisation ?? [] } = channel
  const path = ['input', 'channels', n]
  const isOfNonZero = normalisation.some(({ region }) => region.kind === 'non-zero')
  const issues: [boolean, string, string][] = [
    [
      valueRange !== undefined && valueRange[0] === valueRange[1],
      'valueRange',
      'expected two different numbers',
    ],
    [
      normalisation.some(({ at }) => at === 'input'),
      'normalisation',
      'expected steps at the image: series are resampled after them',
    ],
    [
      normalisation.some(({ of }) => of === 'all'),
      'normalisation',
      'expected statistics of the series alone: "all" is of all channels, and for cards whose channels say nothing of their values',
    ],
    [
      isOfNonZero && !keepsZero(intensity),
      'normalisation',
      'expected an intensity range in which 0 has its place, such as one with "fromZero": true',
    ],
  ]
  return issuesIn(issues.map(([isWrong, field, message]) => [isWrong, [...path, field], message]))
}
