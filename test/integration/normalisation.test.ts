import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { compareStudy } from '../../src/engine/compare/compare-study.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import type { StudyInfo } from '../../src/engine/server/studies/study-info.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { attackRequest } from '../support/attack-requests.ts'
import { compareRequest } from '../support/compare-requests.ts'
import { keepModelFile, lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'
import { largestDifference, uniformTensor } from '../support/numbers.ts'
import { pixelsAtEnd, writeImage, type WrittenImage } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { layers, saved, sequential, withWeights } from '../support/tfjs-models.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('normalisation')
const cpu = { device: 'cpu', threads: 1 } as const

/** (value − m) / σ, in double precision. */
function zScores(values: readonly number[], of = values): number[] {
  const mean = of.reduce((sum, value) => sum + value, 0) / of.length
  const deviation = Math.sqrt(of.reduce((sum, value) => sum + (value - mean) ** 2, 0) / of.length)
  return values.map((value) => (value - mean) / deviation)
}

/** MONAI's NormalizeIntensity(nonzero=True): zeros stay, and are none of the statistics. */
function ofNonZero(values: readonly number[]): number[] {
  const scored = zScores(values, values.filter((value) => value !== 0)) // prettier-ignore
  return values.map((value, i) => (value === 0 ? 0 : scored[i]!))
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const position = ((sorted.length - 1) * percent) / 100
  const [below, above] = [sorted[Math.floor(position)]!, sorted[Math.ceil(position)]!]
  return below + (position % 1) * (above - below)
}

function clipped(values: readonly number[], lower: number, upper: number): number[] {
  return values.map((value) => Math.min(Math.max(value, lower), upper))
}

/** A series of MR whose outermost pixels are 0. */
function writeMr(study: string, count = 3): WrittenImage[] {
  const isBackground = (i: number) => i < 12 || i >= 132 || i % 12 === 0 || i % 12 === 11
  return Array.from({ length: count }, (_, index) => {
    const drawn = uniformTensor([144], 60 + index, [40 + 100 * index, 900]).data
    const values = [...drawn].map((value, i) => (isBackground(i) ? 0 : Math.round(value)))
    return writeImage(study, index + 1, { modality: 'MR', rescale: undefined, values })
  })
}

/** What the model is given of image `at` of a series, worked out from stored values. */
type ByHand = (series: readonly (readonly number[])[], at: number) => number[]

const mrCard = {
  intensity: { kind: 'percentile', lower: 0, upper: 99, of: 'image', fromZero: true },
  clip: false,
  mean: [0],
  std: [1],
}
const seriesCard = { ...mrCard, intensity: { kind: 'stored-range', lower: 0, upper: 900 } }

const ways: readonly { readonly name: string; readonly card: object; readonly byHand: ByHand }[] = [
  {
    name: 'the z-score of pixels that are not zero',
    card: { ...mrCard, normalisation: [{ kind: 'z-score', region: { kind: 'non-zero' } }] },
    byHand: (series, at) => ofNonZero(series[at]!),
  },
  {
    name: 'percentiles, then the z-score',
    card: {
      ...mrCard,
      normalisation: [
        { kind: 'clip', percentiles: [20, 97] },
        { kind: 'z-score', at: 'input' },
      ],
    },
    byHand: (series, at) => {
      const values = series[at]!
      return zScores(clipped(values, percentile(values, 20), percentile(values, 97)))
    },
  },
  {
    name: 'the z-score of a whole series',
    card: { ...seriesCard, normalisation: [{ kind: 'z-score', of: 'volume' }] },
    byHand: (series, at) => zScores(series[at]!, series.flat()),
  },
  {
    name: 'nnU-Net’s constants of CT',
    card: {
      input: { layout: 'NCHW', size: [12, 12], channels: 1, valueRange: [100, 700] },
      intensity: { kind: 'modality-range', lower: 100, upper: 700 },
      mean: [310],
      std: [180],
    },
    byHand: (series, at) => clipped(series[at]!, 100, 700).map((value) => (value - 310) / 180),
  },
]

describe.each(ways)('a model of images normalised by $name', ({ name, card, byHand }) => {
  const folder = join(base, name)
  const [study, out] = [join(folder, 'study'), join(folder, 'out')]

  test('is predicted as by hand, attacked, judged after export, and verified', async () => {
    const images = writeMr(study)
    const settings = { epsilon: '64/255', stepSize: '16/255', steps: 8 }
    const classifier = writeClassifier(folder, {}, card)
    const { record } = await attackStudy(attackRequest(classifier, { study, out }, { settings }))
    const source = images.map(({ values }) => values)
    const exported = images.map((image, at) => pixelsAtEnd(join(out, record.images[at]!.exported.series.path), image)) // prettier-ignore
    record.images.forEach(({ frames: [frame] }, at) => {
      const expected = (series: readonly (readonly number[])[]) =>
        classifier.probabilities(byHand(series, at))
      expect(largestDifference(frame!.before.probabilities, expected(source))).toBeLessThan(1e-4)
      expect(largestDifference(frame!.reread.probabilities, expected(exported))).toBeLessThan(1e-4)
    })
    expect(record.images.some(({ frames }) => frames[0]!.success)).toBe(true)
    const verified = await verifyExport({ folder: out, model: classifier.model, home: base, ...cpu })
    expect(verified).toMatchObject({ predictions: true, discrepancies: [] })
  })
})

test('models that normalise differently are compared, and judge each other', async () => {
  const folder = join(base, 'compared')
  writeMr(join(folder, 'study'))
  const models = ways.map(
    ({ card }, i) => writeClassifier(join(folder, `model-${i}`), {}, { ...card, name: `model-${i}` }).model,
  )
  const { comparison } = await compareStudy(
    compareRequest(
      { study: [join(folder, 'study')], out: join(folder, 'out'), home: folder },
      {
        models,
        methods: [{ name: 'i-fgsm', settings: { steps: 4 } }],
        budgets: { Linf: ['16/255'], L2: [] },
        transfer: true,
      },
    ),
  )
  expect(comparison.failures).toEqual([])
  expect(comparison.cells.map(({ transfer }) => transfer.map(({ model }) => model))).toEqual([
    [1, 2, 3],
    [0, 2, 3],
    [0, 1, 3],
    [0, 1, 2],
  ])
})

describe('a TensorFlow.js model of normalised images', () => {
  const folder = join(base, 'tfjs')
  const [study, model] = [join(folder, 'study'), join(folder, 'model.json')]
  const normalisation = [{ kind: 'z-score', region: { kind: 'non-zero' } }]

  beforeAll(async () => {
    writeMr(study)
    const dense = [
      layers.flatten({ inputShape: [12, 12, 1] }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ]
    const { json, shard } = await saved(withWeights(sequential({ layers: dense })))
    mkdirSync(folder, { recursive: true })
    writeFileSync(model, json)
    writeFileSync(join(folder, 'weights.bin'), shard)
    const input = { layout: 'NHWC', size: [12, 12], channels: 1 }
    const more = { fit: { kind: 'stretch' }, interpolation: 'bilinear', output: { classes: ['a', 'b'] } }
    writeFileSync(
      join(folder, 'model.card.json'),
      JSON.stringify({ ...mrCard, input, normalisation, ...more }),
    )
  })

  test('is predicted alike by either runtime, and attacked', async () => {
    const predicted = async (runtime: 'onnx' | 'tfjs') => {
      const { predictions } = await predictStudy({ study: [study], home: base, model, runtime, ...cpu })
      return predictions.flatMap(({ probabilities }) => probabilities)
    }
    expect(largestDifference(await predicted('onnx'), await predicted('tfjs'))).toBeLessThan(1e-5)
    const out = join(folder, 'out')
    const paths = { model, card: join(folder, 'model.card.json') }
    await attackStudy(attackRequest(paths, { study, out }, { runtime: 'tfjs' }))
    const verified = await verifyExport({ folder: out, model, home: base, ...cpu })
    expect(verified).toMatchObject({ predictions: true, discrepancies: [] })
  })
})

describe('in the application', () => {
  let engine: TestEngine
  let study: StudyInfo
  const [nonZero, , ofSeries] = ways

  beforeAll(async () => {
    engine = await startEngine()
    await engine.client.settings.set.mutate({ device: 'cpu' })
    const folder = join(base, 'application')
    writeMr(join(folder, 'study'))
    for (const [name, way] of Object.entries({ nonZero, ofSeries })) {
      const { model, card } = writeClassifier(join(folder, name), {}, { ...way!.card, name })
      await keepModelFile(engine, model, card)
    }
    const opened = await engine.client.studies.open.mutate({ paths: [join(folder, 'study')] })
    study = (await lastOf(opened, 'study')).study
  }, 60_000)
  afterAll(() => engine.end())

  const gradientOf = async (model: string) => {
    const response = await engine.get(`/frames/${study.id}/1/0/gradient?model=${model}`)
    return new Float32Array(await response.arrayBuffer())
  }

  test('a gradient goes through the statistics: brighter in proportion is the same image', async () => {
    const gradient = await gradientOf('nonZero')
    const { values } = writeMr(join(base, 'values'))[1]!
    const sizes = gradient.map((slope, i) => Math.abs(slope * values[i]!))
    const along = gradient.reduce((sum, slope, i) => sum + slope * values[i]!, 0)
    const size = sizes.reduce((sum, one) => sum + one, 0)
    expect(size).toBeGreaterThan(1)
    expect(Math.abs(along)).toBeLessThan(1e-4 * size)
  })

  test('a slice of a series that is normalised as a whole has a gradient of its own', async () => {
    expect((await gradientOf('ofSeries')).some((slope) => slope !== 0)).toBe(true)
  })

  test('what the model sees is shown from its least to its greatest value', async () => {
    const preview = await engine.client.models.preview.query({ study: study.id, image: 1, model: 'nonZero' })
    expect(preview.ends).toBe('values')
    const grey = [...Buffer.from(preview.pixels, 'base64')]
    expect([Math.min(...grey), Math.max(...grey)]).toEqual([0, 255])
    expect(preview.steps).toEqual(['z-score of the image, non-zero', 'mean and standard deviation'])
  })
})
