import { modalityFunction } from '../dicom/lookup-tables.ts'
import { RadversaryError, type Notice } from '../errors.ts'
import { fixedRange } from './card-intensity.ts'
import type { ModelCard } from './card.ts'
import type { ImagePixels } from '../image/intensity-counts.ts'

/** What a card says of the images that it is for. */
export type SuitedCard = Pick<ModelCard, 'intensity' | 'modality'>

/** An image of a series, with its Modality (0008,0060). */
export interface SeriesImage {
  readonly modality: string | undefined
  readonly frames: readonly ImagePixels[]
}

const tip =
  'Check that model and series belong together, or choose another intensity in the model card. The application asks; on the command line --force-intensity takes the values as they are.'

/**
 * Why a card does not suit an image, by what its header says: another modality, or a window in HU where
 * values are in something else. None where it suits.
 */
export function headerMismatches({ intensity, modality: wanted }: SuitedCard, image: SeriesImage): Notice[] {
  const { modality = 'no modality' } = image
  const unit = image.frames[0]?.meaning.modality.unit
  return [
    ...(wanted === undefined || wanted.includes(modality)
      ? []
      : [
          {
            message: `The model card is for images of the modality ${wanted.join(' or ')}, but this series is ${modality}.`,
            tip,
          },
        ]),
    ...(intensity.kind !== 'hu-window' || unit === undefined || unit === 'HU'
      ? []
      : [
          {
            message: `The model card's window is in HU, but this series' values are in ${unitInWords(unit)}.`,
            tip,
          },
        ]),
  ]
}

/** DICOM's US is none of ultrasound: it says that the unit is unspecified (PS3.3 C.11.1.1.2). */
function unitInWords(unit: string): string {
  return unit === 'US' ? 'US (unspecified)' : unit || 'no known unit'
}

/** Part of a series' values beyond the range from which on a card does not suit it. */
const mostClipped = 0.9
/** Part of the range that all of a series' values share, below which a card does not suit it. */
const leastOfRange = 0.01

/**
 * Why the numbers of a card's range do not suit a series: nine in ten values lie beyond it, or all within a
 * hundredth of it. Padding, air (in HU) and, in other units, the lowest value do not count: windows clip the
 * background. `images` are some of the series. None for ranges that are the images' own.
 */
export function rangeMismatches({ intensity }: SuitedCard, images: readonly SeriesImage[]): Notice[] {
  const frames = images.flatMap(({ frames: own }) => own)
  const range = fixedRange(intensity)
  const values = range && foreground(frames, intensity.kind)
  if (range === undefined || values === undefined || values.length === 0) return []
  const [lower, upper] = range
  const beyond = values.reduce((count, value) => count + Number(value < lower || value > upper), 0)
  const where = `the model card's range of ${lower} to ${upper}`
  if (beyond >= mostClipped * values.length)
    return [
      { message: `${percent(beyond / values.length)} of this series' values lie beyond ${where}.`, tip },
    ]
  const [least, most] = endsOf(values)
  const part = (most - least) / (upper - lower)
  return part === 0 || part >= leastOfRange
    ? []
    : [{ message: `All of this series' values lie within ${percent(part)} of ${where}.`, tip }]
}

/** Largest value of air and what surrounds a patient, HU. */
const air = -900

/** Values in the range's unit, every few of them, without the background. */
function foreground(frames: readonly ImagePixels[], kind: SuitedCard['intensity']['kind']): Float64Array {
  const every = frames.flatMap((frame) => sampled(frame, kind === 'stored-range'))
  const inHu = kind !== 'stored-range' && frames.every(({ meaning }) => meaning.modality.unit === 'HU')
  const values = Float64Array.from(every)
  const [least] = endsOf(values)
  return values.filter((value) => (inHu ? value > air : value > least))
}

/** Values of a frame that are looked at, at most. */
const looks = 65_536

function sampled({ frame, meaning }: ImagePixels, isStored: boolean): number[] {
  const { values } = frame
  const valueOf = isStored ? (stored: number) => stored : modalityFunction(meaning.modality)
  const step = Math.max(1, Math.floor(values.length / looks))
  const taken: number[] = []
  for (let at = 0; at < values.length; at += step) {
    const stored = values[at]
    if (stored === undefined || isPadding(stored, meaning)) continue
    taken.push(valueOf(stored))
  }
  return taken
}

function isPadding(stored: number, { padding }: ImagePixels['meaning']): boolean {
  return padding !== undefined && stored >= padding.lower && stored <= padding.upper
}

function endsOf(values: Float64Array): readonly [number, number] {
  return [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ]
}

function percent(part: number): string {
  const of100 = 100 * part
  return `${of100 >= 10 ? Math.floor(of100) : Number(of100.toPrecision(1))} %`
}

/** The error of a card that does not suit an image. */
export function unsuited([first, ...others]: readonly [Notice, ...Notice[]], file: string): RadversaryError {
  const message = [first, ...others].map((each) => each.message).join(' ')
  return new RadversaryError('card-unsuited', message, { tip: first.tip, file })
}
