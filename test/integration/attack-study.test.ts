import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import { manifestName, verifyManifest } from '../../src/adapters/fs/manifest.ts'
import { attackStudy, type AttackReport } from '../../src/engine/attack/attack-study.ts'
import type { ImageResult } from '../../src/engine/export/image-result.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import {
  attackRequest,
  filesBelow,
  imageResults,
  largestChange,
  tinyInput,
} from '../support/attack-requests.ts'
import { largestDifference } from '../support/numbers.ts'
import { pixelsAtEnd, writeSeries, type WrittenImage } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyHead } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('attack-study')
const range = { lower: -1024, upper: 1024 }

describe('an attack on a series with everything exported', () => {
  const study = join(base, 'study')
  const out = join(base, 'out')
  let images: WrittenImage[]
  let report: AttackReport
  let results: ImageResult[]
  beforeAll(async () => {
    images = writeSeries(study, 6)
    const request = attackRequest(
      writeClassifier(base),
      { study, out },
      { exports: ['series', 'perturbation', 'smoothed'] },
    )
    report = await attackStudy(request)
    results = imageResults(out)
  })

  test('leaves three series, a result for each image, the record and its tables, and nothing else', () => {
    const numbered = (ending: string) => images.map((_, index) => `000${index + 1}.${ending}`)
    expect([...filesBelow(out).keys()]).toEqual([
      ...numbered('dcm').map((name) => `adversarial/${name}`),
      ...numbered('json').map((name) => `images/${name}`),
      ...[manifestName, 'metrics.csv'],
      ...numbered('dcm').map((name) => `perturbation/${name}`),
      ...['record.json', ...numbered('dcm').map((name) => `smoothed/${name}`), 'summary.txt'],
    ])
  })

  test('the manifest lists what is there', async () => {
    expect(await verifyManifest(out)).toMatchObject({ missing: [], changed: [], unlisted: [] })
  })

  test('the record is what the caller gets, and holds each image’s result without its iterations', () => {
    const record = JSON.parse(readFileSync(join(out, 'record.json'), 'utf8')) as unknown
    expect(record).toEqual(JSON.parse(JSON.stringify(report.record)))
    expect(report.record.images.map(({ file }) => file)).toEqual(images.map(({ name }) => name))
    report.record.images.forEach(({ result, frames, ...image }, index) => {
      const own = JSON.parse(readFileSync(join(out, result), 'utf8')) as ImageResult
      expect(own).toEqual(results[index])
      expect(own).toMatchObject(image)
      expect(frames).toEqual(own.frames.map(({ trace, ...frame }) => frame))
    })
  })

  test('the table has a row for each frame with the record’s numbers', () => {
    const rows = parse(readFileSync(join(out, 'metrics.csv'), 'utf8'), { columns: true })
    const { classes } = report.record.model.card['output'] as { classes: string[] }
    const expected = report.record.images.map(({ file, sopInstanceUid, exported, frames: [frame] }) => ({
      file,
      exported: exported.series.path,
      SOPInstanceUID: sopInstanceUid,
      frame: '1',
      method: 'smia',
      label: classes[frame!.label[0]!],
      prediction_before: classes[frame!.before.classes[0]!],
      confidence_before: String(frame!.before.confidence),
      prediction_after: classes[frame!.reread.classes[0]!],
      confidence_after: String(frame!.reread.confidence),
      success: String(frame!.success),
      met_before: String(frame!.metBefore),
      iterations: '5',
      window_linf: String(frame!.window.linf),
      window_l2: String(frame!.window.l2),
      window_psnr_db: String(frame!.window.psnr),
      window_ssim: String(frame!.window.ssim),
      stored_linf: String(frame!.stored.linf),
      stored_l2: String(frame!.stored.l2),
      stored_psnr_db: String(frame!.stored.psnr),
      stored_ssim: String(frame!.stored.ssim),
      changed_values: String(frame!.stored.changed),
      changed_fraction: String(frame!.stored.changedFraction),
    }))
    expect(rows).toEqual(expected)
  })

  test('the summary counts what the record counts', () => {
    const { summary, images: recorded } = report.record
    const successes = recorded.filter(({ frames }) => frames[0]!.success && !frames[0]!.metBefore).length
    expect(summary.fooled).toMatchObject({ successes, count: 6 })
    expect(successes).toBeGreaterThan(0)
    const text = readFileSync(join(out, 'summary.txt'), 'utf8')
    expect(text).toMatch(new RegExp(`Fooled +${successes} of 6 .* of those right before\n`))
    expect(text).toMatch(/Settings +epsilon 16\/255, stepSize 4\/255, steps 5, alpha 1, /)
    expect(text).toContain(`on ${report.record.device.name}`)
  })

  test('distances are those of the stored values on disk', () => {
    for (const [index, image] of images.entries()) {
      const { stored, window } = results[index]!.frames[0]!
      const adversarial = pixelsAtEnd(join(out, results[index]!.exported.series.path), image)
      const changes = adversarial.map((value, i) => value - image.values[i]!)
      const squares = changes.reduce((sum, change) => sum + change ** 2, 0)
      expect(stored.linf).toBe(largestChange(image.values, adversarial))
      expect(stored.l2).toBeCloseTo(Math.sqrt(squares), 6)
      expect(stored.psnr).toBeCloseTo(10 * Math.log10(4095 ** 2 / (squares / 144)), 6)
      expect(stored.changed).toBe(changes.filter((change) => change !== 0).length)
      expect(window.linf).toBeCloseTo(stored.linf / 2048, 6)
    }
  })

  test('the perturbation is what was added, in HU', () => {
    for (const [index, image] of images.entries()) {
      const { series, perturbation } = results[index]!.exported
      const adversarial = pixelsAtEnd(join(out, series.path), image)
      const map = readFileSync(join(out, perturbation!.path))
      const floats = image.values.map((_, i) => map.readFloatLE(map.length - 4 * (image.values.length - i)))
      expect(floats).toEqual(adversarial.map((value, i) => value - image.values[i]!))
    }
  })

  test('the iterations are told with what was watched', () => {
    for (const { frames } of results) {
      const { trace, after } = frames[0]!
      expect(trace.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5])
      expect(trace[0]).toMatchObject({ restart: 0, signAgreement: null })
      expect(trace.at(-1)!.probabilities).toEqual(
        expect.arrayContaining([expect.closeTo(after.confidence ?? NaN, 5)]),
      )
      expect(
        trace
          .slice(1)
          .every(({ klToSmoothed, smoothedTarget }) => klToSmoothed !== null && smoothedTarget !== null),
      ).toBe(true)
    }
  })

  test('sources are left alone', () => {
    expect(readdirSync(study)).toHaveLength(6)
    for (const image of images) expect(pixelsAtEnd(image.path, image)).toEqual(image.values)
  })
})

test('the smoothed series of a method without smoothing is the adversarial one under a Gaussian of 3 taps', async () => {
  const study = join(base, 'smoothed-study')
  const out = join(base, 'smoothed')
  const [image] = writeSeries(study, 1)
  const changes = { method: 'fgsm', settings: {}, exports: ['series', 'smoothed'] as const }
  await attackStudy(attackRequest(writeClassifier(base), { study, out }, changes))
  const [adversarial, smoothed] = ['adversarial', 'smoothed'].map((kind) =>
    pixelsAtEnd(join(out, kind, '0001.dcm'), image!),
  )
  expect(largestDifference(smoothed!, gaussian(adversarial!, 12))).toBeLessThan(0.51)
})

describe.each<[string, Partial<TinyHead>]>([
  ['softmax of logits', {}],
  ['softmax in the graph', { gives: 'probabilities' }],
  ['one logit', { activation: 'binary-sigmoid' }],
  ['one probability', { activation: 'binary-sigmoid', gives: 'probabilities' }],
  ['several labels', { activation: 'multi-label-sigmoid' }],
  ['several probabilities', { activation: 'multi-label-sigmoid', gives: 'probabilities' }],
  ['grey images given to an RGB model, channels last', { channels: 3, layout: 'NHWC' }],
])('a model of %s', (name, head) => {
  test.each(['MONOCHROME2', 'MONOCHROME1'] as const)(
    'is predicted as worked out by hand, before and after (%s)',
    async (photometric) => {
      const folder = join(base, `${name} ${photometric}`)
      const study = join(folder, 'study')
      const images = writeSeries(study, 3, { photometric, signed: true, lowest: -900, highest: 2000 })
      const classifier = writeClassifier(folder, head)
      const request = attackRequest(classifier, { study, out: join(folder, 'out') })
      const { record } = await attackStudy(request)
      const predicted = await predictStudy(request)
      const byHand = (image: WrittenImage, stored: readonly number[]) => {
        const input = tinyInput(image, stored, range)
        return classifier.probabilities(
          classifier.channels === 1 ? input : input.flatMap((value) => [value, value, value]),
        )
      }
      for (const [index, image] of images.entries()) {
        const { exported, frames } = record.images[index]!
        const adversarial = pixelsAtEnd(join(folder, 'out', exported.series.path), image)
        const [before, after] = [byHand(image, image.values), byHand(image, adversarial)]
        expect(largestDifference(frames[0]!.before.probabilities, before)).toBeLessThan(1e-5)
        expect(largestDifference(predicted.predictions[index]!.probabilities, before)).toBeLessThan(1e-5)
        expect(largestDifference(frames[0]!.after.probabilities, after)).toBeLessThan(1e-5)
        expect(largestDifference(frames[0]!.reread.probabilities, after)).toBeLessThan(1e-5)
        expect(largestDifference(before, after)).toBeGreaterThan(0.01)
        const decisions = (p: number[]) =>
          name.startsWith('several')
            ? p.flatMap((one, k) => (one >= 0.5 ? [k] : []))
            : [p.indexOf(Math.max(...p))]
        expect(frames[0]!.label).toEqual(decisions(before))
        expect(frames[0]!.success).toBe(decisions(after).join() !== decisions(before).join())
      }
    },
  )
})

/** W = (e^−½, 1, e^−½) / sum along both axes, mirrored at the border without repeating it. */
function gaussian(values: readonly number[], size: number): number[] {
  const side = Math.exp(-0.5)
  const mirrored = (i: number) => (i < 0 ? -i : i >= size ? 2 * size - 2 - i : i)
  const along = (image: readonly number[], at: (line: number, i: number) => number) => {
    const smoothed = image.slice()
    for (let line = 0; line < size; line++)
      for (let i = 0; i < size; i++) {
        const sum =
          image[at(line, i)]! + side * (image[at(line, mirrored(i - 1))]! + image[at(line, mirrored(i + 1))]!)
        smoothed[at(line, i)] = sum / (1 + 2 * side)
      }
    return smoothed
  }
  return along(
    along(values, (row, column) => row * size + column),
    (column, row) => row * size + column,
  )
}
