import { RadversaryError } from '../errors.ts'
import { withPart, type JsonObject } from './card-place.ts'

/** A part of a card that many models share. */
export interface CardPreset {
  readonly name: string
  readonly label: string
  /** What it says, and what it leaves open. */
  readonly text: string
  readonly card: JsonObject
}

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }

/** Null is a number that the preset asks for. */
export const cardPresets: readonly CardPreset[] = [
  {
    name: 'torchvision',
    label: 'torchvision ImageNet',
    text: 'Shorter side to 256, centre crop, bilinear by Pillow, ImageNet’s mean and standard deviation. Intensities stay as they are.',
    card: {
      input: { valueRange: [0, 1] },
      fit: { kind: 'centre-crop', shorterSide: 256 },
      interpolation: 'bilinear-antialiased',
      rounding: 'uint8',
      ...imagenet,
    },
  },
  {
    name: 'timm',
    label: 'timm',
    text: 'Shorter side to 256 (crop_pct 0.875 of 224), centre crop, bicubic by Pillow, ImageNet’s mean and standard deviation. A model’s own config may say other.',
    card: {
      input: { valueRange: [0, 1] },
      fit: { kind: 'centre-crop', shorterSide: 256 },
      interpolation: 'bicubic-antialiased',
      rounding: 'uint8',
      ...imagenet,
    },
  },
  {
    name: 'ct-lung',
    label: 'CT lung window',
    text: 'CT, center −600 and width 1500 HU.',
    card: { modality: ['CT'], intensity: { kind: 'hu-window', center: -600, width: 1500 } },
  },
  {
    name: 'ct-brain',
    label: 'CT brain windows',
    text: 'CT, three windows as channels: brain (40, 80 HU), subdural (80, 200 HU) and bone (600, 2800 HU), within −800 to 2000 HU. Budgets are best given in HU.',
    card: {
      modality: ['CT'],
      intensity: { kind: 'modality-range', lower: -800, upper: 2000 },
      input: {
        channels: [
          { kind: 'window', center: 40, width: 80 },
          { kind: 'window', center: 80, width: 200 },
          { kind: 'window', center: 600, width: 2800 },
        ],
      },
    },
  },
  {
    name: 'mr-z-score',
    label: 'MR z-score',
    text: 'MR less its mean, divided by its standard deviation, both of what is not 0, slice by slice (MONAI’s NormalizeIntensity with nonzero). For statistics of the whole stack choose so in the step.',
    card: {
      modality: ['MR'],
      intensity: { kind: 'percentile', lower: 0, upper: 99, of: 'image', fromZero: true },
      clip: false,
      normalisation: [{ kind: 'z-score', region: { kind: 'non-zero' } }],
      mean: [0],
      std: [1],
    },
  },
  {
    name: 'nnunet-ct',
    label: 'nnU-Net CT',
    text: 'CT clipped to the percentiles of the training set, less its mean, divided by its standard deviation: take percentile_00_5, percentile_99_5, mean and std from dataset_fingerprint.json. The ends are Intensities and, once more, Numbers for 0 and 1.',
    card: {
      modality: ['CT'],
      input: { valueRange: null },
      intensity: { kind: 'modality-range', lower: null, upper: null },
      mean: null,
      std: null,
    },
  },
  {
    name: 'xray-8bit',
    label: '8-bit X-ray',
    text: 'Stored values 0 to 255, as of PNG and JPEG.',
    card: {
      modality: ['CR', 'DX'],
      intensity: { kind: 'stored-range', lower: 0, upper: 255 },
      rounding: 'uint8',
    },
  },
]

/**
 * A card with what a preset says in the place of what it said itself. Throws `usage` for a name that there
 * isn't.
 */
export function withPreset(card: JsonObject, name: string): JsonObject {
  const preset = cardPresets.find((each) => each.name === name)
  if (preset === undefined)
    throw new RadversaryError(
      'usage',
      `Preset: expected ${cardPresets.map((each) => each.name).join(', ')}, got ${name}`,
    )
  return withPart(card, preset.card)
}
