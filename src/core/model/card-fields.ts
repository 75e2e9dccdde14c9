import { valueAt, type JsonObject } from './card-place.ts'
import type { ModelFacts, TensorFacts } from './model-facts.ts'
import { canBeImage } from './port-obstacles.ts'

/** What there is to say of one field of a model card, in forms, errors and lists of what is missing. */
export interface CardField {
  /** Its place in the card, e.g. 'input.size'; of one thing of several kinds the thing: 'intensity'. */
  readonly field: string
  readonly label: string
  /** Why it matters, a sentence. */
  readonly reason: string
  /**
   * What it may look like, as JSON.
   * @param output the one that the card names
   */
  readonly example: string | ((facts: ModelFacts, output: TensorFacts | undefined) => string)
  /** Why a model's file may not say it; only of fields that no card can do without. */
  readonly unsaid?: (facts: ModelFacts) => string
  /** Words for each value, of a field that has few. */
  readonly choices?: Readonly<Record<string, string>>
  /** Values that the model's file suggests. */
  readonly suggested?: (facts: ModelFacts) => readonly string[]
}

/** What the graph takes. */
export const inputFields: readonly CardField[] = [
  {
    field: 'input.name',
    label: 'Input of the graph',
    reason: 'A graph may have several inputs; this one takes the image.',
    example: ({ inputs }) => JSON.stringify(inputs[0]?.name ?? 'input'),
    unsaid: ({ inputs }) =>
      `the model has ${inputs.length} inputs (${inputs.map(({ name }) => name).join(', ')}); say which takes the image`,
    suggested: ({ inputs }) => inputs.map(({ name }) => name),
  },
  {
    field: 'input.layout',
    label: 'Order of axes',
    reason: 'In the wrong order, channels are taken for rows.',
    example: '"NCHW" or "NHWC"',
    unsaid: (facts) => `the input's shape ${shapeInWords(facts)} does not show which axis holds the channels`,
    choices: {
      NCHW: 'NCHW: channels first (PyTorch)',
      NHWC: 'NHWC: channels last (TensorFlow)',
    },
  },
  {
    field: 'input.channels',
    label: 'Channels',
    reason:
      'Grey images are copied to three channels, RGB images become luminance for one, and several series of the study may be a channel each.',
    example:
      '1 or 3; 1 beside "slices": {"count": 5}; of several windows [{"kind": "window", "center": 40, "width": 80}, …]; of several series [{"kind": "series", "match": {"SeriesDescription": "flair"}}, …]',
    unsaid: (facts) =>
      isOfVolumes(facts)
        ? `the input's shape ${shapeInWords(facts)} does not show which series are a volume's channels`
        : `the input's shape ${shapeInWords(facts)} does not show whether images are grey or RGB`,
    choices: { 1: '1: grey', 3: '3: RGB, or copies of grey' },
  },
  {
    field: 'input.size',
    label: 'Rows and columns',
    reason: 'A network answers differently at a size that it was not trained with.',
    example: '[224, 224]',
    unsaid: (facts) =>
      `the input's shape ${shapeInWords(facts)} leaves rows and columns open; give the size it was trained with`,
  },
  {
    field: 'input.slices',
    label: 'Neighbouring slices as channels',
    reason: 'A network of the slice with those beside it (2.5-D) sees nothing sensible in one slice alone.',
    example: '{"count": 5, "edge": "repeat"}',
  },
  {
    field: 'input.slices.count',
    label: 'Slices',
    reason: 'An odd number: the slice itself is the middle one.',
    example: '5',
  },
  {
    field: 'input.slices.edge',
    label: 'Beyond the first and last slice',
    reason: 'The slices at the ends of a series have no neighbours on one side.',
    example: '"repeat"',
    choices: { repeat: 'the end slice is repeated', reflect: 'the stack is mirrored' },
  },
  {
    field: 'input.volume',
    label: 'A network of volumes (3-D)',
    reason: 'It is run on a stack of slices, patch by patch or at once; a 2-D one on patches of one slice.',
    example: '{"patch": [64, 128, 128]}',
  },
  {
    field: 'input.volume.patch',
    label: 'Patch: slices, rows, columns',
    reason: 'What the network takes at once.',
    example: '[64, 128, 128]',
  },
  {
    field: 'input.volume.run',
    label: 'How it is run',
    reason: 'A network of whole volumes sees other proportions in patches.',
    example: '"patches"',
    choices: { patches: 'on overlapping patches', resized: 'once, on the whole stack brought to its size' },
  },
  {
    field: 'input.volume.orientation',
    label: 'Orientation of its axes',
    reason: 'Turned the other way, left is right and feet are head.',
    example: '"RAS" (MONAI)',
  },
  {
    field: 'input.volume.spacing',
    label: 'Distance of its voxels, mm',
    reason: 'At another spacing than in training, everything has another size.',
    example: '[1.5, 1.5, 2]; of rows and columns alone [0.8, 0.8]',
  },
  {
    field: 'input.volume.overlap',
    label: 'Overlap of patches',
    reason: 'More overlap has fewer seams and takes longer.',
    example: '0.5',
  },
  {
    field: 'input.volume.blend',
    label: 'Where patches overlap',
    reason: 'Edges of a patch are predicted worse than its middle.',
    example: '"gaussian"',
    choices: {
      constant: 'the mean of the logits',
      gaussian: 'the middle counts more (nnU-Net)',
    },
  },
  {
    field: 'input.volume.resampling',
    label: 'Whose way to that spacing',
    reason: 'Libraries put the voxels at other places, and take other curves through them.',
    example: '"nnunet"',
    choices: { monai: 'MONAI: linear', nnunet: 'nnU-Net: cubic splines' },
  },
  {
    field: 'input.volume.tiling',
    label: 'Whose patches',
    reason: 'Where patches begin and what is Gaussian differs between libraries.',
    example: '"nnunet"',
    choices: { monai: 'MONAI', nnunet: 'nnU-Net' },
  },
  {
    field: 'input.volume.edge',
    label: 'Beyond a stack shorter than a patch',
    reason: 'What a network has not seen beside an organ changes what it says of it.',
    example: '"zeros"',
    choices: { repeat: 'its last voxels are repeated', zeros: 'zeros on both sides (MONAI, nnU-Net)' },
  },
]

/** What it takes beside the image. */
export const furtherFields: readonly CardField[] = [
  {
    field: 'inputs',
    label: 'Inputs beside the image',
    reason:
      'Age, sex, spacing or a mask: a network that is given other values than its image’s answers for another patient.',
    example: '{"age": {"kind": "attribute", "attribute": "PatientAge", "default": 60}}',
    suggested: ({ inputs }) => inputs.map(({ name }) => name),
  },
]

/** Which intensities it sees. */
export const intensityFields: readonly CardField[] = [
  {
    field: 'intensity',
    label: 'What becomes 0 and 1',
    reason: 'The wrong window is another image: what the model says of it means nothing.',
    example:
      '{"kind": "hu-window", "center": -600, "width": 1500} or {"kind": "stored-range", "lower": 0, "upper": 255}',
    unsaid: () => 'a model file does not say which intensities became 0 and 1',
    choices: {
      'hu-window': 'A window in HU',
      'modality-range': 'Two values after the modality LUT',
      'stored-range': 'Two stored values',
      percentile: 'Percentiles of the image or series',
      'voi-window': 'A window of the file itself',
    },
  },
  {
    field: 'intensity.center',
    label: 'Center, HU',
    reason: 'The middle of the window.',
    example: '-600',
  },
  {
    field: 'intensity.width',
    label: 'Width, HU',
    reason: 'An attack’s budget is a part of it.',
    example: '1500',
  },
  {
    field: 'intensity.lower',
    label: 'Lower end',
    reason: 'This value becomes 0, and what lies below it is clipped.',
    example: '0',
  },
  {
    field: 'intensity.upper',
    label: 'Upper end',
    reason: 'This value becomes 1, and what lies above it is clipped.',
    example: '255',
  },
  {
    field: 'intensity.of',
    label: 'Percentiles of',
    reason: 'Those of a series treat all of its slices alike.',
    example: '"series"',
    choices: { image: 'each image', series: 'the whole series' },
  },
  {
    field: 'intensity.fromZero',
    label: 'From the value 0 on',
    reason:
      'A normalisation of what is not 0 needs to know where 0 is; the lower percentile is then left out.',
    example: 'true',
  },
  {
    field: 'intensity.index',
    label: 'Which window, from 0',
    reason: 'A file may hold several windows.',
    example: '0',
  },
  {
    field: 'clip',
    label: 'Clip to the range',
    reason: 'Some libraries keep what lies beyond the range, and the network has seen it.',
    example: 'true',
  },
  {
    field: 'normalisation',
    label: 'Normalised by the image itself',
    reason: 'A z-score or percentiles of each image, or volume, are not what constants are.',
    example: '[{"kind": "z-score", "region": {"kind": "non-zero"}}]',
  },
]

/** How an image is brought to its size. */
export const sizeFields: readonly CardField[] = [
  {
    field: 'fit',
    label: 'Fit into the frame',
    reason: 'Stretching, padding and cropping show the network different anatomy.',
    example: '{"kind": "stretch"}, {"kind": "letterbox"} or {"kind": "centre-crop", "shorterSide": 256}',
    unsaid: () => 'a model file does not say how images of other sizes were brought to the input size',
    choices: {
      none: 'As it is: of volumes run on patches',
      stretch: 'Stretch to the frame',
      letterbox: 'Letterbox: whole, padded',
      'centre-crop': 'Resize, then crop the centre',
      crop: 'A fixed box of the image',
    },
  },
  {
    field: 'fit.padValue',
    label: 'Padding, 0 to 1',
    reason: 'Padding of another grey than in training is an edge that the network has never seen.',
    example: '0',
  },
  {
    field: 'fit.shorterSide',
    label: 'Shorter side before the crop',
    reason: 'It decides how much of the border is cut off; left empty, the frame is just covered.',
    example: '256',
  },
  ...['top', 'left', 'height', 'width'].map((side) => ({
    field: `fit.${side}`,
    label: `Box: ${side}`,
    reason: 'In the image’s own pixels.',
    example: '0',
  })),
  {
    field: 'interpolation',
    label: 'Resampling',
    reason: 'Libraries resample differently under the same name, enough to change predictions.',
    example:
      '"bilinear-antialiased" or "bicubic-antialiased" (Pillow), "bilinear" or "area" (OpenCV), "bilinear-asymmetric" (TensorFlow)',
    unsaid: () => 'a model file does not say how images were resampled',
    choices: {
      'bilinear-antialiased': 'Bilinear, antialiased (Pillow)',
      'bicubic-antialiased': 'Bicubic, antialiased (Pillow)',
      'lanczos-antialiased': 'Lanczos, antialiased (Pillow)',
      bilinear: 'Bilinear (OpenCV, PyTorch)',
      'bilinear-asymmetric': 'Bilinear, asymmetric (TensorFlow.js)',
      'bilinear-align-corners': 'Bilinear, corners aligned',
      bicubic: 'Bicubic (OpenCV, PyTorch)',
      area: 'Mean of the area (OpenCV)',
      'area-pytorch': 'Mean of the area (PyTorch, MONAI)',
      nearest: 'Nearest (PyTorch’s nearest-exact)',
      'nearest-pillow': 'Nearest (Pillow)',
      'nearest-floor': 'Nearest (OpenCV)',
    },
  },
  {
    field: 'rounding',
    label: 'Rounding while resizing',
    reason: 'Images that were resized as 8-bit images were rounded to 256 levels.',
    example: '"uint8"',
    choices: {
      uint8: 'To 8 bits (Pillow up to 12, or OpenCV, on bytes)',
      'uint8-pillow-13': 'To 8 bits (Pillow from 13 on)',
      'uint8-pytorch': 'To 8 bits (PyTorch on tensors of bytes)',
    },
  },
]

/** What becomes of its numbers. */
export const numberFields: readonly CardField[] = [
  {
    field: 'input.valueRange',
    label: 'Numbers for 0 and 1',
    reason: 'Mean and standard deviation count in these units.',
    example: '[0, 1] or [0, 255]',
  },
  { field: 'mean', label: 'Mean', reason: 'Subtracted from each channel: one number, or one per channel.', example: '[0.485, 0.456, 0.406], or [0] for nothing', unsaid: () => 'a model file does not say what was subtracted from its input' }, // prettier-ignore
  { field: 'std', label: 'Standard deviation', reason: 'Each channel is divided by it: one number, or one per channel.', example: '[0.229, 0.224, 0.225], or [1] for nothing', unsaid: () => 'a model file does not say what its input was divided by' }, // prettier-ignore
]

/** Returns what a field may look like, given the output that a card names. */
export function exampleOf({ example }: CardField, facts: ModelFacts, card: JsonObject): string {
  if (typeof example === 'string') return example
  const name = valueAt(card, 'output.name')
  return example(
    facts,
    facts.outputs.find((output) => output.name === name),
  )
}

function shapeOf({ inputs }: ModelFacts): TensorFacts['shape'] {
  return (inputs.find(canBeImage) ?? inputs[0])?.shape ?? []
}

function isOfVolumes(facts: ModelFacts): boolean {
  return shapeOf(facts).length === 5
}

function shapeInWords(facts: ModelFacts): string {
  return extentsInWords(shapeOf(facts))
}

/** "[?, 3, 224, 224]" */
export function extentsInWords(shape: TensorFacts['shape']): string {
  return `[${shape.map((extent) => extent ?? '?').join(', ')}]`
}
