import type { ModelCard } from '../../../../core/model/card.ts'

/** Which intensities become black and white, in words. */
export function intensityText(intensity: ModelCard['intensity']): string {
  switch (intensity.kind) {
    case 'hu-window':
      return `window, center ${intensity.center}, width ${intensity.width} HU`
    case 'stored-range':
      return `stored values ${intensity.lower ?? 'from the least'} to ${intensity.upper ?? 'the greatest'}`
    case 'modality-range':
      return `${intensity.lower} to ${intensity.upper} in modality units`
    case 'percentile':
      return `percentiles ${intensity.lower} to ${intensity.upper} of the ${intensity.of}`
    case 'voi-window':
      return `the file's window number ${intensity.index + 1}`
  }
}

/** "1 channel, 224 x 224, NCHW", "5 neighbouring slices, 224 x 224, NCHW". */
export function inputText({
  channels,
  slices,
  volume,
  size: [rows, columns],
  layout,
}: ModelCard['input']): string {
  const what = slices === undefined ? (channels === 1 ? 'channel' : 'channels') : 'neighbouring slices'
  if (volume !== undefined) return `volumes, patches of ${volume.patch.join(' x ')}, ${rows} x ${columns}`
  return `${slices?.count ?? channels} ${what}, ${rows} x ${columns}, ${layout}`
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
  'lanczos-antialiased': 'Lanczos, antialiased (Pillow)',
} as const satisfies Record<ModelCard['interpolation'], string>

/** How an image is brought to the input's size. */
export function fitText({
  fit,
  interpolation,
  rounding,
}: Pick<ModelCard, 'fit' | 'interpolation' | 'rounding'>): string {
  const how = {
    stretch: 'stretched',
    letterbox: 'fitted, the rest filled',
    'centre-crop': 'cut out of the centre',
    crop: 'a fixed part of it',
  }[fit.kind]
  return `${how}, ${interpolationTexts[interpolation]}${rounding === undefined ? '' : ', rounded to 8 bits'}`
}
