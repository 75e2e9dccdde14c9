import { entry } from '../entry.ts'
import type { Notice } from '../errors.ts'
import { extentOf, sizeOf, type Shape, type Tensor } from '../tensor/tensor.ts'

/** Largest difference from a reference, as a part of its range, where a card gives none. */
export const usualTolerance = 1e-4

export interface CheckOptions {
  readonly tolerance: number
  /** The order of the axes of the graph’s input. */
  readonly layout: 'NCHW' | 'NHWC'
}

/** What the training framework made of an image: its values before and after the graph, and in between. */
export interface ReferenceArrays {
  /** What was resampled and fitted, before mean and std; 0 and 1 are the ends of the intensity range. */
  readonly resized?: Tensor | undefined
  readonly input?: Tensor | undefined
  readonly output: Tensor
}

/** What we make of the same image; without one what we make of the reference's input alone. */
export interface OwnArrays {
  readonly resized?: Tensor | undefined
  readonly input?: Tensor | undefined
  readonly output?: Tensor | undefined
  /** The graph's output on the reference's own input. */
  readonly ofInput?: Tensor | undefined
}

/** Where we part from the training framework. */
export type DeparturePlace = 'shape' | 'resampling' | 'normalisation' | 'preprocessing' | 'graph' | 'output'

export interface Departure {
  readonly place: DeparturePlace
  /** Largest, as a part of the reference's range; null where the shapes can't be compared. */
  readonly difference: number | null
  /** What was found, as the rest of a sentence. */
  readonly found: string
}

/** What came of one reference. */
export interface ReferenceOutcome {
  /** The largest of all that were compared, as a part of the reference's range. */
  readonly difference: number
  /** The first place where we part. */
  readonly departure: Departure | undefined
}

/**
 * Compares what we make of an image with a reference, from its first array to the last, so that the first
 * place where we part is named.
 */
export function compareReference(
  own: OwnArrays,
  reference: ReferenceArrays,
  options: CheckOptions,
): ReferenceOutcome {
  const { tolerance } = options
  const { resized, input, output } = reference
  const pairs: [DeparturePlace, Tensor | undefined, Tensor | undefined][] = [
    ['graph', own.ofInput, output],
    ['resampling', own.resized, resized],
    ['normalisation', own.input, input],
    ['output', own.output, output],
  ]
  const compared = pairs.flatMap(([place, ours, theirs]) =>
    ours && theirs ? [{ place, ours, theirs, difference: relativeDifference(ours, theirs) }] : [],
  )
  const first = compared.find(({ difference }) => !(difference <= tolerance))
  return {
    difference: Math.max(...compared.map(({ difference }) => difference)),
    departure: first && departureOf(first, { ...options, isResizedKnown: resized !== undefined }),
  }
}

interface Compared {
  readonly place: DeparturePlace
  readonly ours: Tensor
  readonly theirs: Tensor
  readonly difference: number
}

/** Without what was resampled, an input that is ours but for a factor was normalised in another way. */
function departureOf(
  { place, ours, theirs, difference }: Compared,
  { isResizedKnown, ...options }: CheckOptions & { readonly isResizedKnown: boolean },
): Departure {
  if (!sameExtents(ours.shape, theirs.shape))
    return {
      place: place === 'graph' || place === 'output' ? place : 'shape',
      difference: null,
      found: `ours is [${ours.shape.join(', ')}], the reference's [${theirs.shape.join(', ')}]`,
    }
  if (difference === Infinity) return { place, difference: null, found: incomparable(ours, theirs) }
  const found = `it differs by ${digits(difference)} of its range, at most ${digits(options.tolerance)} is allowed`
  if (place !== 'normalisation') return { place, difference, found }
  const lines = commonLines(ours, theirs, options)
  const inWords = lines?.map(({ factor, offset }) => `${digits(factor)} × ours + ${digits(offset)}`)
  if (inWords !== undefined)
    return { place, difference, found: `${found}; by channel, the reference's is ${inWords.join(', ')}` }
  return { place: isResizedKnown ? place : 'preprocessing', difference, found }
}

/** Why a difference from a reference of the same extents can't be measured. */
function incomparable(ours: Tensor, theirs: Tensor): string {
  if (!areFinite(theirs)) return 'the reference holds values that are no finite numbers; make it again'
  return areFinite(ours)
    ? 'the reference is 0 everywhere, ours is not'
    : 'ours holds values that are no finite numbers'
}

function areFinite({ data }: Tensor): boolean {
  return data.every(Number.isFinite)
}

/**
 * max |ours − theirs| / range of theirs, 0 included; infinite for other sizes and what is no finite number.
 */
function relativeDifference(ours: Tensor, theirs: Tensor): number {
  if (!sameExtents(ours.shape, theirs.shape) || !areFinite(ours) || !areFinite(theirs)) return Infinity
  let [difference, lowest, highest] = [0, 0, 0]
  theirs.data.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(entry(ours.data, i) - value))
    lowest = Math.min(lowest, value)
    highest = Math.max(highest, value)
  })
  return difference === 0 ? 0 : difference / (highest - lowest)
}

/** Whether two shapes hold as many values in the same order: axes of one element don't count. */
function sameExtents(a: Shape, b: Shape): boolean {
  const long = (shape: Shape) => shape.filter((extent) => extent !== 1).join()
  return long(a) === long(b) && sizeOf(a) === sizeOf(b)
}

/** theirs = factor · ours + offset in each channel, by least squares, where that holds to the tolerance. */
function commonLines(ours: Tensor, theirs: Tensor, { layout, tolerance }: CheckOptions): Line[] | undefined {
  const others = planesOf({ shape: ours.shape, data: theirs.data }, layout)
  const planes = planesOf(ours, layout).map((own, c) => ({ own, other: others[c] ?? [] }))
  const lines = planes.map(({ own, other }) => lineThrough(own, other))
  const onLines = planes.flatMap(({ own }, c) => own.map((value) => valueOn(lines[c], value)))
  const [line, target] = [Float32Array.from(onLines), Float32Array.from(others.flat())]
  const shape = [target.length]
  const apart = relativeDifference({ shape, data: line }, { shape, data: target })
  return apart <= tolerance ? lines : undefined
}

interface Line {
  readonly factor: number
  readonly offset: number
}

function valueOn(line: Line | undefined, value: number): number {
  return line === undefined ? NaN : line.factor * value + line.offset
}

/** Values of each channel of a batch. */
function planesOf({ shape, data }: Tensor, layout: CheckOptions['layout']): number[][] {
  const channels = extentOf(shape, layout === 'NCHW' ? -3 : -1)
  const size = layout === 'NCHW' ? extentOf(shape, -2) * extentOf(shape, -1) : 1
  const planes = Array.from({ length: channels }, (): number[] => [])
  data.forEach((value, i) => planes[Math.floor(i / size) % channels]?.push(value))
  return planes
}

function lineThrough(x: readonly number[], y: readonly number[]): Line {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [middle, level] = [mean(x), mean(y)]
  let [square, product] = [0, 0]
  x.forEach((value, i) => {
    square += (value - middle) ** 2
    product += (value - middle) * (entry(y, i) - level)
  })
  const factor = square === 0 ? 0 : product / square
  return { factor, offset: level - factor * middle }
}

function digits(value: number): string {
  return String(Number(value.toPrecision(3)))
}

const places = {
  shape: ["in the input's shape", 'Mend input.layout, input.channels or input.size in the card.'],
  resampling: ['after resampling', 'Mend intensity, fit, interpolation or rounding in the card.'],
  normalisation: ['after normalisation', 'Mend mean, std or input.valueRange in the card.'],
  preprocessing: [
    'before the graph',
    'Mend intensity, fit, interpolation, rounding or normalisation in the card; the array `resized` of the reference would show which.',
  ],
  graph: [
    "in the graph, which was given the reference's own input",
    'Export model and references again, from the same weights in evaluation mode; or mend output.name.',
  ],
  output: [
    'in the output',
    'Mend the card; the array `input` of the reference would show whether it is before the graph or in it.',
  ],
} satisfies Record<DeparturePlace, [where: string, tip: string]>

/** The message and tip of a departure. @param reference its number and name */
export function departureNotice({ place, found }: Departure, reference: string): Notice {
  const [where, tip] = places[place]
  return { message: `Reference ${reference} departs ${where}: ${found}.`, tip }
}
