import { z } from 'zod'
import { entry } from '../../entry.ts'
import { isObject } from '../card-place.ts'
import {
  bytesOfPictures,
  nothing,
  optional,
  said,
  type SidecarField,
  type SidecarReader,
  type SidecarReading,
} from './sidecar.ts'

const preprocessor = 'preprocessor_config.json'
const whole = z.int().positive()
const frame = z.object({ height: whole, width: whole })
const bounded = z.object({ shortest_edge: whole.optional(), longest_edge: whole })
const size = z.union([frame, bounded, z.object({ shortest_edge: whole }), whole])

const processor = z.object({
  image_processor_type: z.string().optional(),
  do_resize: z.boolean().default(true),
  size: size.optional().catch(undefined),
  crop_pct: optional(z.number().positive()),
  resample: optional(z.int()),
  do_center_crop: optional(z.boolean()),
  crop_size: z.union([frame, whole]).nullish().catch(undefined),
  do_rescale: z.boolean().default(true),
  rescale_factor: z.number().default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: z.array(z.number()).nullish(),
  image_std: z.array(z.number()).nullish(),
  do_pad: optional(z.boolean()),
  rescale_offset: optional(z.boolean()),
  include_top: optional(z.boolean()),
})
type Processor = z.output<typeof processor>

const config = z.object({
  model_type: z.string(),
  architectures: z.array(z.string()).nullish(),
  id2label: z.record(z.string(), z.string()).nullish(),
  problem_type: z.string().nullish(),
  num_channels: z.int().nullish(),
})
type Config = z.output<typeof config>

/** Files of transformers: config.json says the classes, preprocessor_config.json what an image became. */
export const huggingFace: SidecarReader = {
  files: ['config.json', preprocessor, 'processor_config.json'],
  read: (files) => {
    const ofModel = config.safeParse(files['config.json']).data
    const ofImages = processorIn(files)
    if (ofModel === undefined && ofImages === undefined) return undefined
    const images = ofImages === undefined ? nothing : imageFields(ofImages)
    return { ...images, fields: [...(ofModel === undefined ? [] : modelFields(ofModel)), ...images.fields] }
  },
}

/** In a file of its own, or inside that of a processor of several kinds. */
function processorIn(files: Readonly<Record<string, unknown>>): Processor | undefined {
  const several = files['processor_config.json']
  const given = files[preprocessor] ?? (isObject(several) ? several['image_processor'] : undefined)
  const isOne = isObject(given) && ('image_mean' in given || 'image_processor_type' in given)
  return isOne ? processor.safeParse(given).data : undefined
}

function modelFields({
  architectures,
  id2label,
  problem_type: problem,
  num_channels: channels,
}: Config): SidecarField[] {
  const labels = Object.entries(id2label ?? {})
  const classes = labels.sort(([a], [b]) => Number(a) - Number(b)).map(([, label]) => label)
  const task = taskOf(architectures ?? [], problem ?? undefined)
  const isMany = problem === 'multi_label_classification'
  const activation = classes.length > 1 ? (isMany ? 'multi-label-sigmoid' : 'softmax') : undefined
  const isOfClasses = task !== 'regression' && classes.length > 1
  return [
    ...said('task', task, 'config.json: architectures, problem_type'),
    ...said('input.channels', channels ?? undefined, 'config.json: num_channels'),
    ...said('output.classes', isOfClasses ? classes : undefined, 'config.json: id2label'),
    ...said('output.activation', isOfClasses ? activation : undefined, 'config.json: problem_type'),
  ]
}

function taskOf(architectures: readonly string[], problem: string | undefined): string | undefined {
  if (problem === 'regression') return 'regression'
  if (architectures.some((name) => name.includes('Segmentation'))) return 'segmentation'
  return architectures.some((name) => name.includes('ImageClassification')) ? 'classification' : undefined
}

/** Pillow's filters by their numbers. */
const filters: Readonly<Record<number, string>> = {
  0: 'nearest-pillow',
  1: 'lanczos-antialiased',
  2: 'bilinear-antialiased',
  3: 'bicubic-antialiased',
}

function imageFields(given: Processor): SidecarReading {
  const at = (place: string) => `${preprocessor}: ${place}`
  const { fit, frame: into, note } = fitOf(given)
  const isFast = given.image_processor_type?.endsWith('Fast') === true
  return {
    fields: [
      ...said('input.size', into, at('size, crop_size')),
      ...said('input.valueRange', endsOf(given), at('rescale_factor')),
      ...said('intensity', bytesOfPictures, at('8-bit pictures')),
      ...said('fit', fit, at('size, do_center_crop')),
      ...said('interpolation', filters[given.resample ?? -1], at('resample')),
      ...said(
        'rounding',
        given.do_resize ? (isFast ? 'uint8-pytorch' : 'uint8') : undefined,
        at('8-bit pictures'),
      ),
      ...said('mean', given.do_normalize ? (given.image_mean ?? undefined) : [0], at('image_mean')),
      ...said('std', deviationOf(given), at('image_std')),
    ],
    notes: [
      ...(note === undefined ? [] : [`${preprocessor}: ${note}`]),
      ...(isFast || !given.do_resize ? [] : [unsaidBackend]),
    ],
  }
}

/** What 0 and 255 became; EfficientNet's processor takes 1 off. */
function endsOf({ do_rescale, rescale_factor, rescale_offset }: Processor): [number, number] {
  if (!do_rescale) return [0, 255]
  const shift = rescale_offset === true ? 1 : 0
  return [0 - shift, Number((255 * rescale_factor - shift).toPrecision(12))]
}

/** What values were divided by; EfficientNet's processor divides twice. */
function deviationOf({ do_normalize, image_std, include_top }: Processor): readonly number[] | undefined {
  const std = do_normalize ? (image_std ?? undefined) : [1]
  const again = include_top === true && image_std?.length !== 0 ? (image_std ?? undefined) : [1]
  return again && std?.map((one, c) => one * entry(again, again.length === 1 ? 0 : c))
}

const unsaidBackend = `${preprocessor} does not say whether images were resized by Pillow (rounding "uint8", as proposed) or by torchvision on tensors ("uint8-pytorch")`

interface ReadFit {
  readonly fit?: object
  readonly frame?: readonly [number, number]
  readonly note?: string
}

/** How an image came into the frame, by the rules of transformers' image processors. */
function fitOf(given: Processor): ReadFit {
  if (isBounded(given.size))
    return {
      note: `images were bounded by a longer side of ${given.size.longest_edge}, which a card can’t say`,
    }
  if (given.do_pad === true) return { note: 'images were padded, which a card can’t say' }
  const crop = given.do_center_crop === true ? sidesOf(given.crop_size ?? undefined) : undefined
  const side = shortestOf(given)
  if (!given.do_resize || given.size === undefined)
    return crop === undefined
      ? {}
      : { frame: crop, note: 'images were cropped without being resized, which a card can’t say' }
  if (side !== undefined && given.crop_pct !== undefined) return convNextFit(side, given.crop_pct)
  if (side !== undefined)
    return crop === undefined
      ? { note: `images of a shorter side of ${side} kept their other side, so the input's size is not said` }
      : { fit: { kind: 'centre-crop', shorterSide: side }, frame: crop }
  const into = sidesOf(given.size)
  if (crop === undefined || into === undefined || crop.join() === into.join())
    return { fit: { kind: 'stretch' }, ...(into && { frame: into }) }
  return {
    frame: crop,
    note: `images were stretched to ${into.join('x')}, then cropped to ${crop.join('x')}, which a card can't say: give the graph its crop`,
  }
}

function isBounded(given: Processor['size']): given is z.output<typeof bounded> {
  return typeof given === 'object' && 'longest_edge' in given
}

/** A number alone is the shorter side where there is a crop after it, or a part of it to keep. */
function shortestOf({
  size: given,
  do_center_crop: isCropped,
  crop_pct: part,
}: Processor): number | undefined {
  if (typeof given === 'number') return isCropped === true || part !== undefined ? given : undefined
  return given !== undefined && 'shortest_edge' in given ? given.shortest_edge : undefined
}

/** ConvNeXt: below 384 pixels the shorter side is so much larger that the crop is this part of it. */
function convNextFit(side: number, part: number): ReadFit {
  if (side >= 384) return { fit: { kind: 'stretch' }, frame: [side, side] }
  return { fit: { kind: 'centre-crop', shorterSide: Math.trunc(side / part) }, frame: [side, side] }
}

function sidesOf(given: Processor['size']): readonly [number, number] | undefined {
  if (given === undefined) return undefined
  if (typeof given === 'number') return [given, given]
  return 'height' in given ? [given.height, given.width] : undefined
}
