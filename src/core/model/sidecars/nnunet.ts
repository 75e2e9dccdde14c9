import { z } from 'zod'
import type { ModelFacts } from '../model-facts.ts'
import { dataset, datasetReading } from './nnunet-dataset.ts'
import { channelProperties as properties, normalisation, type ChannelCard } from './nnunet-values.ts'
import { nothing, said, type SidecarField, type SidecarReader, type SidecarReading } from './sidecar.ts'

const extents = z.array(z.number())

const resamplingSettings = z.object({
  order: z.number().optional(),
  order_z: z.number().optional(),
  force_separate_z: z.boolean().nullish(),
})

const configuration = z.object({
  inherits_from: z.string().optional(),
  previous_stage: z.string().nullish(),
  patch_size: extents.optional(),
  spacing: extents.optional(),
  normalization_schemes: z.array(z.string()).optional(),
  use_mask_for_norm: z.array(z.boolean()).optional(),
  resampling_fn_data: z.string().optional(),
  resampling_fn_data_kwargs: resamplingSettings.optional(),
  resampling_fn_probabilities: z.string().optional(),
  resampling_fn_probabilities_kwargs: resamplingSettings.optional(),
})
type Configuration = z.output<typeof configuration>

const plans = z.object({
  configurations: z.record(z.string(), configuration),
  transpose_forward: extents.optional(),
  foreground_intensity_properties_per_channel: properties.optional().catch(undefined),
})
type Plans = z.output<typeof plans>

const fingerprint = z.object({ foreground_intensity_properties_per_channel: properties })

const planFiles = ['plans.json', 'nnUNetPlans.json']

/** nnU-Net v2: the configuration whose patch is the graph's. */
export const nnunet: SidecarReader = {
  files: [...planFiles, 'dataset.json', 'dataset_fingerprint.json'],
  read: (files, facts) => {
    const file = planFiles.find((name) => plans.safeParse(files[name]).success)
    const planned = plans.safeParse(files[file ?? '']).data
    const described = dataset.safeParse(files['dataset.json']).data
    if (planned === undefined && (described === undefined || !('channel_names' in described)))
      return undefined
    const print = fingerprint.safeParse(files['dataset_fingerprint.json']).data
    const ofPlans =
      planned === undefined || file === undefined
        ? { ...nothing, ofChannels: undefined }
        : planReading(planned, {
            file,
            facts,
            fingerprint: print?.foreground_intensity_properties_per_channel,
          })
    const ofDataset = described === undefined ? nothing : datasetReading(described, ofPlans.ofChannels)
    return {
      fields: [...ofPlans.fields, ...ofDataset.fields],
      notes: [...ofPlans.notes, ...ofDataset.notes],
    }
  },
}

interface Around {
  readonly file: string
  readonly facts: ModelFacts
  /** Values of the fingerprint, where plans don't have them. */
  readonly fingerprint: z.output<typeof properties> | undefined
}

/** A reading, and what each of several channels says of its values, where they are not alike. */
interface PlanReading extends SidecarReading {
  readonly ofChannels: readonly ChannelCard[] | undefined
}

function planReading(planned: Plans, { file, facts, fingerprint }: Around): PlanReading {
  const chosen = chosenOf(planned, facts)
  const cascade = chosen && cascadeOf(planned, chosen, facts)
  if (chosen === undefined)
    return {
      fields: [],
      notes: [`${file}: no configuration has as many axes as the graph`],
      ofChannels: undefined,
    }
  if (cascade !== undefined) return { fields: [], notes: [`${file}: ${cascade}`], ofChannels: undefined }
  const { foreground_intensity_properties_per_channel: ofPlans } = planned
  const at = (place: string) => `${file}: ${chosen.name}.${place}`
  const propertiesOf = (channel: number) => ofPlans?.[channel] ?? fingerprint?.[channel]
  const normalised = normalisation(chosen, propertiesOf, at('normalization_schemes'))
  const { ofChannels } = normalised
  const common = [...said('task', 'segmentation', `${file}: configurations`), ...normalised.fields]
  return {
    ofChannels,
    fields: [...common, ...volumeFields(chosen, file)],
    notes: volumeNotes(chosen, planned, file),
  }
}

function volumeFields({ name, patch, spacing }: Chosen, file: string): SidecarField[] {
  const at = (place: string) => `${file}: ${name}.${place}`
  const tiling = `${file}: nnU-Net's tiling`
  return [
    ...said('input.volume.patch', patch.length === 2 ? [1, ...patch] : patch, at('patch_size')),
    ...said('input.volume.spacing', spacing, at('spacing')),
    ...said('input.volume.resampling', 'nnunet', `${file}: nnU-Net's resampling`),
    ...said('input.volume.overlap', 0.5, tiling),
    ...said('input.volume.blend', 'gaussian', tiling),
    ...said('input.volume.tiling', 'nnunet', tiling),
    ...said('input.volume.edge', 'zeros', tiling),
    ...said('fit', { kind: 'none' }, at('spacing')),
    ...said('interpolation', 'bilinear', `${file}: resampling of logits`),
  ]
}

function volumeNotes(
  chosen: Chosen,
  { transpose_forward: [a = 0, b = 1, c = 2] = [] }: Plans,
  file: string,
): string[] {
  const ofAxes = [a, b, c].map((axis) => ['slices', 'rows', 'columns'][axis]).join(', ')
  return [
    `${file}: nnU-Net takes images as their files have them. Say in input.volume.orientation towards what its axes (${ofAxes} of the training images) rise, e.g. "SPL"`,
    `${file}: nnU-Net cuts off what is 0 all around before it lays patches, which a card can't say: results differ a little for images with such edges`,
    ...(isUsual(chosen)
      ? []
      : [
          `${file}: ${chosen.name}.resampling_fn_data or its settings are not nnU-Net's usual ones (cubic, nearest across anisotropic slices, back linearly), which are the ones that Radversary has`,
        ]),
  ]
}

/** Whether images are resampled by nnU-Net's usual function and settings, on the way there and back. */
function isUsual(chosen: Configuration): boolean {
  const ways = [
    [chosen.resampling_fn_data, chosen.resampling_fn_data_kwargs, 3],
    [chosen.resampling_fn_probabilities, chosen.resampling_fn_probabilities_kwargs, 1],
  ] as const
  return ways.every(
    ([name = usualResampling, { order, order_z: across = 0, force_separate_z: force } = {}, usual]) =>
      name === usualResampling &&
      (order ?? usual) === usual &&
      across === 0 &&
      (force ?? undefined) === undefined,
  )
}

const usualResampling = 'resample_data_or_seg_to_shape'

interface Chosen extends Configuration {
  readonly name: string
  readonly patch: readonly number[]
}

/** The configuration of the graph's patch, or else the usual one of as many axes. */
function chosenOf(planned: Plans, { inputs }: ModelFacts): Chosen | undefined {
  const frames = inputs.map(({ shape }) => shape.slice(2))
  const fitting = Object.keys(planned.configurations)
    .map((name) => ({ ...inherited(planned, name), name }))
    .flatMap(({ patch_size: patch, ...rest }) => (patch === undefined ? [] : [{ ...rest, patch }]))
    .filter(({ patch }) => frames.some(({ length }) => length === patch.length))
  return (
    fitting.find(({ patch }) => frames.some((frame) => frame.join() === patch.join())) ??
    fitting.find(({ name }) => name === '3d_fullres') ??
    fitting[0]
  )
}

/** Why a network is not run whose graph takes what another one predicted as channels; undefined of others. */
function cascadeOf({ configurations }: Plans, chosen: Chosen, { inputs }: ModelFacts): string | undefined {
  const images = chosen.normalization_schemes?.length
  const given = inputs.map(({ shape }) => shape[1]).find((extent) => typeof extent === 'number')
  const hasMore = images !== undefined && typeof given === 'number' && given > images
  const found = Object.entries(configurations).find(
    ([, { previous_stage: stage }]) => typeof stage === 'string',
  )
  if (!hasMore || found === undefined) return undefined
  const [name, { previous_stage: stage }] = found
  return `the graph takes ${given} channels, the images have ${images}: it is ${name}, a cascade that takes what ${stage ?? 'another network'} predicted as further channels, which a card can't say. Export 3d_fullres or 3d_lowres`
}

function inherited({ configurations }: Plans, name: string, depth = 0): Configuration {
  const own = configurations[name] ?? {}
  const { inherits_from: parent } = own
  return parent === undefined || depth > 8
    ? own
    : { ...inherited({ configurations }, parent, depth + 1), ...own }
}
