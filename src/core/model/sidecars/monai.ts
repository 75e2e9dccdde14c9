import { isObject, type JsonObject } from '../card-place.ts'
import { classExtent, type ModelFacts } from '../model-facts.ts'
import { extentsIn, numbersIn, stepAt, transformsAt, unreadSettings } from './monai-config.ts'
import { readTransform, type ImageSoFar } from './monai-transforms.ts'
import { valueFields, valuesAsStored } from './monai-values.ts'
import { nothing, said, type SidecarField, type SidecarReader, type SidecarReading } from './sidecar.ts'

const metadataFile = 'metadata.json'
const inferenceFile = 'inference.json'

/**
 * A MONAI bundle: metadata.json says what goes in and comes out, inference.json what is done before, on
 * patches and after. References within the file (`@key#0`) are followed; expressions (`$…`) are not computed.
 */
export const monai: SidecarReader = {
  files: [metadataFile, inferenceFile],
  read: (files, facts) => {
    const [metadata, inference] = [files[metadataFile], files[inferenceFile]]
    const format = isObject(metadata) ? metadata['network_data_format'] : undefined
    if (!isObject(format) && !isBundle(inference)) return undefined
    const isVolume = facts.inputs.some(({ shape }) => shape.length === 5)
    const before = isBundle(inference) ? inferenceReading(inference, facts, isVolume) : nothing
    return {
      fields: [...before.fields, ...(isObject(format) ? formatFields(format, isVolume) : [])],
      notes: before.notes,
    }
  },
}

function isBundle(value: unknown): value is JsonObject {
  return isObject(value) && ('preprocessing' in value || 'inferer' in value || 'network_def' in value)
}

function formatFields(format: JsonObject, isVolume: boolean): SidecarField[] {
  const [input] = objectsIn(format['inputs'])
  const [output] = objectsIn(format['outputs'])
  const at = (place: string) => `${metadataFile}: network_data_format.${place}`
  const shape = numbersIn(input?.['spatial_shape'])
  const modality = input?.['modality']
  const isCode = typeof modality === 'string' && /^[A-Z][A-Z0-9_ ]{0,15}$/.test(modality)
  const classes = namesIn(output?.['channel_def'])
  return [
    ...said('input.channels', isVolume ? undefined : input?.['num_channels'], at('inputs: num_channels')),
    ...said('input.size', shape?.length === 2 ? shape : undefined, at('inputs: spatial_shape')),
    ...said('input.volume.patch', shape?.length === 3 ? shape : undefined, at('inputs: spatial_shape')),
    ...said('modality', isCode ? [modality] : undefined, at('inputs: modality')),
    ...said(
      'task',
      output?.['format'] === 'segmentation' ? 'segmentation' : undefined,
      at('outputs: format'),
    ),
    ...said('output.classes', classes, at('outputs: channel_def')),
  ]
}

/** The values of a dictionary that are objects, in its order. */
function objectsIn(value: unknown): JsonObject[] {
  return isObject(value) ? Object.values(value).filter(isObject) : []
}

/** {"0": "background", "1": "spleen"} */
function namesIn(value: unknown): string[] | undefined {
  if (!isObject(value)) return undefined
  const names = Object.entries(value).sort(([a], [b]) => Number(a) - Number(b))
  const isWhole =
    names.length > 0 && names.every(([key, name], n) => Number(key) === n && typeof name === 'string')
  return isWhole ? names.map(([, name]) => String(name)) : undefined
}

function inferenceReading(inference: JsonObject, facts: ModelFacts, isVolume: boolean): SidecarReading {
  const parts = [
    preprocessing(inference, facts, isVolume),
    inferer(inference, isVolume),
    postprocessing(inference, facts),
  ]
  return {
    fields: parts.flatMap(({ fields }) => fields),
    notes: parts.flatMap(({ notes }) => notes.map((note) => `${inferenceFile}: ${note}`)),
  }
}

function preprocessing(inference: JsonObject, { inputs }: ModelFacts, isVolume: boolean): SidecarReading {
  const steps = transformsAt(inference, 'preprocessing')
  if (steps.length === 0) return nothing
  const isOfSeries = inputs.some(
    ({ shape: [, channels, ...frame] }) => frame.length === 3 && Number(channels) > 1,
  )
  let image: ImageSoFar = {
    isVolume,
    isOfSeries,
    isResampled: false,
    isTransposed: false,
    values: valuesAsStored,
    places: {},
  }
  const notes: string[] = []
  let isWhole = true
  for (const step of steps) {
    const read = readTransform(step, image)
    notes.push(...read.unsaid.map((reason) => `${step.name} ${reason}`))
    isWhole &&= read.isWhole
    image = read.image
  }
  const at = `${inferenceFile}: ${steps.map(({ name }) => name).join(', ')}`
  return {
    fields: Object.entries(imageFields(image, isWhole)).flatMap(([field, value]) => said(field, value, at)),
    notes: [...notes, ...imageNotes(image)],
  }
}

/** Fields of what was read; what depends on every transform only where each was read. */
function imageFields({ places, values, isVolume }: ImageSoFar, isWhole: boolean): JsonObject {
  const { mean, std } = values
  return {
    ...(isVolume && isWhole && { fit: { kind: 'none' } }),
    ...places,
    ...valueFields(values, isVolume),
    ...(isWhole && { mean, std }),
  }
}

/** What MONAI's readers do that a card has to know of. */
function imageNotes({ places, values, isVolume, isTransposed }: ImageSoFar): string[] {
  const isOfStored = values.range === undefined && values.steps.length === 0
  return [
    ...(isVolume && places['input.volume.orientation'] === undefined
      ? [
          'without Orientation the network takes columns, rows and slices as a file has them: give input.volume.orientation',
        ]
      : []),
    ...(isVolume || isTransposed
      ? []
      : [
          "MONAI's readers exchange rows and columns of pictures: give the graph a Transpose that exchanges them back",
        ]),
    ...(isOfStored
      ? ['values are taken as they are stored: give the ends of intensity as input.valueRange too']
      : []),
  ]
}

const slidingSettings = [
  'roi_size',
  'overlap',
  'mode',
  'sw_batch_size',
  'sw_device',
  'progress',
  'cache_roi_weight_map',
  'cpu_thresh',
  'buffer_steps',
  'buffer_dim',
  'padding_mode',
  'cval',
]

function inferer(inference: JsonObject, isVolume: boolean): SidecarReading {
  const step = stepAt(inference, 'inferer')
  if (step === undefined || step.name === 'SimpleInferer') return nothing
  const { roi_size: size, overlap, mode, padding_mode: padding, cval } = step.settings
  const patch = extentsIn(size, 3)
  if (step.name !== 'SlidingWindowInferer' || !isVolume || patch === undefined)
    return {
      fields: [],
      notes: [`${step.name} can't be said in a card, or depends on what the file computes`],
    }
  const parts = {
    overlap: overlap === undefined ? 0.25 : typeof overlap === 'number' ? overlap : undefined,
    blend: blends[wordOf(mode)],
    edge: edges[`${wordOf(padding)} ${JSON.stringify(cval ?? 0)}`],
  }
  const unread = Object.entries(parts).filter(([, value]) => value === undefined)
  const at = (place: string) => `${inferenceFile}: SlidingWindowInferer ${place}`
  return {
    fields: [
      ...said('input.volume.patch', patch, at('roi_size')),
      ...Object.entries(parts).flatMap(([name, value]) => said(`input.volume.${name}`, value, at(name))),
    ],
    notes: [
      ...unread.map(
        ([name]) =>
          `SlidingWindowInferer's setting for input.volume.${name} can't be said in a card, or depends on what the file computes`,
      ),
      ...unreadSettings(step, slidingSettings, { sigma_scale: 0.125, with_coord: false }).map(
        (reason) => `SlidingWindowInferer ${reason}`,
      ),
    ],
  }
}

/** The name of a mode, which is constant where none is given. */
function wordOf(mode: unknown = 'constant'): string {
  return typeof mode === 'string' ? mode.toLowerCase() : ''
}

const blends: Readonly<Record<string, string>> = {
  constant: 'constant',
  gaussian: 'gaussian',
  '$monai.utils.blendmode.constant': 'constant',
  '$monai.utils.blendmode.gaussian': 'gaussian',
}

/** What continues a volume, by padding_mode and cval. */
const edges: Readonly<Record<string, string>> = { 'constant 0': 'zeros', 'replicate 0': 'repeat' }

function postprocessing(inference: JsonObject, { outputs }: ModelFacts): SidecarReading {
  const steps = transformsAt(inference, 'postprocessing')
  const activations = steps.find(({ name }) => name === 'Activations')
  const { sigmoid, softmax, other } = activations?.settings ?? {}
  const threshold = steps.find(({ name }) => name === 'AsDiscrete')?.settings['threshold']
  const isOne = outputs.every((output) => classExtent(output) === 1)
  const activation = softmax === true ? 'softmax' : isOne ? 'binary-sigmoid' : 'multi-label-sigmoid'
  const isSaid = softmax === true || sigmoid === true
  const isThreshold = sigmoid === true && typeof threshold === 'number' && threshold > 0 && threshold < 1
  return {
    fields: [
      ...said('output.activation', isSaid ? activation : undefined, `${inferenceFile}: Activations`),
      ...said('output.threshold', isThreshold ? threshold : undefined, `${inferenceFile}: AsDiscrete`),
    ],
    notes: (other ?? null) === null ? [] : ["Activations has other, which can't be said in a card"],
  }
}
