import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tag } from '../../src/core/dicom/write/tags.ts'
import { encodeModel } from '../../src/core/onnx/codec.ts'
import { GraphBuilder } from '../../src/core/onnx/graph-builder.ts'
import type { DataElement } from '../../src/core/dicom/write/encode.ts'
import { writeImage, type SmallImage, type WrittenImage } from './small-study.ts'

/** A sequence of an examination, as a series. */
export interface Sequence {
  readonly description: string
  /** Its slices begin there, in mm; 0 by default. */
  readonly at?: number
  readonly frameOfReference?: string
  readonly count?: number
  readonly rows?: number
  readonly photometric?: SmallImage['photometric']
  /** Values of Image Orientation (Patient) and Pixel Spacing. */
  readonly orientation?: string
  readonly spacing?: string
  /** Study Instance UID of its examination. */
  readonly study?: string
}

export const sequences: readonly Sequence[] = [
  { description: 'T1' },
  { description: 'T1 post Gd' },
  { description: 'T2' },
  { description: 'FLAIR' },
]

/** Stacks of 8x6 pixels that say where they lie, each series with values in a range of its own. */
export function writeSequences(study: string, given: readonly Sequence[] = sequences): WrittenImage[][] {
  return given.map((sequence, index) =>
    Array.from({ length: sequence.count ?? 4 }, (_, n) =>
      writeImage(join(study, `series ${index + 1}`), n + 1, {
        series: index + 1,
        study: sequence.study ?? '2.25.7',
        modality: 'MR',
        rescale: undefined,
        rows: sequence.rows ?? 8,
        columns: 6,
        photometric: sequence.photometric ?? 'MONOCHROME2',
        lowest: 10 * index,
        highest: 400 * (index + 1),
        more: placeOf(sequence, n),
      }),
    ),
  )
}

/**
 * The same series as enhanced images, one file each. Frames are stored in an order of their own: frame f of
 * series s (from 0) is slice (f + s) % count.
 */
export function writeEnhancedSequences(study: string, series: readonly (readonly WrittenImage[])[]) {
  return series.map((slices, index) => {
    const order = slices.map((_, n) => (n + index) % slices.length)
    return writeImage(join(study, `series ${index + 1}`), 1, {
      ...slices[0]!,
      frames: slices.length,
      sopClassUid: '1.2.840.10008.5.1.4.1.1.4.1',
      values: order.flatMap((n) => slices[n]!.values),
      more: [
        { tag: tag.SeriesDescription, vr: 'LO', value: sequences[index]!.description },
        { tag: tag.FrameOfReferenceUID, vr: 'UI', value: '2.25.77' },
        { tag: 0x52009230, vr: 'SQ', items: order.map((n) => frameGroups(sequences[index]!, n)) },
      ],
    })
  })
}

function frameGroups(sequence: Sequence, n: number): DataElement[] {
  const [, , position, orientation, spacing] = placeOf(sequence, n)
  const group = (of: number, ...elements: DataElement[]): DataElement => ({
    tag: of,
    vr: 'SQ',
    items: [elements],
  })
  return [group(0x00209113, position!), group(0x00209116, orientation!), group(0x00289110, spacing!)]
}

/** What slice `n`, from 0, says of its series and of where it lies. */
function placeOf(sequence: Sequence, n: number): SmallImage['more'] {
  const { description, at = 0, frameOfReference = '2.25.77' } = sequence
  const { orientation = '1\\0\\0\\0\\1\\0', spacing = '0.5\\0.5' } = sequence
  return [
    { tag: tag.SeriesDescription, vr: 'LO', value: description },
    { tag: tag.FrameOfReferenceUID, vr: 'UI', value: frameOfReference },
    { tag: tag.ImagePositionPatient, vr: 'DS', value: `0\\0\\${at + 3 * n}` },
    { tag: tag.ImageOrientationPatient, vr: 'DS', value: orientation },
    { tag: tag.PixelSpacing, vr: 'DS', value: spacing },
  ]
}

/** Weights of the four channels for each of two classes. */
export const sequenceWeights = [
  [1, -2, 0.5, 3],
  [-1, 1.5, 2, -2.5],
] as const

/** Of the four channels. */
export const sequenceNormalisation = { mean: [0.5, 0.4, 0.3, 0.2], std: [1, 0.5, 0.25, 2] }

const sequencePatch = [4, 8, 6] as const
const classes = ['rest', 'lesion']

/** Conv of one voxel of four channels and, of a classifier, the mean over all voxels. */
function network(isDense: boolean, frame: readonly number[]): Uint8Array {
  const graph = new GraphBuilder()
  const image = graph.input('sequences', ['batch', 4, ...frame])
  const kernel = [2, 4, ...frame.map(() => 1)]
  const out = graph.node('Conv', [image, graph.floats(kernel, sequenceWeights.flat())])
  if (isDense) graph.output(out, ['batch', 2, ...frame])
  else graph.output(graph.node('Flatten', [graph.node('GlobalAveragePool', [out])]), ['batch', 2])
  return encodeModel(graph.build())
}

/** The channels of the card, T2 last. */
const sequenceChannels = [
  { kind: 'series', modality: 'MR', match: { SeriesDescription: '^t1$' } },
  { kind: 'series', match: { SeriesDescription: 'gd|post' } },
  { kind: 'series', match: { SeriesDescription: 'flair' } },
  { kind: 'series', match: { SeriesDescription: '^T2' } },
]

/** What is other than usual in a card of four sequences. */
export interface SequenceCard extends Readonly<Record<string, unknown>> {
  readonly channels?: unknown
  /** None of a 2-D network, or one of patches of one slice. */
  readonly volume?: Readonly<Record<string, unknown>> | undefined
}

/** A network of four sequences on disk with its card: a classifier, or a segmentation. */
export function writeSequenceModel(folder: string, isDense: boolean, changes: SequenceCard = {}) {
  mkdirSync(folder, { recursive: true })
  const paths = { model: join(folder, 'sequences.onnx'), card: join(folder, 'sequences.card.json') }
  const { volume, channels, ...others } = {
    volume: { run: 'patches' },
    channels: sequenceChannels,
    ...changes,
  }
  const isFlat = volume === undefined || JSON.stringify(volume).includes('"patch":[1,')
  const frame = isFlat ? sequencePatch.slice(1) : sequencePatch
  writeFileSync(paths.model, network(isDense, frame))
  const card = {
    input: { size: [8, 6], channels, volume },
    intensity: { kind: 'percentile', lower: 0, upper: 100, of: 'series' },
    fit: { kind: volume === undefined ? 'stretch' : 'none' },
    interpolation: 'bilinear',
    ...sequenceNormalisation,
    output: { activation: 'softmax', gives: 'logits', classes },
    ...others,
  }
  writeFileSync(paths.card, JSON.stringify(card))
  return paths
}
