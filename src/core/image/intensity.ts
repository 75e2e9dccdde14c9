import type { ModalityTransform, PixelMeaning, VoiWindow } from '../dicom/image.ts'
import { internalError, RadversaryError, type Notice } from '../errors.ts'
import { storableRange } from '../tensor/storable.ts'
import type { IntensityRange } from '../tensor/intensity-scale.ts'
import type { Intensity } from '../model/card.ts'
import { countIntensities, type ImagePixels, type IntensityCounts } from './intensity-counts.ts'

export interface ResolvedIntensity {
  readonly range: IntensityRange
  readonly notices: readonly Notice[]
}

/**
 * The range that a card's intensity means for one image. `series` holds the counted values of the whole
 * series; it is needed for percentiles of a series only. Throws `dicom-unsupported` when the image lacks what
 * the card asks for (a VOI window).
 */
export function resolveIntensity(
  intensity: Intensity,
  image: ImagePixels,
  series?: IntensityCounts,
): ResolvedIntensity {
  switch (intensity.kind) {
    case 'hu-window': {
      const { center, width } = intensity
      return { range: modalityRange(image, center - width / 2, center + width / 2), notices: [] }
    }
    case 'modality-range':
      return { range: modalityRange(image, intensity.lower, intensity.upper), notices: [] }
    case 'stored-range': {
      // A slice whose values overflow Bits Stored is still scaled as the rest of its series is.
      const { bitsStored, declaredBits = bitsStored, signed } = image.frame
      const [lowest, highest] = storableRange({ bitsStored: declaredBits, signed })
      return { range: storedRange(intensity.lower ?? lowest, intensity.upper ?? highest), notices: [] }
    }
    case 'percentile':
      return resolvePercentile(
        intensity,
        intensity.of === 'image' ? countIntensities([image]) : series,
        image,
      )
    case 'voi-window':
      return resolveVoi(intensity.index, image)
  }
}

function modalityRange({ meaning }: ImagePixels, lower: number, upper: number): IntensityRange {
  return { domain: 'modality', lower, upper, unit: meaning.modality.unit }
}

function storedRange(lower: number, upper: number): IntensityRange {
  if (!(lower < upper))
    throw new RadversaryError(
      'dicom-unsupported',
      `Intensity: expected a lower end below the upper one, got ${lower} to ${upper}`,
      {
        tip: 'This image can store other values than the model card expects; correct lower and upper of its stored-range.',
      },
    )
  return { domain: 'stored', lower, upper, unit: 'stored value' }
}

function resolvePercentile(
  { lower, upper, fromZero = false }: Extract<Intensity, { kind: 'percentile' }>,
  counts: IntensityCounts | undefined,
  image: ImagePixels,
): ResolvedIntensity {
  if (counts === undefined) throw internalError('percentiles of a series were asked for without its counts')
  const [low, high] = [fromZero ? 0 : counts.percentile(lower), counts.percentile(upper)]
  if (low < high) return { range: modalityRange(image, low, high), notices: [] }
  return {
    range: modalityRange(image, low, low + 1),
    notices: [
      {
        message: `The range by percentiles ends at ${high} and begins at ${low}; it was taken as one unit wide.`,
        tip: 'Such an image is (almost) constant, or holds nothing above 0 where the range begins at 0. Leave it out, or take percentiles of the series.',
      },
    ],
  }
}

function resolveVoi(index: number, image: ImagePixels): ResolvedIntensity {
  const { frame, meaning } = image
  if (frame.photometric === 'RGB') return { range: storedRange(...storableRange(frame)), notices: [] }
  const window = meaning.windows[index]
  if (window === undefined) throw noWindow(index, meaning)
  const [lower, upper] = endsOf(window)
  if (!(lower < upper))
    throw new RadversaryError(
      'dicom-unsupported',
      `Intensity: expected a VOI window with an extent, got width ${window.width}, a threshold`,
      { tip: 'Choose an HU window, a range or percentiles in the model card.' },
    )
  return {
    range: modalityRange(image, lower, upper),
    notices: noticesOnWindow(window),
  }
}

function noWindow(index: number, { windows, voiTable }: PixelMeaning): RadversaryError {
  const got =
    index < windows.length
      ? 'one whose Window Center or Window Width is missing, no number or not above 0'
      : `${windows.length} windows${voiTable ? ' and a VOI LUT' : ''}`
  return new RadversaryError(
    'dicom-unsupported',
    `Intensity: expected a VOI window with index ${index}, got ${got}`,
    { tip: 'Choose another index, an HU window, a stored range or percentiles in the model card.' },
  )
}

function noticesOnWindow({ shape, madeExact }: VoiWindow): Notice[] {
  if (shape === 'SIGMOID') return [sigmoidNotice]
  return madeExact === true ? [narrowNotice] : []
}

const narrowNotice: Notice = {
  message:
    "The file's VOI window is narrower than 1, which LINEAR windows can't be; it was taken as LINEAR_EXACT, center ± width / 2.",
  tip: 'Values are scaled finely. State the range in the model card (modality-range) to be sure of it.',
}

const sigmoidNotice: Notice = {
  message:
    "The file's VOI window is a sigmoid; the attack takes the linear window of the same centre and width.",
  tip: 'Choose an HU window in the model card to state the range yourself.',
}

/** Where a window's ramp begins and ends (PS3.3 C.11.2.1.2.1 and C.11.2.1.3). */
function endsOf({ center, width, shape }: VoiWindow): [number, number] {
  return shape === 'LINEAR'
    ? [center - 0.5 - (width - 1) / 2, center - 0.5 + (width - 1) / 2]
    : [center - width / 2, center + width / 2]
}

/**
 * How wide the range is in HU: what a budget in HU is measured with. Undefined when the image has no HU, or
 * no constant ones per level.
 */
export function widthInHu(
  { domain, lower, upper }: IntensityRange,
  modality: ModalityTransform,
): number | undefined {
  if (modality.unit !== 'HU') return undefined
  if (domain === 'modality') return Math.abs(upper - lower)
  return modality.kind === 'linear' ? Math.abs((upper - lower) * modality.slope) : undefined
}
