import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readInstance } from '../../src/adapters/fs/read-file.ts'
import { scan, type ScanResult } from '../../src/adapters/fs/scan.ts'
import { createOrtRuntime } from '../../src/adapters/ort/runtime.ts'
import { createOnnxModel } from '../../src/core/autodiff/onnx-model.ts'
import { decodeFrame } from '../../src/core/dicom/decode.ts'
import { pixelMeaning } from '../../src/core/dicom/meaning.ts'
import { parseCardText } from '../../src/core/model/card.ts'
import type { ImagePixels } from '../../src/core/image/intensity-counts.ts'
import { resolveIntensity } from '../../src/core/image/intensity.ts'
import type { DifferentiableModel } from '../../src/core/model/ports.ts'
import { throughPreprocessing } from '../../src/core/model/preprocessing/chain.ts'
import { classesOfAnswer } from '../../src/core/tasks/answers.ts'
import { imagePredictions, rulesOf } from '../../src/core/tasks/tasks.ts'
import { proposeCard } from '../../src/core/model/propose-card.ts'
import { factsOf } from '../../src/core/model/read-facts.ts'
import { decodeModel } from '../../src/core/onnx/codec.ts'
import { createFloatImage } from '../../src/core/image/float-image.ts'
import { concatenate, type Tensor } from '../../src/core/tensor/tensor.ts'
import { parseLabels } from '../../src/engine/labels/given-labels.ts'
import { dcentvfyFindings, dciodvfyFindings, describeWithDebian } from '../support/debian-tools.ts'

const root = fileURLToPath(new URL('../../resources/sample/', import.meta.url))
const study = join(root, 'study')
const modelFile = join(root, 'model/phantom-thorax.onnx')
const slices = readdirSync(study).filter((name) => name.endsWith('.dcm'))
const card = parseCardText(readFileSync(join(root, 'model/phantom-thorax.card.json'), 'utf8'))
const bytes = readFileSync(modelFile)
const measured = z
  .object({
    test: z.object({ slices: z.number(), accuracy: z.number(), confusion: z.array(z.array(z.number())) }),
    study: z.object({
      confusion: z.array(z.array(z.number())),
      logits: z.record(z.string(), z.array(z.number())),
    }),
  })
  .parse(JSON.parse(readFileSync(join(root, 'model/training.json'), 'utf8')))

/** How many slices a confusion matrix counts, and how many of them as right. */
function tally(confusion: readonly (readonly number[])[]): { slices: number; right: number } {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  return { slices: sum(confusion.map(sum)), right: sum(confusion.map((row, i) => row[i] ?? 0)) }
}

describe("the sample's study", () => {
  let found: ScanResult
  const images = new Map<string, ImagePixels>()
  beforeAll(async () => {
    found = await scan([study])
    for (const { source } of found.series.flatMap(({ instances }) => instances)) {
      const instance = await readInstance(source)
      images.set(basename(source.path), {
        frame: await decodeFrame(instance, 0),
        meaning: pixelMeaning(instance, 0),
      })
    }
  })

  test('is one CT series of contiguous slices, every one of which decodes to 12 bits in HU', () => {
    expect(found.failures).toEqual([])
    expect(found.series).toMatchObject([
      { modality: 'CT', orderedBy: 'geometry', sliceSpacingMm: 4, notes: [], duplicates: [] },
    ])
    expect([...images.keys()].sort()).toEqual(slices)
    for (const { frame, meaning } of images.values()) {
      expect(frame).toMatchObject({
        rows: 512,
        columns: 512,
        bitsStored: 12,
        signed: false,
        photometric: 'MONOCHROME2',
      })
      expect(meaning.modality).toMatchObject({ kind: 'linear', slope: 1, intercept: -1024, unit: 'HU' })
    }
  })

  test('holds air, lung, fat, soft tissue and bone in the proportions of a thorax', () => {
    const between = (low: number, high: number): number => {
      const counts = [...images.values()].map(
        ({ frame }) => frame.values.filter((v) => v - 1024 >= low && v - 1024 < high).length,
      )
      return counts.reduce((total, count) => total + count, 0) / (images.size * 512 * 512)
    }
    expect(between(-1024, -950)).toBeGreaterThan(0.3)
    expect(between(-950, -700)).toBeGreaterThan(0.1)
    expect(between(-150, -50)).toBeGreaterThan(0.03)
    expect(between(0, 200)).toBeGreaterThan(0.1)
    expect(between(300, 1500)).toBeGreaterThan(0.005)
  })

  test('has labels for exactly its files, of every class of the card', () => {
    const labels = readLabels()
    const classes = slices.map((fileName) => labels(fileName))
    expect(classes).not.toContain(undefined)
    expect(new Set(classes)).toEqual(new Set([0, 1, 2]))
  })

  describeWithDebian('validated by others', ['dicom3tools'], () => {
    test('dciodvfy finds no fault in any slice, dcentvfy none in the series', async () => {
      const paths = slices.map((name) => join(study, name))
      for (const path of paths) expect([path, ...(await dciodvfyFindings(path))]).toEqual([path])
      expect(await dcentvfyFindings(paths)).toEqual(new Set())
    })
  })

  describe('and its model', () => {
    let model: DifferentiableModel
    const logits = new Map<string, Tensor>()
    beforeAll(async () => {
      const onnx = await createOnnxModel({
        bytes,
        runtime: createOrtRuntime({ device: 'cpu' }),
        file: modelFile,
      })
      model = throughPreprocessing(onnx, card, [1, 512, 512])
      for (const [name, image] of images) logits.set(name, await model.predict(inCardsIntensity(image)))
    }, 120_000)
    afterAll(() => model.dispose())

    test('give the logits that PyTorch gave for the same files', () => {
      expect(Object.keys(measured.study.logits)).toEqual(slices)
      for (const [name, expected] of Object.entries(measured.study.logits)) {
        const difference = Math.hypot(
          ...expected.map((value, i) => value - (logits.get(name)?.data[i] ?? NaN)),
        )
        expect([name, difference / Math.hypot(...expected) < 1e-3]).toEqual([name, true])
      }
    })

    test('agree on as many labels as were counted when it was trained, and on most', () => {
      const labels = readLabels()
      const right = slices.filter((fileName) => {
        const [prediction] = imagePredictions(card, [512, 512], logits.get(fileName)!)
        return prediction && classesOfAnswer(prediction)[0] === labels(fileName)
      })
      expect({ slices: slices.length, right: right.length }).toEqual(tally(measured.study.confusion))
      expect(right.length).toBeGreaterThan(0.8 * slices.length)
    })

    test('give the same for slices in one batch as one by one', async () => {
      const names = slices.slice(16, 20)
      const together = await model.predict(
        concatenate(names.map((name) => inCardsIntensity(images.get(name)!))),
      )
      const alone = concatenate(names.map((name) => logits.get(name)!))
      together.data.forEach((value, i) => {
        expect(value).toBeCloseTo(alone.data[i]!, 3)
      })
    })
  })
})

describe("the sample's model", () => {
  const sha256 = createHash('sha256').update(bytes).digest('hex')

  test('is the file whose SHA-256 its card holds', () => {
    expect(card.provenance.sha256).toBe(sha256)
    expect(card.file).toBe(basename(modelFile))
  })

  test('fits its card', () => {
    const facts = factsOf(decodeModel(bytes), { file: modelFile, sha256 })
    expect(proposeCard(facts, card).card).toEqual(card)
  })

  test('was measured on phantoms of the test set, with the accuracy that its confusion matrix gives', () => {
    const { slices: count, right } = tally(measured.test.confusion)
    expect(count).toBe(measured.test.slices)
    expect(right / count).toBeCloseTo(measured.test.accuracy, 3)
    expect(card.provenance.training).toContain(
      `accuracy ${measured.test.accuracy.toFixed(3)} on ${count} slices`,
    )
  })
})

/** The labelled class of a slice. */
function readLabels(): (fileName: string) => number | undefined {
  const file = join(study, 'labels.csv')
  const { labels } = rulesOf(card.task)
  if (labels.kind !== 'table') throw new Error('expected a table')
  const table = parseLabels(readFileSync(file, 'utf8'), file, labels, card)
  return (fileName) => {
    const label = table.find({ fileName, sopInstanceUid: '' })?.of(0)
    return label && classesOfAnswer(label)[0]
  }
}

/** [1, 1, 512, 512] */
function inCardsIntensity({ frame, meaning }: ImagePixels): Tensor {
  return createFloatImage(frame, meaning, resolveIntensity(card.intensity, { frame, meaning }).range).relative
}
