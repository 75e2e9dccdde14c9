import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { compareStudy } from '../../src/engine/compare/compare-study.ts'
import { openModel } from '../../src/engine/models/open-model.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { attackRequest, imageResults, largestChange } from '../support/attack-requests.ts'
import { pixelsAtEnd, type WrittenImage } from '../support/small-study.ts'
import { lastOf, startEngine } from '../support/engine-client.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import {
  sequenceNormalisation,
  sequences,
  sequenceWeights,
  writeEnhancedSequences,
  writeSequenceModel,
  writeSequences,
  type Sequence,
  type SequenceCard,
} from '../support/tiny-sequences.ts'

const base = temporaryFolder('series-channels')
const cpu = { device: 'cpu', threads: 1 } as const
const settings = { epsilon: '24/255', stepSize: '6/255', steps: 6 }
let studies = 0

function madeStudy(isDense: boolean, given?: readonly Sequence[], card?: SequenceCard) {
  const folder = join(base, String(studies++))
  const study = join(folder, 'study')
  const series = writeSequences(study, given)
  const paths = writeSequenceModel(join(folder, 'model'), isDense, card)
  const isOfSlices = card !== undefined && 'volume' in card && card.volume === undefined
  return { folder, study, series, paths, out: join(folder, 'out'), isOfSlices }
}

/** In the order of the card's channels. */
function ofChannels<Value>([t1, gd, t2, flair]: readonly Value[]): Value[] {
  return [t1!, gd!, flair!, t2!]
}

function rangeOf(series: readonly WrittenImage[]) {
  const all = series.flatMap(({ values }) => [...values])
  return { lower: Math.min(...all), width: Math.max(...all) - Math.min(...all) }
}

/** Both logits at each voxel, slice by slice: Σ w_c (x_c − m_c) / s_c. */
function logitsOf(series: readonly (readonly WrittenImage[])[]): number[][][] {
  const { mean, std } = sequenceNormalisation
  const channels = ofChannels(series)
  return channels[0]!.map((_, slice) =>
    Array.from({ length: 48 }, (__, pixel) =>
      sequenceWeights.map((weights) =>
        weights.reduce((sum, weight, c) => {
          const { lower, width } = rangeOf(channels[c]!)
          const x = (channels[c]![slice]!.values[pixel]! - lower) / width
          return sum + (weight * (x - mean[c]!)) / std[c]!
        }, 0),
      ),
    ),
  )
}

test.each<[string, SequenceCard, RegExp]>([
  ['no channels', { channels: undefined }, /input\.channels: missing; .* does not show which series are a volume's channels/],
  ['a series too few', { channels: [{ kind: 'series', modality: 'MR' }], mean: [0], std: [1] }, /but the model's is \[batch, 4, 4, 8, 6\]/],
  [
    'windows beside series',
    {
      channels: [
        { kind: 'slice', slice: 0 },
        ...[1, 2, 3].map((n) => ({ kind: 'series', match: { SeriesNumber: String(n) } })),
      ],
    },
    /expected a series, as the other channels are/,
  ],
  ['a series that nothing is said of', { channels: [1, 2, 3, 4].map(() => ({ kind: 'series' })) }, /expected a modality, or what the series is found by/],
  ['no pattern', { channels: [1, 2, 3, 4].map(() => ({ kind: 'series', match: { SeriesDescription: '(' } })) }, /expected a regular expression/],
  ['one statistic of series in ranges of their own', { normalisation: [{ kind: 'z-score', of: 'all' }] }, /expected a range with both ends, the same for all series/],
  ['an image of its references', { references: [{ image: 'a.dcm', output: 'a.npy' }] }, /expected a NIfTI file for each of 4 series/],
])('a card with %s is refused', async (_name, changes, message) => {
  const { paths } = madeStudy(true, sequences, changes)
  await expect(openModel({ ...paths, home: base })).rejects.toThrow(message)
}) // prettier-ignore

test('an attribute that there is not is refused by its name', async () => {
  const channels = [1, 2, 3, 4].map(() => ({ kind: 'series', match: { SequenceNam: 'x' } }))
  const { study, paths } = madeStudy(true, sequences, { channels })
  const refused = predictStudy({ study: [study], home: base, ...paths, ...cpu })
  await expect(refused).rejects.toThrow('there is no DICOM attribute SequenceNam')
})

test('a segmentation of four sequences is that computed by hand, for the images of each', async () => {
  const { study, series, paths } = madeStudy(true)
  const { predictions } = await predictStudy({ study: [study], home: base, ...paths, ...cpu })
  expect(predictions.map(({ file }) => file)).toEqual(
    [1, 2, 4, 3].flatMap((n) => [1, 2, 3, 4].map((slice) => `series ${n}/00${slice}.dcm`)),
  )
  const lesions = logitsOf(series).map((voxels) => voxels.filter(([rest, lesion]) => lesion! > rest!).length)
  expect(new Set(lesions).size).toBeGreaterThan(1)
  expect(predictions.map(({ areas }) => areas![1])).toEqual([1, 2, 3, 4].flatMap(() => lesions))
})

test('a classifier of four sequences says one thing of all, computed by hand', async () => {
  const { study, series, paths } = madeStudy(false)
  const { predictions } = await predictStudy({ study: [study], home: base, ...paths, ...cpu })
  const voxels = logitsOf(series).flat()
  const [rest, lesion] = [0, 1].map((k) => voxels.reduce((sum, each) => sum + each[k]!, 0) / voxels.length)
  const expected = 1 / (1 + Math.exp(rest! - lesion!))
  expect(new Set(predictions.map(({ volume }) => volume))).toEqual(new Set(['series 1/001.dcm']))
  for (const { probabilities } of predictions) expect(probabilities[1]).toBeCloseTo(expected, 5)
})

test('each series is normalised by its own volume', async () => {
  const normalisation = [{ kind: 'z-score', of: 'volume' }]
  const { study, series, paths } = madeStudy(false, sequences, {
    normalisation,
    mean: [1, 0, 0, 0],
    std: [1],
  })
  const { predictions } = await predictStudy({ study: [study], home: base, ...paths, ...cpu })
  // Of z-scores the mean is 0, so what is left is the first mean and std.
  const [rest, lesion] = sequenceWeights.map(([weight]) => -weight)
  expect(series).toHaveLength(4)
  for (const { probabilities } of predictions)
    expect(probabilities[1]).toBeCloseTo(1 / (1 + Math.exp(rest! - lesion!)), 4)
})

test('one statistic of all series is that of all their values', async () => {
  const normalisation = [{ kind: 'z-score', of: 'all' }]
  const values = { intensity: { kind: 'modality-range', lower: 0, upper: 2000 }, clip: false }
  const numbers = { normalisation, mean: [0], std: [1] }
  const { study, series, paths } = madeStudy(false, sequences, { ...values, ...numbers })
  const { predictions } = await predictStudy({ study: [study], home: base, ...paths, ...cpu })
  const channels = ofChannels(series).map((images) => images.flatMap((image) => image.values))
  const meanOf = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length
  const [mean, square] = [meanOf(channels.flat()), meanOf(channels.flat().map((value) => value ** 2))]
  const scores = channels.map((all) => (meanOf(all) - mean) / Math.sqrt(square - mean ** 2))
  const [rest, lesion] = sequenceWeights.map((weights) =>
    weights.reduce((sum, w, c) => sum + w * scores[c]!, 0),
  )
  for (const { probabilities } of predictions)
    expect(probabilities[1]).toBeCloseTo(1 / (1 + Math.exp(rest! - lesion!)), 4)
})

test('a 2-D classifier of four sequences says something of each slice, computed by hand', async () => {
  const { study, series, paths } = madeStudy(false, sequences, { volume: undefined })
  const { predictions } = await predictStudy({ study: [study], home: base, ...paths, ...cpu })
  const expected = logitsOf(series).map((voxels) => {
    const [rest, lesion] = [0, 1].map((k) => voxels.reduce((sum, each) => sum + each[k]!, 0) / voxels.length)
    return 1 / (1 + Math.exp(rest! - lesion!))
  })
  expect(new Set(expected.map((value) => value.toFixed(4))).size).toBeGreaterThan(1)
  for (const [n, { probabilities, volume }] of predictions.entries()) {
    expect(volume).toBeUndefined()
    expect(probabilities[1]).toBeCloseTo(expected[n % 4]!, 5)
  }
})

describe.each<[string, boolean, SequenceCard]>([
  ['segmentation', true, {}],
  ['2-D classifier', false, { volume: undefined }],
])('a %s of four enhanced images, whose frames are stored in orders of their own,', (_name, isDense, card) => {
  const made = madeStudy(isDense, sequences, card)
  const study = join(made.folder, 'enhanced')
  const images = writeEnhancedSequences(study, made.series)

  test('predicts what it does of single-frame ones', async () => {
    const request = { home: base, ...made.paths, ...cpu }
    const { predictions: single } = await predictStudy({ ...request, study: [made.study] })
    const { predictions } = await predictStudy({ ...request, study: [study] })
    expect(predictions.map(({ file }) => file)).toEqual([1, 2, 4, 3].flatMap((n) => [1, 2, 3, 4].map(() => `series ${n}/001.dcm`))) // prettier-ignore
    const told = (found: typeof single) => found.map(({ probabilities, areas }) => ({ probabilities, areas }))
    const inOrder = [0, 1, 3, 2].flatMap((series, c) => [0, 1, 2, 3].map((frame) => single[4 * c + ((frame + series) % 4)]!)) // prettier-ignore
    expect(told(predictions)).toEqual(told(inOrder))
  })

  test('is attacked in every image within its own budget, exported and verified', async () => {
    const request = attackRequest(made.paths, { ...made, study }, { method: 'i-fgsm', settings })
    const { record, failures } = await attackStudy(request)
    expect(failures).toEqual([])
    expect(record.images.map(({ frames }) => frames.length)).toEqual([4, 4, 4, 4])
    for (const [c, image] of ofChannels(images).entries()) {
      const change = largestChange(image.values, pixelsAtEnd(join(made.out, `adversarial/000${c + 1}.dcm`), image))
      expect(change).toBeGreaterThan(0)
      expect(change).toBeLessThanOrEqual((24 / 255) * rangeOf([image]).width)
    }
    const report = await verifyExport({ folder: made.out, model: made.paths.model, home: base, ...cpu })
    expect(report).toMatchObject({ predictions: true, discrepancies: [] })
  })
}) // prettier-ignore

describe.each<[string, boolean, SequenceCard]>([
  ['segmentation', true, {}],
  ['classifier', false, {}],
  [
    'classifier, turned and resampled,',
    false,
    { fit: { kind: 'stretch' }, volume: { run: 'resized', orientation: 'SAR', spacing: [2, 0.6, 0.4] } },
  ],
  ['segmentation, 2-D,', true, { volume: undefined }],
  ['classifier, 2-D,', false, { volume: undefined, mean: [0.3], std: [0.5] }],
  ['2-D segmentation, on patches of slices,', true, { volume: { patch: [1, 8, 6], spacing: [0.4, 0.4] } }],
  ['segmentation of other spacing', true, { volume: { run: 'patches', spacing: [2, 0.5, 0.5] } }],
])('a %s of four sequences', (_name, isDense, card) => {
  test('is attacked in every series within its own budget, exported and verified', async () => {
    const made = madeStudy(isDense, sequences, card)
    const { record, failures } = await attackStudy(
      attackRequest(made.paths, made, { method: 'i-fgsm', settings }),
    )
    expect(failures).toEqual([])
    expect(record.images).toHaveLength(16)
    expect(record.summary.slices).toBe(isDense || made.isOfSlices ? 16 : 1)
    for (const [c, series] of ofChannels(made.series).entries())
      for (const [n, image] of series.entries()) {
        const path = join(made.out, `adversarial/00${String(4 * c + n + 1).padStart(2, '0')}.dcm`)
        const change = largestChange(image.values, pixelsAtEnd(path, image))
        expect(change).toBeGreaterThan(0)
        expect(change).toBeLessThanOrEqual((24 / 255) * rangeOf(series).width)
      }
    const files = [1, 5, 9, 13].map((n) =>
      readFileSync(join(made.out, `adversarial/00${String(n).padStart(2, '0')}.dcm`)),
    )
    expect(new Set(files.map((file) => parseInstance(file).seriesInstanceUid)).size).toBe(4)
    const results = imageResults(made.out)
    const reread = results.map(({ frames }) => JSON.stringify(frames[0]!.reread.probabilities))
    expect(reread.slice(4, 8)).toEqual(reread.slice(0, 4))
    const { trace } = results[0]!.frames[0]!
    expect(trace.at(-1)!.deviation).toBeGreaterThan(trace[0]!.deviation)
    const report = await verifyExport({ folder: made.out, model: made.paths.model, home: base, ...cpu })
    expect(report).toMatchObject({ predictions: true, discrepancies: [] })
  })
})

test('series that are no channel are left out, and said so', async () => {
  const { study, paths } = madeStudy(false, [...sequences, { description: 'DWI', count: 3 }])
  const notices: string[] = []
  const onNotice = (notice: string) => notices.push(notice)
  const request = { study: [study], home: base, ...paths, ...cpu }
  const { predictions } = await predictStudy(request, { onNotice })
  expect(predictions).toHaveLength(16)
  expect(notices).toContain('Series of the study that are no channel of the model, and are left out: 1.')
  await expect(predictStudy({ ...request, images: ['2.25.7.5.1'] })).rejects.toMatchObject({
    message: 'Images: expected those of the model’s channels, got another series',
  })
})

test('each examination is a stack of its own, and is attacked beside the others', async () => {
  const second = sequences.map((each) => ({ ...each, study: '2.25.8' }))
  const made = madeStudy(false, [...sequences, ...second])
  const request = attackRequest(made.paths, made, { method: 'i-fgsm', settings, threads: 2 })
  const { record, failures } = await attackStudy(request)
  expect(failures).toEqual([])
  expect(record.images).toHaveLength(32)
  expect(record.summary.slices).toBe(2)
  const answers = record.images.map(({ frames }) => frames[0]!.before.probabilities.join())
  expect(new Set(answers.slice(0, 16)).size).toBe(1)
  expect(new Set(answers.slice(16)).size).toBe(1)
  expect(answers[0]).not.toBe(answers[16])
  const report = await verifyExport({ folder: made.out, model: made.paths.model, home: base, ...cpu })
  expect(report).toMatchObject({ predictions: true, discrepancies: [] })
})

const replaced = (index: number, changes: Partial<Sequence>) =>
  sequences.map((each, n) => (n === index ? { ...each, ...changes } : each))

test.each<[string, readonly Sequence[], RegExp]>([
  ['a missing series', sequences.slice(0, 3), /channel 3 \(SeriesDescription flair\), got none of "T1" \(MR/],
  [
    'a doubled series',
    [...sequences, { description: 'FLAIR sag' }],
    /channel 3 .*, got 2: "FLAIR" \(MR, images: 4\); "FLAIR sag"/,
  ],
  ['another count of slices', replaced(2, { count: 3 }), /"T2" \(MR, images: 3\) have 4 and 3 images/],
  ['slices elsewhere', replaced(1, { at: 1 }), /"T1 post Gd" .* are 1\.00 mm apart at slice 1/],
  ['another frame of reference', replaced(3, { frameOfReference: '2.25.78' }), /Frame of Reference UID/],
  ['another size', replaced(1, { rows: 10 }), /have images of another size/],
  ['another spacing', replaced(2, { spacing: '0.5\\0.51' }), /have another Pixel Spacing/],
  [
    'another orientation',
    replaced(1, { orientation: '1\\0\\0\\0\\0.99\\0.14' }),
    /have another Image Orientation/,
  ],
  ['no orientation', replaced(0, { orientation: '' }), /don’t both say where they lie/],
  [
    'another meaning of values',
    replaced(3, { photometric: 'MONOCHROME1' }),
    /have another Photometric Interpretation/,
  ],
  [
    'one series for two channels',
    [...sequences.slice(0, 3), { description: 'T2 flair' }].filter((_, n) => n !== 2),
    /expected another for each channel, got one for 3 and 4: "T2 flair"/,
  ],
])('%s is refused by name', async (_name, given, message) => {
  const { study, paths } = madeStudy(false, given)
  const refused = predictStudy({ study: [study], home: base, ...paths, ...cpu })
  await expect(refused).rejects.toMatchObject({ code: 'card-unsuited', message: expect.stringMatching(message) as string }) // prettier-ignore
})

test('slices within a tenth of a millimetre lie at one place', async () => {
  const { study, paths } = madeStudy(false, replaced(1, { at: 0.05 }))
  const { predictions } = await predictStudy({ study: [study], home: base, ...paths, ...cpu })
  expect(predictions).toHaveLength(16)
})

function maskOf(valueAt: (pixel: number) => number): Uint8Array {
  const data = Uint8Array.from({ length: 48 }, (_, pixel) => valueAt(pixel))
  return encode({ width: 6, height: 8, data, channels: 1, depth: 8 })
}

test('a mask of a slice counts for all series, whichever it was given for', async () => {
  const { folder, study, series, paths } = madeStudy(true)
  const labels = join(folder, 'masks')
  mkdirSync(join(labels, 'series 4'), { recursive: true })
  for (const [n, { name }] of series[3]!.entries())
    writeFileSync(
      join(labels, 'series 4', name.replace('.dcm', '.png')),
      maskOf((pixel) => Number(pixel % (n + 2) === 0)),
    )
  const { predictions, segments } = await predictStudy({
    study: [study],
    home: base,
    ...paths,
    ...cpu,
    labels,
  })
  const dice = predictions.map((each) => each.segments?.classes[0]?.dice)
  expect(dice.slice(0, 4)).not.toContain(undefined)
  for (const first of [4, 8, 12]) expect(dice.slice(first, first + 4)).toEqual(dice.slice(0, 4))
  expect(segments).toHaveLength(1)
})

test('models that see other series are not compared', async () => {
  const { folder, study, paths } = madeStudy(false)
  const other = writeSequenceModel(join(folder, 'other'), false, {
    channels: [1, 2, 3, 4].map((n) => ({ kind: 'series', match: { SeriesNumber: `^${n}$` } })),
  })
  const request = (models: readonly string[], out: string) => ({
    study: [study],
    models: [...models],
    home: base,
    budgets: { Linf: [], L2: [] },
    out: join(folder, out),
    methods: [{ name: 'i-fgsm' as const, settings }],
    transfer: true,
    seed: 0,
    batch: 4,
    ...cpu,
    earlyStop: false,
    forceIntensity: false,
    forceReferences: false,
  })
  await expect(compareStudy(request([paths.model, other.model], 'a'))).rejects.toThrow('Comparison: expected models of the same series')
  const same = writeSequenceModel(join(folder, 'same'), false, { mean: [0], std: [1] })
  const { comparison } = await compareStudy(request([paths.model, same.model], 'b'))
  expect(comparison.cells).toHaveLength(2)
}) // prettier-ignore

describe('the gradient over an image', () => {
  let engine: Awaited<ReturnType<typeof startEngine>>
  beforeAll(async () => {
    engine = await startEngine()
    await engine.client.settings.set.mutate({ device: 'cpu' })
  }, 60_000)
  afterAll(() => engine.end())

  test.each([
    ['the one answer, by its own series', { volume: { run: 'patches' } }, false],
    ['the answer of its slice, of a 2-D network and enhanced images', { volume: undefined }, true],
  ])(
    'is that of %s',
    async (_name, card, isEnhanced) => {
      const all = [{ description: 'localizer', count: 2 }, ...sequences]
      const { folder, study: single, series, paths } = madeStudy(false, isEnhanced ? sequences : all, card)
      const study = isEnhanced ? join(folder, 'enhanced') : single
      if (isEnhanced) writeEnhancedSequences(study, series)
      const asked = isEnhanced ? [0, 1, 3, 2] : [2, 6, 14, 10]
      const opened = await lastOf(await engine.client.studies.open.mutate({ paths: [study] }), 'study')
      const ask = (image: number, frame = 0) =>
        engine.get(
          `/frames/${opened.study.id}/${image}/${frame}/gradient?model=${encodeURIComponent(paths.model)}`,
        )
      const gradients: number[] = []
      for (const image of asked) {
        const firstSlice = isEnhanced ? (4 - image) % 4 : 0
        const response = await ask(image, firstSlice)
        expect(response.status, await response.clone().text()).toBe(200)
        const values = new Float32Array(await response.arrayBuffer())
        expect(Math.max(...values) - Math.min(...values)).toBeLessThan(1e-6)
        gradients.push(values[0]!)
      }
      const [rest, lesion] = sequenceWeights
      const slopes = rest.map((weight, c) => (weight - lesion[c]!) / sequenceNormalisation.std[c]!)
      for (const [c, gradient] of gradients.entries())
        expect(gradient / gradients[0]!).toBeCloseTo(slopes[c]! / slopes[0]!, 4)
      if (!isEnhanced) expect((await ask(0)).status).toBeGreaterThanOrEqual(400)
    },
    60_000,
  )
})
