import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { verifyManifest } from '../../src/adapters/fs/manifest.ts'
import { readNpy, tensorFromNpy, writeNpy } from '../../src/core/tensor/npy.ts'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import { attackStudy, type AttackReport } from '../../src/engine/attack/attack-study.ts'
import type { Progress } from '../../src/engine/progress.ts'
import { compareStudy } from '../../src/engine/compare/compare-study.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { attackRequest, filesBelow, imageResults, largestChange } from '../support/attack-requests.ts'
import { commandLine } from '../support/command-line.ts'
import { pixelsAtEnd, writeSeries, type WrittenImage } from '../support/small-study.ts'
import { compareRequest } from '../support/compare-requests.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeSegmenter } from '../support/tiny-segmenters.ts'
import { writeClassifier, type TinyClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('attack-universal')
const sample = fileURLToPath(new URL('../../resources/sample', import.meta.url))
const settings = { epsilon: '24/255', stepSize: '4/255', epochs: 8, miniBatch: 4 }
let runs = 0
const freshFolder = () => join(base, `out-${runs++}`)
let classifier: TinyClassifier
beforeAll(() => {
  classifier = writeClassifier(base)
})

const request = (study: string, out: string, changes: Partial<AttackRequest> = {}) =>
  attackRequest(classifier, { study, out }, { method: 'universal', settings, ...changes })

const perturbationIn = (out: string, number = 1) =>
  tensorFromNpy(readNpy(readFileSync(join(out, `universal/000${number}.npy`))))

/** Stored values of the images of an export, minus those of their sources. */
const changesOf = (out: string, images: readonly WrittenImage[]) =>
  images.map((image, i) => {
    const stored = pixelsAtEnd(join(out, `adversarial/000${i + 1}.dcm`), image)
    return stored.map((value, pixel) => value - image.values[pixel]!)
  })

describe('a perturbation that a series shares', () => {
  const study = join(base, 'study')
  const out = join(base, 'out')
  let images: WrittenImage[]
  let report: AttackReport
  beforeAll(async () => {
    // Far enough from both ends of the range that nothing is cut off there.
    images = writeSeries(study, 6, { lowest: 524, highest: 1524 })
    report = await attackStudy(request(study, out))
  })

  test('is added to every image, and rounded to stored values', () => {
    const v = perturbationIn(out)
    expect(v.shape).toEqual([1, 1, 12, 12])
    for (const change of changesOf(out, images))
      change.forEach((value, pixel) => {
        expect(Math.abs(value - 2048 * v.data[pixel]!)).toBeLessThanOrEqual(1)
      })
  })

  test('lies within the budget, before rounding and after', () => {
    expect(Math.max(...perturbationIn(out).data.map(Math.abs))).toBeLessThanOrEqual(24 / 255 + 1e-7)
    for (const [i, image] of images.entries()) {
      const stored = pixelsAtEnd(join(out, `adversarial/000${i + 1}.dcm`), image)
      expect(largestChange(image.values, stored)).toBeLessThanOrEqual((24 / 255) * 2048)
    }
  })

  test('is in the record with its epochs, and each image is judged by itself', () => {
    const { universal, summary, images: recorded } = report.record
    expect(universal).toMatchObject([
      { file: 'universal/0001.npy', shape: [1, 1, 12, 12], images: [1, 2, 3, 4, 5, 6] },
    ])
    expect(universal![0]!.epochs.map(({ epoch, images }) => [epoch, images])).toEqual(
      Array.from({ length: 8 }, (_, i) => [i + 1, 6]),
    )
    expect(universal![0]!.epochs.at(-1)!.loss).toBeGreaterThan(universal![0]!.epochs[0]!.loss)
    expect(summary.fooled.successes).toBe(
      recorded.filter(({ frames }) => frames[0]!.success && !frames[0]!.metBefore).length,
    )
    expect(summary.fooled.successes).toBeGreaterThan(0)
    expect(imageResults(out).map(({ frames }) => frames[0]!.iterations)).toEqual([1, 1, 1, 1, 1, 1])
    expect(readFileSync(join(out, 'summary.txt'), 'utf8')).toContain('universal/0001.npy, shared by 6 images')
  })

  test('is covered by the manifest and the check of an export', async () => {
    expect(await verifyManifest(out)).toMatchObject({ missing: [], changed: [], unlisted: [] })
    const verified = await verifyExport({
      folder: out,
      model: classifier.model,
      home: base,
      device: 'cpu',
      threads: 1,
    })
    expect(verified.discrepancies).toEqual([])
    expect(verified.predictions).toBe(true)
  })

  test('is the same from the same seed, and another from another', async () => {
    const [again, other] = [freshFolder(), freshFolder()]
    await attackStudy(request(study, again))
    expect(filesBelow(again)).toEqual(filesBelow(out))
    await attackStudy(request(study, other, { seed: 1 }))
    expect(perturbationIn(other).data).not.toEqual(perturbationIn(out).data)
  })

  test('does not depend on how many images the model takes at once, nor on lanes, but for rounding', async () => {
    for (const changes of [{ batch: 1 }, { threads: 2 }]) {
      const other = freshFolder()
      await attackStudy(request(study, other, changes))
      expect(largestChange([...perturbationIn(out).data], [...perturbationIn(other).data])).toBeLessThan(1e-6)
    }
  })

  test('is learned anew or taken over after a stop, to the same bytes', async () => {
    for (const phase of ['learning the shared perturbation', 'attacking']) {
      const [stopped, abort] = [freshFolder(), new AbortController()]
      const onProgress = (progress: Progress) => {
        if (progress.phase === phase) abort.abort()
      }
      const attack = attackStudy(request(study, stopped), { signal: abort.signal, onProgress })
      await expect(attack).rejects.toMatchObject({ code: 'cancelled' })
      const phases = new Set<string>()
      await attackStudy(request(study, stopped), { onProgress: (progress) => phases.add(progress.phase) })
      expect(phases.has('learning the shared perturbation')).toBe(phase !== 'attacking')
      expect(filesBelow(stopped)).toEqual(filesBelow(out))
    }
  })

  test('stops being learned early once an epoch finds every image fooled', async () => {
    const early = freshFolder()
    const { record } = await attackStudy(
      request(study, early, {
        earlyStop: true,
        settings: { epsilon: '120/255', stepSize: '30/255', epochs: 30 },
      }),
    )
    const { epochs } = record.universal![0]!
    expect(epochs.slice(0, -1).every(({ fooled }) => fooled < 6)).toBe(true)
    expect(epochs.length < 30 || epochs.at(-1)!.fooled < 6).toBe(true)
  })

  test('keeps to a region', async () => {
    const [bounded, region] = [freshFolder(), join(base, 'region.npy')]
    const mask = Float32Array.from({ length: 144 }, (_, i) => Number(i % 12 < 6))
    writeFileSync(region, writeNpy({ dataType: 'float32', shape: [12, 12], data: mask }))
    await attackStudy(request(study, bounded, { region }))
    for (const change of changesOf(bounded, images))
      expect(change.every((value, i) => value === 0 || mask[i] === 1)).toBe(true)
    expect(perturbationIn(bounded).data.every((value, i) => value === 0 || mask[i] === 1)).toBe(true)
  })

  test('has a Euclidean budget too', async () => {
    const l2 = freshFolder()
    await attackStudy(request(study, l2, { method: 'universal-l2', settings: { epsilon: 0.8, epochs: 8 } }))
    expect(Math.hypot(...perturbationIn(l2).data)).toBeLessThanOrEqual(0.8 + 1e-6)
    for (const { frames } of imageResults(l2)) expect(frames[0]!.window.l2).toBeLessThanOrEqual(0.8 + 1e-6)
  })

  test('is compared with other methods, learned once for each cell', async () => {
    const { comparison } = await compareStudy(
      compareRequest(
        { study: [study], out: freshFolder(), home: base },
        {
          models: [classifier.model],
          methods: ['universal', 'noise'].map((name) => ({ name, settings: {} })),
          budgets: { Linf: ['24/255'], L2: [] },
        },
      ),
    )
    const [universal, noise] = comparison.cells
    expect(universal).toMatchObject({ method: 'universal', budget: '24/255', slices: 6 })
    expect(universal!.fooled.successes).toBeGreaterThan(noise!.fooled.successes)
  })
})

describe('groups of images', () => {
  const study = join(base, 'mixed')
  beforeAll(() => {
    writeSeries(join(study, 'a'), 3)
    writeSeries(join(study, 'b'), 2, { series: 2 })
    writeSeries(join(study, 'c'), 1, { series: 3, rows: 10, frames: 3 })
  })

  test('are those of each series, frames of multi-frame images included', async () => {
    const out = freshFolder()
    const { record } = await attackStudy(request(study, out))
    expect(record.universal!.map(({ images }) => images)).toEqual([[1, 2, 3], [4, 5], [6]])
    expect(record.universal!.map(({ epochs }) => epochs[0]!.images)).toEqual([3, 2, 3])
    expect(perturbationIn(out, 2).data).not.toEqual(perturbationIn(out, 1).data)
  })

  test('are those of one size over a cohort', async () => {
    const { record } = await attackStudy(
      request(study, freshFolder(), { settings: { ...settings, over: 'cohort' } }),
    )
    expect(record.universal!.map(({ images, shape }) => [images, shape])).toEqual([
      [
        [1, 2, 3, 4, 5],
        [1, 1, 12, 12],
      ],
      [[6], [1, 1, 10, 12]],
    ])
  })

  test('leave out an image that can’t be read, which fails by itself', async () => {
    const broken = join(base, 'broken')
    const images = writeSeries(broken, 4)
    writeFileSync(images[1]!.path, readFileSync(images[1]!.path).subarray(0, -100))
    const { record, failures } = await attackStudy(request(broken, freshFolder()))
    expect(failures).toHaveLength(1)
    expect(record.images).toHaveLength(3)
    expect(record.universal![0]!.epochs[0]!.images).toBe(3)
  })

  test('need one budget in the unit of their intensity ranges', async () => {
    const own = writeClassifier(
      join(base, 'percentiles'),
      {},
      { intensity: { kind: 'percentile', of: 'image', lower: 1, upper: 99 } },
    )
    const attack = (epsilon: string) =>
      attackStudy(
        attackRequest(
          own,
          { study, out: freshFolder() },
          { method: 'universal', settings: { ...settings, epsilon } },
        ),
      )
    await expect(attack('20HU')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('same part') as string,
    })
    await expect(attack('8/255')).resolves.toMatchObject({ failures: [] })
  })
})

test('lowers the overlap of a segmentation with its prediction, by the mean loss over pixels', async () => {
  const study = join(base, 'masks')
  const values = Array.from({ length: 24 * 24 }, (_, i) => (i % 24 < 8 ? 200 : i % 24 < 16 ? 1100 : 1850))
  writeSeries(study, 3, { rows: 24, columns: 24, values })
  const { record } = await attackStudy(
    attackRequest(
      writeSegmenter(join(base, 'segmenter')),
      { study, out: freshFolder() },
      { method: 'universal', settings: { epsilon: '60/255', stepSize: '12/255', epochs: 8 } },
    ),
  )
  expect(record.universal![0]!.epochs.at(-1)!.loss).toBeGreaterThan(record.universal![0]!.epochs[0]!.loss)
  for (const { before, after } of record.images.map(({ frames }) => frames[0]!.segments!))
    for (const [k, segment] of after.entries()) expect(segment.dice!).toBeLessThan(before[k]!.dice!)
})

test(
  'fools the model on slices of the sample, where noise of the same budget does not',
  { timeout: 120_000 },
  async () => {
    const model = {
      model: join(sample, 'model/phantom-thorax.onnx'),
      card: join(sample, 'model/phantom-thorax.card.json'),
    }
    const names = readdirSync(join(sample, 'study')).filter((name) => name.endsWith('.dcm'))
    const study = names.filter((_, i) => i % 4 === 1).map((name) => join(sample, 'study', name))
    const successes: number[] = []
    for (const [method, settings] of [
      ['universal', { epsilon: '12/255', stepSize: '2/255', epochs: 4, miniBatch: 4 }],
      ['noise', { epsilon: '12/255' }],
    ] as const) {
      const { record } = await attackStudy(
        attackRequest(model, { study: '', out: freshFolder() }, { study, method, settings, batch: 8 }),
      )
      successes.push(record.summary.fooled.successes)
    }
    expect(successes[0]).toBeGreaterThan(1)
    expect(successes[0]).toBeGreaterThan(successes[1]! + 1)
  },
)

test('a tensor’s images share one perturbation, more of them than the model takes at once too', async () => {
  const [input, labels, out] = ['x.npy', 'labels.npy', 'adversarial.npy'].map((name) => join(base, name))
  const x = Float32Array.from({ length: 5 * 144 }, (_, i) => 0.5 + 0.1 * Math.sin(i))
  writeFileSync(input!, writeNpy({ dataType: 'float32', shape: [5, 1, 12, 12], data: x }))
  writeFileSync(labels!, writeNpy({ dataType: 'int32', shape: [5], data: new Int32Array(5) }))
  const args = [
    '--model',
    classifier.model,
    '--input',
    input!,
    '--labels',
    labels!,
    '--out',
    out!,
    '--method',
    'universal',
  ]
  const { code, err } = await commandLine([
    'tensor',
    'attack',
    ...args,
    '--epochs',
    '3',
    '--batch',
    '2',
    '--device',
    'cpu',
  ])
  expect(err).not.toContain('error')
  expect(code).toBe(0)
  const { data } = tensorFromNpy(readNpy(readFileSync(out!)))
  const changes = data.map((value, i) => value - x[i]!)
  expect(changes.some((value) => Math.abs(value) > 0.005)).toBe(true)
  changes.forEach((value, i) => {
    expect(value).toBeCloseTo(changes[i % 144]!, 5)
  })
})

test('a patch is in the record as what images share, and a run that goes on comes to the same bytes', async () => {
  const study = join(base, 'patched')
  writeSeries(study, 4, { lowest: 524, highest: 1524 })
  const [one, other] = [freshFolder(), freshFolder()]
  const asked = { method: 'patch', settings: { size: 0.5, epochs: 4 } }
  const { record } = await attackStudy(request(study, one, asked))
  expect(record.universal).toMatchObject([{ file: 'universal/0001.npy', shape: [1, 1, 6, 6] }])
  expect(Math.max(...perturbationIn(one).data)).toBeLessThanOrEqual(1)
  await attackStudy(request(study, other, asked))
  expect(readFileSync(join(other, 'universal/0001.npy'))).toEqual(
    readFileSync(join(one, 'universal/0001.npy')),
  )
})
