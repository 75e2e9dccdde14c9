/**
 * Extents of one sample as a card gives them, in its layout; undefined where it doesn't. @param card parsed
 * JSON, any part of a card
 */
export function sampleShapeOf(card: unknown): readonly number[] | undefined {
  const { size, channels: given, slices, layout = 'NHWC' } = inputOf(card)
  const each = Array.isArray(given) ? given.length : given
  if (!Array.isArray(size) || size.length !== 2 || typeof each !== 'number') return undefined
  const channels = each * (typeof slices?.count === 'number' ? slices.count : 1)
  const [rows, columns] = size as number[]
  if (typeof rows !== 'number' || typeof columns !== 'number') return undefined
  return layout === 'NCHW' ? [channels, rows, columns] : [rows, columns, channels]
}

/** A mean that a card lacks: the range is none then. */
const notGiven = NaN

/**
 * Smallest and largest value that the model is given, by the card's mean and std; undefined where it has
 * none.
 * @param card parsed JSON, any part of a card
 */
export function sampleRangeOf(card: unknown): readonly [lowest: number, highest: number] | undefined {
  const [means, deviations] = [numbersIn(card, 'mean'), numbersIn(card, 'std')]
  const values = deviations.flatMap((std, c) =>
    [0, 1].map((end) => (end - (means[c] ?? means[0] ?? notGiven)) / std),
  )
  const isWhole = values.length > 0 && values.every(Number.isFinite)
  return isWhole ? [Math.min(...values), Math.max(...values)] : undefined
}

function numbersIn(card: unknown, field: string): number[] {
  const value: unknown =
    typeof card === 'object' && card !== null
      ? Object.entries(card).find(([name]) => name === field)?.[1]
      : []
  return Array.isArray(value) ? value.map(Number) : []
}

interface CardInput {
  readonly size?: unknown
  readonly channels?: unknown
  readonly slices?: { readonly count?: unknown } | null
  readonly layout?: unknown
}

function inputOf(card: unknown): CardInput {
  const input = typeof card === 'object' && card !== null && 'input' in card ? card.input : undefined
  return typeof input === 'object' && input !== null ? input : {}
}
