import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import { featureModel, featureName } from '../../src/core/model/feature-graph.ts'
import { decodeModel, encodeModel } from '../../src/core/onnx/codec.ts'
import { tensor, type Tensor } from '../../src/core/tensor/tensor.ts'
import { compareStudy } from '../../src/engine/compare/compare-study.ts'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { goldenImages } from '../support/attack-goldens.ts'
import { attackRequest, filesBelow, imageResults, tinyInput } from '../support/attack-requests.ts'
import { commandLine } from '../support/command-line.ts'
import { pixelsAtEnd, writeSeries, type WrittenImage } from '../support/small-study.ts'
import { compareRequest } from '../support/compare-requests.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('attack-hfc')
const study = join(base, 'study')
const classifier = writeClassifier(base)
const runtime = createOrtRuntime({ device: 'cpu', threads: 1 })
/** Output of the tiny classifier's hidden layer. */
const relu = decodeModel(readFileSync(classifier.model)).graph.nodes.find(({ opType }) => opType === 'Relu')!
  .outputs[0]!
let images: WrittenImage[]
let runs = 0
const freshFolder = () => join(base, `out-${runs++}`)
beforeAll(() => {
  images = writeSeries(study, 12)
})

const request = (
  out: string,
  settings: AttackRequest['settings'] = {},
  changes: Partial<AttackRequest> = {},
) =>
  attackRequest(
    classifier,
    { study, out },
    {
      method: 'hfc',
      settings: { epsilon: '24/255', stepSize: '2/255', steps: 20, tensors: relu, ...settings },
      ...changes,
    },
  )

describe('the features of inner tensors', () => {
  const golden = decodeModel(readFileSync(new URL('../fixtures/attacks/model.onnx', import.meta.url)))
  const convolutions = golden.graph.nodes
    .filter(({ opType }) => opType === 'Relu')
    .map(({ outputs }) => outputs[0]!)
  const { images: images } = goldenImages(3)
  const create = (bytes: Uint8Array, outputName: string) =>
    createOnnxModel({ bytes, runtime, outputName, activation: 'none' })

  test('are the channels’ means, one tensor after the other', async () => {
    const features = await create(encodeModel(featureModel(golden, convolutions)), featureName)
    const found = await features.predict(images)
    expect(found.shape).toEqual([3, 8 + 16])
    for (const [l, name] of convolutions.entries()) {
      const outputs = [{ name, dataType: 'float32' as const, shape: null }]
      const whole = await (
        await create(encodeModel({ ...golden, graph: { ...golden.graph, outputs } }), name)
      ).predict(images)
      const [, channels = 0, rows = 0, columns = 0] = whole.shape
      for (let n = 0; n < 3; n++)
        for (let c = 0; c < channels; c++) {
          const first = (n * channels + c) * rows * columns
          const values = whole.data.subarray(first, first + rows * columns)
          const mean = values.reduce((sum, value) => sum + value, 0) / values.length
          expect(found.data[n * 24 + 8 * l + c]).toBeCloseTo(mean, 5)
        }
    }
  })

  test('can be differentiated', async () => {
    const features = await create(encodeModel(featureModel(golden, convolutions)), featureName)
    const target = tensor(
      [1, 24],
      Float32Array.from({ length: 24 }, (_, d) => Math.sin(d)),
    )
    const x: Tensor = { shape: [1, ...images.shape.slice(1)], data: images.data.slice(0, 256) }
    const lossAt = async (by: number) => {
      const moved = { ...x, data: x.data.map((value, i) => value + by * Math.cos(i)) }
      return (await features.lossAndGradient(moved, { kind: 'dot', terms: [{ target, weight: 1 }] })).loss[0]!
    }
    const { gradient } = await features.lossAndGradient(x, { kind: 'dot', terms: [{ target, weight: 1 }] })
    const slope = gradient.data.reduce((sum, value, i) => sum + value * Math.cos(i), 0)
    expect(((await lossAt(1e-3)) - (await lossAt(-1e-3))) / 2e-3).toBeCloseTo(slope, 2)
  })

  test('are refused by name where the model has none such', () => {
    expect(() => featureModel(golden, ['no-such'])).toThrow(
      "Inner tensors: expected names of the model's, got 'no-such'",
    )
    expect(() => featureModel(golden, [])).toThrow('got none')
  })
})

/** The hidden layer's values, worked out for pixels as they were stored. */
async function hiddenOf(stored: readonly (readonly number[])[]): Promise<number[][]> {
  const model = decodeModel(readFileSync(classifier.model))
  const bytes = encodeModel(featureModel(model, [relu]))
  const features = await createOnnxModel({ bytes, runtime, outputName: featureName, activation: 'none' })
  const inputs = stored.map((values, i) => tinyInput(images[i]!, values, { lower: -1024, upper: 1024 }))
  const { data } = await features.predict(
    tensor([inputs.length, 1, 12, 12], Float32Array.from(inputs.flat())),
  )
  return inputs.map((_, n) => [...data.subarray(16 * n, 16 * (n + 1))])
}

/**
 * Mean over the images of the squared distance between hidden values and the mean of clean ones of the class
 * that they are taken for.
 */
async function meanDistance(out: string): Promise<number> {
  const results = imageResults(out).map(({ frames }) => frames[0]!)
  const clean = await hiddenOf(images.map(({ values }) => values))
  const changed = await hiddenOf(
    images.map((image, i) =>
      pixelsAtEnd(join(out, `adversarial/${String(i + 1).padStart(4, '0')}.dcm`), image),
    ),
  )
  const distances = changed.map((values, n) => {
    const own = clean.filter((_, m) => results[m]!.before.classes[0] === results[n]!.reread.classes[0])
    const mean = values.map((_, d) => own.reduce((sum, other) => sum + other[d]!, 0) / own.length)
    return values.reduce((sum, value, d) => sum + (value - mean[d]!) ** 2, 0)
  })
  return distances.reduce((sum, distance) => sum + distance, 0) / distances.length
}

describe('an attack that hides', () => {
  test('leaves features closer to those of clean images than the same attack that does not, and still succeeds', async () => {
    const [hidden, open] = [freshFolder(), freshFolder()]
    const { record } = await attackStudy(request(hidden))
    const { record: without } = await attackStudy(request(open, { hidingWeight: 0 }))
    expect(record.summary.fooled.successes).toBeGreaterThan(6)
    expect(without.summary.fooled.successes).toBeGreaterThan(6)
    expect(await meanDistance(hidden)).toBeLessThan(0.7 * (await meanDistance(open)))
    const deviation = (out: string) =>
      imageResults(out).reduce((sum, { frames }) => sum + (frames[0]!.features!.after ?? Infinity), 0) /
      images.length
    expect(deviation(hidden)).toBeLessThan(0.7 * deviation(open))
    expect(readFileSync(join(hidden, 'summary.txt'), 'utf8')).toMatch(
      /^Features +squared deviation .* before, .* after/m,
    )
  })

  test('records what was fitted to which images', async () => {
    const { record } = await attackStudy(request(freshFolder(), { components: 2 }))
    const { tensors, classes } = record.hiding!
    expect(tensors).toEqual([{ name: relu, features: 16 }])
    expect(classes.reduce((sum, each) => sum + each.images, 0)).toBe(12)
    for (const each of classes) expect(each.components).toEqual([Math.min(2, each.images)])
    for (const { frames } of record.images)
      expect(classes.map((each) => each.class)).toContain(classifier.classes[frames[0]!.label[0]!])
  })

  test('gives the same bytes when it is repeated, goes on after a stop, and is verified', async () => {
    const [first, again] = [freshFolder(), freshFolder()]
    await attackStudy(request(first))
    const abort = new AbortController()
    const stopped = attackStudy(request(again), {
      signal: abort.signal,
      onEvent: ({ type }) => {
        if (type === 'image') abort.abort()
      },
    })
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
    await attackStudy(request(again))
    expect(filesBelow(again)).toEqual(filesBelow(first))
    const verified = await verifyExport({
      folder: first,
      model: classifier.model,
      home: base,
      device: 'cpu',
      threads: 1,
    })
    expect(verified.discrepancies).toEqual([])
  })

  test('works on two groups at a time, to the same success', async () => {
    const { record } = await attackStudy(request(freshFolder(), {}, { threads: 2 }))
    expect(record.summary.fooled.successes).toBeGreaterThan(6)
  })

  test('works with one logit for two classes', async () => {
    const binary = writeClassifier(join(base, 'binary'), { activation: 'binary-sigmoid' })
    const { record } = await attackStudy({
      ...request(freshFolder()),
      model: binary.model,
      card: binary.card,
    })
    expect(record.hiding!.classes.length).toBeGreaterThan(0)
  })
})

describe('refusals', () => {
  test.each([
    ['no tensor', { tensors: '' }, 'Inner tensors: expected names'],
    ['a tensor that there is not', { tensors: `${relu}, elsewhere` }, "got 'elsewhere'"],
  ])('%s', async (_, settings, message) => {
    await expect(attackStudy(request(freshFolder(), settings))).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message) as string,
      tip: expect.stringContaining(relu) as string,
    })
  })

  test('labels that may overlap', async () => {
    const labels = writeClassifier(join(base, 'labels'), { activation: 'multi-label-sigmoid' })
    const attack = attackStudy({ ...request(freshFolder()), model: labels.model, card: labels.card })
    await expect(attack).rejects.toThrow('classes that exclude each other')
  })

  test('comparisons', async () => {
    const comparison = compareStudy(
      compareRequest(
        { study: [study], out: freshFolder(), home: base },
        {
          models: [classifier.model],
          methods: [{ name: 'hfc', settings: { tensors: relu } }],
          budgets: { Linf: [], L2: [] },
        },
      ),
    )
    await expect(comparison).rejects.toThrow('expected methods that need no fitted features')
  })
})

test('the command line explains the tensors and takes their names', async () => {
  const help = await commandLine(['attack', '--method', 'hfc', '--help'])
  expect(help.out).toContain('--tensors <text>')
  const out = freshFolder()
  const args = [
    '--study',
    study,
    '--model',
    classifier.model,
    '--method',
    'hfc',
    '--tensors',
    relu,
    '--out',
    out,
    '--device',
    'cpu',
  ]
  expect(await commandLine(['attack', ...args])).toMatchObject({ code: 0 })
})
