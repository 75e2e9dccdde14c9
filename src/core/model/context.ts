/**
 * What a model's prediction of a slice depends on, by its card alone: without the schema's library, so that a
 * page can ask.
 */

/** The channels that a card lists; undefined where it only counts them. */
export function listedChannels<Channel>({
  channels,
}: {
  readonly channels?: number | readonly Channel[] | undefined
}): readonly Channel[] | undefined {
  return typeof channels === 'object' ? channels : undefined
}

/** What a card lists of a channel, as far as what a prediction depends on goes. */
interface ListedChannel {
  readonly kind: string
  readonly slice?: number | undefined
}

/** Returns the channels that are series of the study; none of other cards. */
export function seriesChannels<Channel extends { readonly kind: string }>(input: {
  readonly channels?: number | readonly Channel[] | undefined
}): Extract<Channel, { readonly kind: 'series' }>[] {
  return (listedChannels(input) ?? []).filter(isOfSeries)
}

/** How many series a stack is of: those that are channels of the graph's input, else one. */
export function seriesCount(input: Stacked['input']): number {
  return Math.max(1, seriesChannels(input).length)
}

/** Whether a channel is a series of the study. */
export function isOfSeries<Channel extends { readonly kind: string }>(
  channel: Channel,
): channel is Extract<Channel, { readonly kind: 'series' }> {
  return channel.kind === 'series'
}

/** Whether some statistic is taken over all slices of a stack. */
function isOfVolume({ normalisation = [] }: Pick<Stacked, 'normalisation'>): boolean {
  return normalisation.some(({ of }) => of === 'volume' || of === 'all')
}

/** Where the channels of neighbouring slices are found, the slice itself in the middle. */
export function placesOf<Edge>({ count, edge }: { readonly count: number; readonly edge: Edge }) {
  return Array.from({ length: count }, (_, i) => ({ plane: 0, slice: i - (count - 1) / 2, edge }))
}

/** Whether a model is given whole stacks: volumes, or a slice of each of several series. */
export function isRunOnStacks({ input }: Pick<Stacked, 'input'>): boolean {
  return input.volume !== undefined || seriesCount(input) > 1
}

/** What of a card says whether its model sees slices of a stack. */
export interface Stacked {
  readonly input: {
    readonly channels?: number | readonly ListedChannel[] | undefined
    readonly slices?: { readonly count: number; readonly edge: string } | undefined
    readonly volume?: object | undefined
  }
  readonly normalisation?: readonly { readonly of: string }[] | undefined
}

/**
 * How many slices on either side of an image its prediction depends on; 0 for models of single images,
 * Infinity for those of volumes and of several series, and where images are normalised by statistics of their
 * whole stack.
 */
export function contextOf(card: Stacked): number {
  const { slices } = card.input
  if (isRunOnStacks(card) || isOfVolume(card)) return Infinity
  const places = listedChannels(card.input) ?? placesOf(slices ?? { count: 1, edge: 'repeat' })
  return Math.max(...places.map(({ slice = 0 }) => Math.abs(slice)))
}
