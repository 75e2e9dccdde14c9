import { isObject, type JsonObject } from '../card-place.ts'
import { said, type SidecarField, type SidecarReader, type SidecarReading } from './sidecar.ts'

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
    const before = isBundle(inference) ? inferenceReading(inference, isVolume) : { fields: [], notes: [] }
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

function numbersIn(value: unknown): number[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === 'number') ? value : undefined
}

/** {"0": "background", "1": "spleen"} */
function namesIn(value: unknown): string[] | undefined {
  if (!isObject(value)) return undefined
  const names = Object.entries(value).sort(([a], [b]) => Number(a) - Number(b))
  const isWhole =
    names.length > 0 && names.every(([key, name], n) => Number(key) === n && typeof name === 'string')
  return isWhole ? names.map(([, name]) => String(name)) : undefined
}

function inferenceReading(inference: JsonObject, isVolume: boolean): SidecarReading {
  const fields: SidecarField[] = []
  const notes: string[] = []
  const steps = transformsIn(inference, 'preprocessing')
  let isResampled = false
  for (const { name, step } of steps) {
    const place = `${inferenceFile}: ${name}`
    const reader = transforms[name]
    const found = reader?.({ step, isVolume, isResampled })
    if (found === undefined)
      notes.push(`${place} can't be said in a card, or depends on what the file computes`)
    for (const [field, value] of Object.entries(found ?? {})) fields.push(...said(field, value, place))
    isResampled ||= name === 'Spacing' || name === 'Resize'
  }
  if (isVolume && !steps.some(({ name }) => name === 'Resize'))
    fields.push(...said('fit', { kind: 'none' }, `${inferenceFile}: no Resized`))
  const isNormalised = fields.some(({ field }) => field === 'mean')
  if (steps.length > 0 && !isNormalised)
    fields.push(
      ...said('mean', [0], `${inferenceFile}: preprocessing`),
      ...said('std', [1], `${inferenceFile}: preprocessing`),
    )
  return { fields: [...fields, ...infererFields(inference), ...activationFields(inference)], notes }
}

/** A value with its reference followed, `@key` or `@key#0#name`, as far as this file holds it. */
function resolved(whole: JsonObject, value: unknown, depth = 0): unknown {
  if (typeof value !== 'string' || !value.startsWith('@') || depth > 16) return value
  const found = value
    .slice(1)
    .split(/#|::/)
    .reduce<unknown>(
      (at, key) => (Array.isArray(at) ? at[Number(key)] : isObject(at) ? at[key] : undefined),
      whole,
    )
  return resolved(whole, found, depth + 1)
}

interface Transform {
  /** Without the d of transforms of dictionaries. */
  readonly name: string
  readonly step: JsonObject
}

/** The transforms of a Compose that touch the image, references in their settings followed. */
function transformsIn(inference: JsonObject, key: string): Transform[] {
  const compose = resolved(inference, inference[key])
  const list = resolved(inference, isObject(compose) ? compose['transforms'] : undefined)
  return (Array.isArray(list) ? list : [])
    .map((one: unknown) => resolved(inference, one))
    .filter(isObject)
    .filter((one) => one['_disabled_'] !== true)
    .map((one) => ({
      name: String(one['_target_']).split('.').at(-1)?.replace(/[dD]$/, '') ?? '',
      step: Object.fromEntries(
        Object.entries(one).map(([name, value]) => [name, resolved(inference, value)]),
      ),
    }))
}

interface Read {
  readonly step: JsonObject
  readonly isVolume: boolean
  /** Whether the image was resampled before. */
  readonly isResampled: boolean
}

/** Parts of a card by their fields; undefined where a transform can't be said in one. */
type TransformReader = (read: Read) => Readonly<Record<string, unknown>> | undefined

const nothing: TransformReader = () => ({})

const transforms: Readonly<Record<string, TransformReader>> = {
  LoadImage: nothing,
  EnsureChannelFirst: nothing,
  AddChannel: nothing,
  EnsureType: nothing,
  ToTensor: nothing,
  CastToType: nothing,
  Orientation: ({ step, isVolume }) =>
    isVolume && typeof step['axcodes'] === 'string'
      ? { 'input.volume.orientation': step['axcodes'] }
      : undefined,
  Spacing: ({ step, isVolume }) => {
    const spacing = numbersIn(step['pixdim'])
    return isVolume && spacing?.length === 3 ? { 'input.volume.spacing': spacing } : undefined
  },
  Resize: ({ step, isVolume }) => resizeFields(step, isVolume),
  ScaleIntensityRange: ({ step }) => rangeFields(step),
  ScaleIntensity: (read) => scaleFields(read),
  NormalizeIntensity: (read) => normaliseFields(read),
}

const modes: Readonly<Record<string, string>> = {
  area: 'area-pytorch',
  bilinear: 'bilinear',
  trilinear: 'bilinear',
  bicubic: 'bicubic',
  nearest: 'nearest-floor',
  'nearest-exact': 'nearest',
}

function resizeFields(
  { spatial_size: size, mode }: JsonObject,
  isVolume: boolean,
): ReturnType<TransformReader> {
  const extents = numbersIn(size)
  const word = modes[String(Array.isArray(mode) ? mode[0] : (mode ?? 'area'))]
  if (extents === undefined || word === undefined) return undefined
  const common = { fit: { kind: 'stretch' }, interpolation: word }
  if (!isVolume) return { ...common, 'input.size': extents }
  return { ...common, 'input.volume.patch': extents, 'input.volume.run': 'resized' }
}

function rangeFields(step: JsonObject): ReturnType<TransformReader> {
  const [lower, upper] = [step['a_min'], step['a_max']]
  const [bottom, top] = [step['b_min'] ?? 0, step['b_max'] ?? 1]
  if (![lower, upper, bottom, top].every((one) => typeof one === 'number')) return undefined
  return {
    intensity: { kind: 'modality-range', lower, upper },
    'input.valueRange': [bottom, top],
    ...(step['clip'] === true ? {} : { clip: false }),
  }
}

/** What budgets count in where an image is normalised by its own statistics. */
const wholeRange = (isVolume: boolean, fromZero = false) => ({
  intensity: {
    kind: 'percentile',
    lower: 0,
    upper: 100,
    of: isVolume ? 'series' : 'image',
    ...(fromZero && { fromZero }),
  },
})

function scaleFields({ step, isVolume, isResampled }: Read): ReturnType<TransformReader> {
  const [low, high] = [step['minv'] ?? 0, step['maxv'] ?? 1]
  if (typeof low !== 'number' || typeof high !== 'number' || (step['factor'] ?? null) !== null)
    return undefined
  const statistic = { kind: 'min-max', to: [low, high], ...placeOf(step, isVolume, isResampled) }
  return { ...wholeRange(isVolume), normalisation: [statistic] }
}

function normaliseFields({ step, isVolume, isResampled }: Read): ReturnType<TransformReader> {
  const [mean, std] = [listOf(step['subtrahend']), listOf(step['divisor'])]
  if (mean !== undefined && std !== undefined) return { mean, std }
  if ((step['subtrahend'] ?? null) !== null || (step['divisor'] ?? null) !== null) return undefined
  const region = step['nonzero'] === true ? { region: { kind: 'non-zero' } } : {}
  return {
    ...wholeRange(isVolume, step['nonzero'] === true),
    clip: false,
    normalisation: [{ kind: 'z-score', ...region, ...placeOf(step, isVolume, isResampled) }],
  }
}

function listOf(value: unknown): number[] | undefined {
  return typeof value === 'number' ? [value] : numbersIn(value)
}

function placeOf(step: JsonObject, isVolume: boolean, isResampled: boolean): JsonObject {
  const of = isVolume ? 'volume' : step['channel_wise'] === true ? 'channel' : 'image'
  return { of, ...(isResampled && !isVolume ? { at: 'input' } : {}) }
}

function infererFields(inference: JsonObject): SidecarField[] {
  const inferer = resolved(inference, inference['inferer'])
  if (!isObject(inferer) || !String(inferer['_target_']).endsWith('SlidingWindowInferer')) return []
  const patch = numbersIn(resolved(inference, inferer['roi_size']))
  const overlap = resolved(inference, inferer['overlap'])
  const at = `${inferenceFile}: SlidingWindowInferer`
  if (patch?.length !== 3) return []
  return [
    ...said('input.volume.patch', patch, `${at} roi_size`),
    ...said('input.volume.overlap', typeof overlap === 'number' ? overlap : 0.25, `${at} overlap`),
    ...said('input.volume.blend', inferer['mode'] === 'gaussian' ? 'gaussian' : 'constant', `${at} mode`),
    ...said('input.volume.edge', 'zeros', `${at} padding_mode`),
  ]
}

function activationFields(inference: JsonObject): SidecarField[] {
  const step = transformsIn(inference, 'postprocessing').find(({ name }) => name === 'Activations')?.step
  const place = `${inferenceFile}: Activationsd`
  if (step?.['softmax'] === true) return said('output.activation', 'softmax', place)
  return step?.['sigmoid'] === true ? said('output.activation', 'multi-label-sigmoid', place) : []
}
