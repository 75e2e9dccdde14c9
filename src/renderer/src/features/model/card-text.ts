import type { ModelCard } from '../../../../core/model/card.ts'
import type { ChannelOfInput } from '../../../../core/model/channel-list.ts'
import type { NormalisationStep } from '../../../../core/model/normalisation.ts'

/** Which intensities become black and white, and whether others are clipped. */
export function rangeText({ intensity, clip }: Pick<ModelCard, 'intensity' | 'clip'>): string {
  return intensityText(intensity) + (clip === false ? ', not clipped' : '')
}

function intensityText(intensity: ModelCard['intensity']): string {
  switch (intensity.kind) {
    case 'hu-window':
      return `window, center ${intensity.center}, width ${intensity.width} HU`
    case 'stored-range':
      return `stored values ${intensity.lower ?? 'from the least'} to ${intensity.upper ?? 'the greatest'}`
    case 'modality-range':
      return `${intensity.lower} to ${intensity.upper} in modality units`
    case 'percentile':
      return intensity.fromZero === true
        ? `0 to percentile ${intensity.upper} of the ${intensity.of}`
        : `percentiles ${intensity.lower} to ${intensity.upper} of the ${intensity.of}`
    case 'voi-window':
      return `the file's window number ${intensity.index + 1}`
  }
}

/**
 * "1 channel, 224 x 224, NCHW", "window 40 / 80; window 600 / 2800, 224 x 224, NCHW", "5 neighbouring slices,
 * 224 x 224, NCHW".
 */
export function inputText({
  channels,
  slices,
  volume,
  size: [rows, columns],
  layout,
}: ModelCard['input']): string {
  const what = slices === undefined ? (channels === 1 ? 'channel' : 'channels') : 'neighbouring slices'
  if (typeof channels !== 'number')
    return `${channels.map(channelText).join('; ')}, ${rows} x ${columns}, ${layout}`
  if (volume !== undefined) return volumeText(volume)
  return `${slices?.count ?? channels} ${what}, ${rows} x ${columns}, ${layout}`
}

function volumeText({ run, patch, orientation, spacing }: NonNullable<ModelCard['input']['volume']>): string {
  const how = run === 'resized' ? 'volumes, resized to' : 'volumes, patches of'
  const lying = [orientation, spacing && `${spacing.join(' x ')} mm`].filter((part) => part !== undefined)
  return [`${how} ${patch.join(' x ')}`, ...lying].join(', ')
}

/** "z-score of the image, of what is not 0"; undefined where there is none. */
export function normalisationText({ normalisation }: Pick<ModelCard, 'normalisation'>): string | undefined {
  return normalisation?.map(stepText).join('; ')
}

function stepText({ kind, of, at, region }: NormalisationStep): string {
  const what = of === 'all' ? 'volume, all channels' : of
  return `${kind} of the ${what}${at === 'input' ? ', resampled' : ''}${regionText(region)}`
}

function regionText(region: NormalisationStep['region']): string {
  switch (region.kind) {
    case 'all':
      return ''
    case 'non-zero':
      return region.filled ? ', of what is not 0 and holes in it' : ', of what is not 0'
    case 'above':
      return `, of what is above ${region.value}`
    case 'above-mean':
      return ', of what is above the mean'
    case 'percentiles':
      return `, of percentiles ${region.percentiles.join(' to ')}`
  }
}

/** "window 40 / 80 of the slice before", by center and width; "series MR flair". */
function channelText(channel: ChannelOfInput): string {
  if (channel.kind === 'series')
    return ['series', channel.modality, ...Object.values(channel.match)].filter(Boolean).join(' ')
  const what = channel.kind === 'window' ? `window ${channel.center} / ${channel.width}` : 'range'
  if (channel.slice === 0) return what
  const [far, side] = [Math.abs(channel.slice), channel.slice < 0 ? 'before' : 'after']
  return `${what} of ${far === 1 ? 'the slice' : `${far} slices`} ${side}`
}

/** How images are resampled, and by whose rule where libraries differ. */
const interpolationTexts = {
  nearest: 'nearest pixel',
  'nearest-pillow': 'nearest pixel (Pillow)',
  'nearest-floor': 'nearest pixel (OpenCV)',
  bilinear: 'bilinear',
  'bilinear-antialiased': 'bilinear, antialiased',
  'bilinear-asymmetric': 'bilinear (TensorFlow, asymmetric)',
  'bilinear-align-corners': 'bilinear, corners aligned',
  bicubic: 'bicubic (OpenCV)',
  'bicubic-antialiased': 'bicubic, antialiased (Pillow)',
  area: 'mean of the area (OpenCV)',
  'area-pytorch': 'mean of the area (PyTorch)',
  'lanczos-antialiased': 'Lanczos, antialiased (Pillow)',
} as const satisfies Record<ModelCard['interpolation'], string>

/** How an image is brought to the input's size. */
export function fitText({
  fit,
  interpolation,
  rounding,
}: Pick<ModelCard, 'fit' | 'interpolation' | 'rounding'>): string {
  const how = {
    none: 'as it is',
    stretch: 'stretched',
    letterbox: 'fitted, the rest filled',
    'centre-crop': 'cut out of the centre',
    crop: 'a fixed part of it',
  }[fit.kind]
  return `${how}, ${interpolationTexts[interpolation]}${rounding === undefined ? '' : ', rounded to 8 bits'}`
}
