import { z } from 'zod'
import type { ChannelCard } from './nnunet-values.ts'
import { said, type SidecarReading } from './sidecar.ts'

/** What is read of nnU-Net's dataset.json. */
export const dataset = z.object({
  channel_names: z.record(z.string(), z.string()).optional(),
  labels: z.record(z.string(), z.union([z.number(), z.array(z.number())])),
})
type Dataset = z.output<typeof dataset>

/** The label of what nobody looked at: no output of the network. */
const ignored = 'ignore'

/**
 * What the dataset says of a card: modality, the series that are channels, classes.
 * @param values what each channel says of its values, where they are not alike
 */
export function datasetReading(
  { channel_names: names = {}, labels }: Dataset,
  values: readonly ChannelCard[] | undefined,
): SidecarReading {
  const channels = Object.values(names)
  const isCt = channels.length > 0 && channels.every((name) => name === 'CT')
  return {
    fields: [
      ...said('modality', isCt ? ['CT'] : undefined, 'dataset.json: channel_names'),
      ...said('input.channels', seriesOf(names, values), 'dataset.json: channel_names'),
      ...classesOf(labels),
    ],
    notes:
      channels.length < 2
        ? []
        : [
            `dataset.json: the network takes ${channels.length} channels (${channels.join(', ')}), found as series of these names or as files that end in _0000, _0001 …: say in input.channels what your series are called`,
          ],
  }
}

/** Several channels by their names, or by nnU-Net's endings of files, which imported series are called by. */
function seriesOf(names: Readonly<Record<string, string>>, values: readonly ChannelCard[] = []) {
  const channels = Object.entries(names)
  if (channels.length < 2) return undefined
  return channels.map(([index, name], n) => {
    const plain = name.replace(/[^A-Za-z0-9 _-]/g, '.')
    return {
      kind: 'series',
      match: { SeriesDescription: `^${plain}$|_${index.padStart(4, '0')}\\.` },
      ...values[n],
    }
  })
}

/** Classes in the order of the outputs; where some are regions, which overlap, all but the background. */
function classesOf(labels: Dataset['labels']) {
  const known = Object.entries(labels).filter(([name]) => name !== ignored)
  const areRegions = known.some(([, value]) => typeof value !== 'number' && value.length > 1)
  const isOne = (value: number | number[]) => [value].flat().join() !== '0'
  const classes = areRegions
    ? known.filter(([, value]) => isOne(value))
    : known.sort(([, a], [, b]) => Number(a) - Number(b))
  const from = 'dataset.json: labels'
  const names = classes.map(([name]) => name)
  return [
    ...said('output.classes', names, from),
    ...said('output.activation', areRegions ? 'multi-label-sigmoid' : 'softmax', from),
  ]
}
