import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import type { StudyInfo } from '../../src/engine/server/studies/study-info.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { attackRequest, largestChange } from '../support/attack-requests.ts'
import { commandLine } from '../support/command-line.ts'
import { keepModelFile, lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'
import { largestDifference } from '../support/numbers.ts'
import { pixelsAtEnd, writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { layers, saved, sequential, withWeights } from '../support/tfjs-models.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('window-channels')
const cpu = { device: 'cpu', threads: 1 } as const

const windows = [
  { center: 40, width: 800 },
  { center: -600, width: 400 },
  { center: 100, width: 1800 },
]
const [mean, std] = [[0.4, 0.3, 0.5], [0.25, 0.5, 0.2]] // prettier-ignore
const card = {
  intensity: { kind: 'modality-range', lower: -1000, upper: 1000 },
  mean,
  std,
}

/** Channel c of the input, from stored values of CT whose intercept is −1024. */
function channelByHand(values: readonly number[], c: number): number[] {
  const { center, width } = windows[c]!
  return values.map((value) => {
    const windowed = Math.min(Math.max((value - 1024 - (center - width / 2)) / width, 0), 1)
    return (windowed - mean[c]!) / std[c]!
  })
}

const at = (index: number, length: number) => Math.min(Math.max(index, 0), length - 1)
const ways = [
  {
    name: 'three windows',
    slices: [0, 0, 0],
    more: {},
  },
  {
    name: 'a window of each of three slices',
    slices: [-1, 0, 1],
    more: { edge: 'repeat' },
  },
]

describe.each(ways)('a model of $name', ({ name, slices, more }) => {
  const folder = join(base, name)
  const [study, out] = [join(folder, 'study'), join(folder, 'out')]

  test('is predicted as by hand, attacked by a budget in HU, and verified', async () => {
    const images = writeSeries(study, 4)
    const channels = windows.map((window, c) => ({ kind: 'window', ...window, slice: slices[c], ...more }))
    const input = { layout: 'NCHW', size: [12, 12], channels }
    const classifier = writeClassifier(folder, { channels: 3 }, { ...card, input })
    const settings = { epsilon: '160HU', stepSize: '40HU', steps: 8 }
    const { record } = await attackStudy(attackRequest(classifier, { study, out }, { settings }))
    const source = images.map(({ values }) => values)
    const exported = images.map((image, n) => pixelsAtEnd(join(out, record.images[n]!.exported.series.path), image)) // prettier-ignore
    record.images.forEach(({ frames: [frame] }, n) => {
      const expected = (series: readonly (readonly number[])[]) =>
        classifier.probabilities(
          slices.flatMap((slice, c) => channelByHand(series[at(n + slice, series.length)]!, c)),
        )
      expect(largestDifference(frame!.before.probabilities, expected(source))).toBeLessThan(1e-5)
      expect(largestDifference(frame!.reread.probabilities, expected(exported))).toBeLessThan(1e-5)
      const change = largestChange(source[n]!, exported[n]!)
      expect(change).toBeGreaterThan(0)
      expect(change).toBeLessThanOrEqual(160)
    })
    expect(record.images.some(({ frames }) => frames[0]!.success)).toBe(true)
    const verified = await verifyExport({ folder: out, model: classifier.model, home: base, ...cpu })
    expect(verified).toMatchObject({ predictions: true, discrepancies: [] })
  })
})

test('a TensorFlow.js model of three windows is predicted alike by either runtime', async () => {
  const folder = join(base, 'tfjs')
  const [study, model] = [join(folder, 'study'), join(folder, 'model.json')]
  writeSeries(study, 2)
  const dense = [
    layers.flatten({ inputShape: [12, 12, 3] }),
    layers.dense({ units: 2, activation: 'softmax' }),
  ]
  const { json, shard } = await saved(withWeights(sequential({ layers: dense })))
  mkdirSync(folder, { recursive: true })
  writeFileSync(model, json)
  writeFileSync(join(folder, 'weights.bin'), shard)
  const channels = windows.map((window) => ({ kind: 'window', ...window }))
  const input = { layout: 'NHWC', size: [12, 12], channels }
  const more = { fit: { kind: 'stretch' }, interpolation: 'bilinear', output: { classes: ['a', 'b'] } }
  writeFileSync(join(folder, 'model.card.json'), JSON.stringify({ ...card, input, ...more }))
  const predicted = async (runtime: 'onnx' | 'tfjs') => {
    const { predictions } = await predictStudy({ study: [study], home: base, model, runtime, ...cpu })
    return predictions.flatMap(({ probabilities }) => probabilities)
  }
  expect(largestDifference(await predicted('onnx'), await predicted('tfjs'))).toBeLessThan(1e-5)
})

describe('in the application', () => {
  let engine: TestEngine
  let study: StudyInfo
  const folder = join(base, 'application')

  beforeAll(async () => {
    engine = await startEngine()
    await engine.client.settings.set.mutate({ device: 'cpu' })
    writeSeries(join(folder, 'study'), 3)
    const channels = windows.map((window) => ({ kind: 'window', ...window }))
    const input = { layout: 'NCHW', size: [12, 12], channels }
    const paths = writeClassifier(folder, { channels: 3 }, { ...card, input, name: 'windows' })
    await keepModelFile(engine, paths.model, paths.card)
    const opened = await engine.client.studies.open.mutate({ paths: [join(folder, 'study')] })
    study = (await lastOf(opened, 'study')).study
  }, 60_000)
  afterAll(() => engine.end())

  test('the model’s channels are shown, and its gradient is on the image’s own grid', async () => {
    const preview = await engine.client.models.preview.query({ study: study.id, image: 1, model: 'windows' })
    expect(preview).toMatchObject({ channels: 3, ends: 'windows', range: { lower: -1000, upper: 1000 } })
    expect(preview.steps).toContain('3 windows')
    const response = await engine.get(`/frames/${study.id}/1/0/gradient?model=windows`)
    const gradient = new Float32Array(await response.arrayBuffer())
    expect(gradient).toHaveLength(144)
    expect(gradient.some((slope) => slope !== 0)).toBe(true)
  })
})

test('`model show` tells a card of channels that do not fit the graph what is wrong', async () => {
  const folder = join(base, 'shown')
  const channels = [{ kind: 'window', ...windows[0] }]
  const input = { layout: 'NCHW', size: [12, 12], channels }
  const { model, card: file } = writeClassifier(
    folder,
    { channels: 3 },
    { ...card, input, mean: [0], std: [1] },
  )
  const { err } = await commandLine(['predict', '--study', folder, '--model', model, '--card', file])
  expect(err).toContain("input: NCHW [N, 1, 12, 12], but the model's is [batch, 3, 12, 12]")
})
