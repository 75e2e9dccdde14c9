import type { CardField } from './card-fields.ts'

/** What there is to say of each input beside the image; `[]` stands for its name. */
export const furtherEntryFields: readonly CardField[] = [
  {
    field: 'inputs[]',
    label: 'Input',
    reason: 'The graph is given it with each image.',
    example: '{"kind": "constant", "value": 0}',
  },
  {
    field: 'inputs[].kind',
    label: 'Where its value is',
    reason: 'One value for all images, or one for each of them.',
    example: '"attribute"',
    choices: {
      constant: 'Here: the same for all images',
      attribute: 'In a DICOM attribute of the image',
      table: 'In a column of a CSV file',
      arrays: 'In .npy files, one for each image',
    },
  },
  {
    field: 'inputs[].value',
    label: 'Value',
    reason: 'A number, or as many as the input takes; 0 and 1 for no and yes.',
    example: '0',
  },
  {
    field: 'inputs[].attribute',
    label: 'DICOM keyword',
    reason: 'The attribute that holds the value.',
    example: '"PatientAge"',
  },
  {
    field: 'inputs[].values',
    label: 'Numbers of texts',
    reason: 'What each text was in training.',
    example: '{"M": 1, "F": 0}',
  },
  {
    field: 'inputs[].file',
    label: 'CSV file',
    reason: 'It lies beside the card, and names images by "file" or "SOPInstanceUID".',
    example: '"patients.csv"',
  },
  { field: 'inputs[].column', label: 'Column', reason: 'The one that holds the value.', example: '"age"' },
  {
    field: 'inputs[].folder',
    label: 'Folder of arrays',
    reason: 'It lies beside the card; each file is called as its image.',
    example: '"masks"',
  },
  {
    field: 'inputs[].default',
    label: 'Where an image lacks it',
    reason: 'Without it, such images are left out.',
    example: '60',
  },
  {
    field: 'inputs[].mean',
    label: 'Less',
    reason: 'What was subtracted from the value in training.',
    example: '0',
  },
  {
    field: 'inputs[].std',
    label: 'Divided by',
    reason: 'What the value was divided by in training.',
    example: '1',
  },
]

const channelFields: readonly CardField[] = [
  {
    field: 'input.channels[]',
    label: 'Channel',
    reason: 'In the network’s order: one that is exchanged is another image.',
    example: '{"kind": "window", "center": 40, "width": 80}',
  },
  {
    field: 'input.channels[].kind',
    label: 'What it shows',
    reason: 'Channels are all series, or windows and slices of one.',
    example: '"window"',
    choices: {
      window: 'A window of the image',
      slice: 'The whole range of a slice',
      series: 'A series of the study',
    },
  },
  {
    field: 'input.channels[].center',
    label: 'Center',
    reason: 'In the unit of the intensity range, which has to hold the whole window.',
    example: '40',
  },
  {
    field: 'input.channels[].width',
    label: 'Width',
    reason: 'Its ends become 0 and 1, and what lies beyond is clipped.',
    example: '80',
  },
  {
    field: 'input.channels[].slice',
    label: 'Slice, from the image',
    reason: '−1 is the one before it, 0 the image itself.',
    example: '0',
  },
  {
    field: 'input.channels[].edge',
    label: 'Beyond the ends of the stack',
    reason: 'The first and last slices have no neighbour on one side.',
    example: '"repeat"',
    choices: { repeat: 'the end slice is repeated', reflect: 'the stack is mirrored' },
  },
  {
    field: 'input.channels[].modality',
    label: 'Modality of the series',
    reason: 'It parts CT from PET; beside a pattern it may be left out.',
    example: '"MR"',
  },
  {
    field: 'input.channels[].match',
    label: 'What the series is found by',
    reason: 'A pattern for each DICOM attribute, upper and lower case alike; one series alone may have all.',
    example: '{"SeriesDescription": "flair"}',
  },
]

/** What a series may say of its values in the place of the card. */
const ofSeries = ['intensity', 'clip', 'valueRange', 'normalisation']

/** What there is to say of each channel that is listed; of its values what a card says of them. */
export function channelEntryFields(card: readonly CardField[]): readonly CardField[] {
  const values = card.flatMap(({ unsaid: _, ...each }) => {
    const own = each.field.replace(/^input\./, '')
    const isOfValues = ofSeries.includes(/^\w+/.exec(own)?.[0] ?? '')
    const reason = `Where nothing is said, it is as the card has it. ${each.reason}`
    return isOfValues ? [{ ...each, field: `input.channels[].${own}`, reason }] : []
  })
  return [...channelFields, ...values]
}

/** What there is to say of each reference pair. */
export const referenceEntryFields: readonly CardField[] = [
  {
    field: 'references[]',
    label: 'Reference',
    reason: 'An image, or an input, and what the training framework made of it; files lie beside the card.',
    example: '{"image": "reference/0.png", "output": "reference/0-output.npy"}',
  },
  {
    field: 'references[].image',
    label: 'Image',
    reason: 'With it, preprocessing is checked too: .png, .dcm or .npy, of a stack one for each slice.',
    example: '"reference/0.png"',
  },
  {
    field: 'references[].inputs',
    label: 'Values beside it',
    reason: 'Of further inputs: numbers, or .npy files.',
    example: '{"age": 63}',
  },
  {
    field: 'references[].resized',
    label: 'After resizing',
    reason: 'It shows whether we part there; .npy, [C, H, W] in 0 to 1.',
    example: '"reference/0-resized.npy"',
  },
  {
    field: 'references[].input',
    label: 'The graph’s input',
    reason: 'It shows whether we part before the graph or in it; .npy.',
    example: '"reference/0-input.npy"',
  },
  {
    field: 'references[].output',
    label: 'The graph’s output',
    reason: 'What ours is compared with; .npy.',
    example: '"reference/0-output.npy"',
  },
]

/** What there is to say of each step of a normalisation. */
export const normalisationEntryFields: readonly CardField[] = [
  {
    field: 'normalisation[]',
    label: 'Step',
    reason: 'Steps are taken in their order, before mean and standard deviation.',
    example: '{"kind": "z-score"}',
  },
  {
    field: 'normalisation[].kind',
    label: 'What is done',
    reason: 'Each is another image to the network.',
    example: '"z-score"',
    choices: {
      'z-score': 'z-score: (value − mean) / deviation',
      'min-max': 'Two percentiles, or ends, become two numbers',
      clip: 'Clipped to two percentiles',
    },
  },
  {
    field: 'normalisation[].at',
    label: 'When',
    reason: 'Statistics of the resized image are others.',
    example: '"image"',
    choices: { image: 'on the image, before it is resized', input: 'on the input, after that' },
  },
  {
    field: 'normalisation[].of',
    label: 'Statistics of',
    reason: 'A slice of a volume has others than the whole.',
    example: '"image"',
    choices: {
      channel: 'each channel',
      image: 'the image',
      volume: 'the whole stack, each channel',
      all: 'the whole stack, all channels',
    },
  },
  {
    field: 'normalisation[].region',
    label: 'Over which pixels',
    reason: 'Air around the body shifts the mean.',
    example: '{"kind": "non-zero"}',
    choices: {
      all: 'all of them',
      'non-zero': 'those that are not 0',
      above: 'those above a value',
      'above-mean': 'those above the mean',
      percentiles: 'those between two percentiles',
    },
  },
  {
    field: 'normalisation[].region.filled',
    label: 'Holes are filled',
    reason: 'Zeros inside the body count too then (nnU-Net).',
    example: 'false',
  },
  {
    field: 'normalisation[].region.value',
    label: 'Above',
    reason: 'In the units of the numbers for 0 and 1.',
    example: '0',
  },
  {
    field: 'normalisation[].region.percentiles',
    label: 'Between the percentiles',
    reason: 'Of all pixels.',
    example: '[0.5, 99.5]',
  },
  {
    field: 'normalisation[].outside',
    label: 'The other pixels',
    reason: 'Some libraries leave the background at 0.',
    example: '"keep"',
    choices: { keep: 'are left as they are', normalise: 'are changed alike' },
  },
  {
    field: 'normalisation[].ddof',
    label: 'Standard deviation',
    reason: 'NumPy divides by n, PyTorch by n − 1.',
    example: '0',
    choices: { 0: 'by n (NumPy)', 1: 'by n − 1 (PyTorch)' },
  },
  {
    field: 'normalisation[].floor',
    label: 'At least',
    reason: 'A smaller standard deviation is taken as this.',
    example: '1e-8',
  },
  {
    field: 'normalisation[].eps',
    label: 'Added to it',
    reason: 'Some libraries add a small number before dividing.',
    example: '1e-8',
  },
  {
    field: 'normalisation[].percentiles',
    label: 'Percentiles',
    reason: 'Ends that are not the extremes leave out specks.',
    example: '[0.5, 99.5]',
  },
  {
    field: 'normalisation[].to',
    label: 'Become',
    reason: 'The numbers that the ends are brought to.',
    example: '[0, 1]',
  },
]
