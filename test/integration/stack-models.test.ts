import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import type { DataElement } from '../../src/core/dicom/write/encode.ts'
import { tag } from '../../src/core/dicom/write/tags.ts'
import type { StudyInfo } from '../../src/engine/server/studies/study-info.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { attackRequest, imageResults } from '../support/attack-requests.ts'
import { keepModelFile, lastOf, startEngine, type TestEngine } from '../support/engine-client.ts'
import { largestDifference } from '../support/numbers.ts'
import { writeSliceModel } from '../support/slice-models.ts'
import { pixelsAtEnd, writeImage, writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeSegmenter } from '../support/tiny-segmenters.ts'
import { writeVolumeSegmenter } from '../support/tiny-volumes.ts'

const base = temporaryFolder('stack-models')
const root = join(import.meta.dirname, '../../resources/sample')
const study = join(root, 'study')
const sampleModel = (name: string) => ({
  model: join(root, `model/${name}.onnx`),
  card: join(root, `model/${name}.card.json`),
})
/** Eight neighbouring slices of the sample, where its lesions are. */
const few = join(base, 'few')
mkdirSync(few, { recursive: true })
const names = readdirSync(study).filter((name) => name.endsWith('.dcm'))
for (const name of names.sort().slice(8, 16)) copyFileSync(join(study, name), join(few, name))
const cpu = { device: 'cpu', threads: 2 } as const

async function expectVerified(out: string, model: string) {
  expect(await verifyExport({ folder: out, model, home: base, ...cpu })).toMatchObject({
    predictions: true,
    discrepancies: [],
  })
}

describe('the sample’s classifier on three slices', () => {
  const probabilities = async (paths: { readonly model: string; readonly card: string }) => {
    const { predictions } = await predictStudy({ study: [study], home: base, ...paths, ...cpu })
    return predictions.map((prediction) => prediction.probabilities)
  }

  test('that looks at the middle one says what the sample says', async () => {
    const middle = writeSliceModel(join(base, 'middle'), sampleModel('phantom-thorax'), [0, 1, 0])
    const [got, expected] = [await probabilities(middle), await probabilities(sampleModel('phantom-thorax'))]
    expect(got).toHaveLength(28)
    got.forEach((row, n) => {
      expect(largestDifference(row, expected[n]!)).toBeLessThan(1e-5)
    })
  })

  test('that looks at their mean is turned by SMIA on most slices, within the budget', async () => {
    const paths = writeSliceModel(join(base, 'mean'), sampleModel('phantom-thorax'), [0.25, 0.5, 0.25])
    const out = join(base, 'mean-out')
    const settings = { epsilon: '4/255', stepSize: '1/255', steps: 5 }
    const { record } = await attackStudy({
      ...attackRequest(paths, { study: few, out }, { settings, batch: 3, slices: 5 }),
      ...cpu,
    })
    const frames = record.images.flatMap((image) => image.frames)
    expect(frames.filter(({ success }) => success).length).toBeGreaterThan(5)
    for (const { window } of frames) expect(window.linf).toBeLessThanOrEqual(4 / 255 + 1e-6)
    await expectVerified(out, paths.model)
  })
})

test('a detector on three slices is attacked and verified', async () => {
  const paths = writeSliceModel(
    join(base, 'detector'),
    sampleModel('phantom-thorax-detection'),
    [0.25, 0.5, 0.25],
  )
  const out = join(base, 'detector-out')
  const settings = { epsilon: '4/255', stepSize: '2/255', steps: 2 }
  const { record } = await attackStudy({
    ...attackRequest(paths, { study: few, out }, { settings, method: 'i-fgsm' }),
    ...cpu,
  })
  expect(record.images).toHaveLength(8)
  expect(record.images.some(({ frames }) => frames[0]!.success)).toBe(true)
  await expectVerified(out, paths.model)
})

test('a segmentation on five slices is attacked, its masks exported and verified', async () => {
  const folder = join(base, 'segmenter')
  const paths = writeSliceModel(folder, writeSegmenter(folder), [0.1, 0.2, 0.4, 0.2, 0.1])
  const small = join(folder, 'study')
  writeSeries(small, 9)
  const out = join(folder, 'out')
  const settings = { epsilon: '40/255', stepSize: '10/255', steps: 8 }
  const { record } = await attackStudy(attackRequest(paths, { study: small, out }, { settings, slices: 4, exports: ['series', 'masksBefore', 'masksAfter'] })) // prettier-ignore
  expect(record.images.filter(({ frames }) => frames[0]!.success).length).toBeGreaterThan(6)
  expect(imageResults(out)[0]!.frames[0]!.segments!.after.length).toBeGreaterThan(0)
  await expectVerified(out, paths.model)
})

test('two times of a series are two stacks, as they are predicted, attacked and verified', async () => {
  const folder = join(base, 'times')
  const paths = writeSliceModel(folder, writeSegmenter(folder), [0.5, 0.5, 0])
  const write = (name: string, numbers: readonly number[]) => {
    for (const number of numbers) {
      const position = { tag: tag.ImagePositionPatient, vr: 'DS', value: `0\\0\\${number % 3}` } as const
      const orientation = { tag: tag.ImageOrientationPatient, vr: 'DS', value: '1\\0\\0\\0\\1\\0' } as const
      writeImage(join(folder, name), number, { more: [position, orientation] })
    }
    return join(folder, name)
  }
  const both = write('both', [3, 4, 5, 6, 7, 8])
  const each = [write('first', [3, 4, 5]), write('second', [6, 7, 8])]
  const areasOf = async (source: string) =>
    (await predictStudy({ study: [source], home: base, ...paths, ...cpu })).predictions.map(
      ({ areas }) => areas,
    )
  expect(await areasOf(both)).toEqual((await Promise.all(each.map(areasOf))).flat())
  const out = join(folder, 'out')
  const settings = { epsilon: '40/255', stepSize: '10/255', steps: 4 }
  await attackStudy(attackRequest(paths, { study: both, out }, { settings, method: 'i-fgsm' }))
  expect(imageResults(out).map(({ stack }) => stack)).toEqual([1, 1, 1, 2, 2, 2])
  await expectVerified(out, paths.model)
})

/** An Enhanced MR image of two times whose frames are interleaved, and out of the order of positions. */
const enhanced = [0, 2, 1].flatMap((z) => [1, 2].map((time) => ({ z, time })))
function frameGroups({ z, time }: (typeof enhanced)[number]): DataElement[] {
  const group = (of: number, ...elements: DataElement[]): DataElement => ({
    tag: of,
    vr: 'SQ',
    items: [elements],
  })
  return [
    group(0x00209111, { tag: 0x00209128, vr: 'UL', value: [time] }),
    group(0x00209113, { tag: tag.ImagePositionPatient, vr: 'DS', value: `0\\0\\${z}` }),
    group(0x00209116, { tag: tag.ImageOrientationPatient, vr: 'DS', value: '1\\0\\0\\0\\1\\0' }),
  ]
}

describe.each<[string, (folder: string) => { readonly model: string; readonly card: string }]>([
  ['neighbouring slices', (folder) => writeSliceModel(folder, writeSegmenter(folder), [0.5, 0.5, 0])],
  ['volumes', (folder) => writeVolumeSegmenter(folder, {}, [4, 8, 6])],
])('two times in one file, for a model of %s', (name, modelIn) => {
  const folder = join(base, name)
  const paths = modelIn(folder)
  const study = join(folder, 'study')
  const groups: DataElement = { tag: 0x52009230, vr: 'SQ', items: enhanced.map(frameGroups) }
  const image = writeImage(study, 1, {
    frames: 6,
    modality: 'MR',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.4.1',
    more: [groups],
  })
  const valuesAt = (frame: number, values: readonly number[] = image.values) =>
    values.slice(144 * frame, 144 * (frame + 1))
  /** The frames of each time as a series of its own, in the order of positions. */
  const each = [1, 2].map((time) => {
    const frames = [0, 1, 2].map((z) => enhanced.findIndex((one) => one.z === z && one.time === time))
    const source = join(folder, `time ${time}`)
    const images = frames.map((frame, n) =>
      writeImage(source, n + 1, { values: valuesAt(frame), series: time }),
    )
    return { source, frames, images }
  })
  const request = { home: base, ...paths, ...cpu }

  test('is predicted as two series are', async () => {
    const { predictions } = await predictStudy({ ...request, study: [study] })
    expect(predictions.map(({ frame }) => frame)).toEqual([1, 2, 3, 4, 5, 6])
    for (const { source, frames } of each) {
      const own = await predictStudy({ ...request, study: [source] })
      expect(frames.map((frame) => predictions[frame]!.areas)).toEqual(
        own.predictions.map(({ areas }) => areas),
      )
    }
  })

  test('is attacked stack by stack, and exported in the order of the file', async () => {
    const out = join(folder, 'out')
    const attack = { settings: { epsilon: '40/255', stepSize: '10/255', steps: 4 }, method: 'i-fgsm' }
    const { record } = await attackStudy(attackRequest(paths, { study, out }, attack))
    expect(record.images[0]!.frames.map(({ frame }) => frame)).toEqual([1, 2, 3, 4, 5, 6])
    await expectVerified(out, paths.model)
    const changed = pixelsAtEnd(join(out, 'adversarial/0001.dcm'), image)
    for (const [n, { source, frames, images }] of each.entries()) {
      const alone = join(folder, `out ${n}`)
      await attackStudy(attackRequest(paths, { study: source, out: alone }, attack))
      const pixels = images.map((one, at) => pixelsAtEnd(join(alone, `adversarial/000${at + 1}.dcm`), one))
      expect(frames.map((frame) => valuesAt(frame, changed))).toEqual(pixels)
    }
  })
})

describe('in the application', () => {
  let engine: TestEngine
  let opened: StudyInfo
  const added = async (weights: readonly number[], name: string) => {
    const { model, card } = writeSliceModel(join(base, name), sampleModel('phantom-thorax'), weights)
    const named = join(base, `${name}.card.json`)
    writeFileSync(named, JSON.stringify({ ...(JSON.parse(readFileSync(card, 'utf8')) as object), name }))
    await keepModelFile(engine, model, named)
  }
  beforeAll(async () => {
    engine = await startEngine()
    await engine.client.settings.set.mutate({ device: 'cpu' })
    await added([0, 1, 0], 'middle')
    await added([1, 0, 0], 'previous')
    opened = (await lastOf(await engine.client.studies.open.mutate({ paths: [study] }), 'study')).study
  })
  afterAll(() => engine.end())

  const gradientOf = async (model: string) => {
    const response = await engine.get(`/frames/${opened.id}/12/0/gradient?model=${model}`)
    return new Float32Array(await response.arrayBuffer())
  }

  test('a slice is predicted with the one before it, in the order of positions, also where that is not asked for', async () => {
    const predicted = async (model: string, images: number[]) =>
      (
        await lastOf(
          await engine.client.models.predict.mutate({ study: opened.id, model, images }),
          'predictions',
        )
      ).predictions
    const [got, expected] = [
      await predicted('previous', [0, 3, 9]),
      await predicted('phantom-thorax', [0, 2, 8]),
    ]
    got.forEach(({ probabilities }, n) => {
      expect(largestDifference(probabilities, expected[n]!.probabilities)).toBeLessThan(1e-5)
    })
  })

  test('a gradient is that of the slice’s own prediction', async () => {
    const [middle, sample] = [await gradientOf('middle'), await gradientOf('phantom-thorax')]
    const largest = sample.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(largest).toBeGreaterThan(0)
    expect(largestDifference(middle, sample)).toBeLessThan(1e-4 * largest)
    expect((await gradientOf('previous')).every((value) => value === 0)).toBe(true)
  })

  test('what the model sees of a slice is shown', async () => {
    const preview = (model: string) =>
      engine.client.models.preview.query({ study: opened.id, image: 12, model })
    const [own, sample] = [await preview('previous'), await preview('phantom-thorax')]
    expect(own.channels).toBe(1)
    expect(own.pixels).toBe(sample.pixels)
    expect(own.steps).toContain('3 neighbouring slices')
  })
})
