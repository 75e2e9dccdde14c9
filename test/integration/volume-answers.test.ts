import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tag } from '../../src/core/dicom/write/tags.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { cellResult } from '../../src/engine/compare/cell-result.ts'
import { compareStudy } from '../../src/engine/compare/compare-study.ts'
import { openModel } from '../../src/engine/models/open-model.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { inputGradient } from '../../src/engine/server/models/input-gradient.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { attackRequest, imageResults, largestChange } from '../support/attack-requests.ts'
import { commandLine } from '../support/command-line.ts'
import { largestDifference } from '../support/numbers.ts'
import { pixelsAtEnd, writeImage } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { volumeAnswers, writeVolumeAnswers } from '../support/tiny-volumes.ts'
import { goldenClassifier, spaceOf, volumeGolden } from '../support/volume-golden.ts'

const base = temporaryFolder('volume-answers')
const cpu = { device: 'cpu', threads: 1 } as const
const patch = [4, 8, 6] as const
const settings = { epsilon: '24/255', stepSize: '6/255', steps: 6 }
let studies = 0

/** Two series of five and three slices that say where they lie. */
function madeStudy() {
  const folder = join(base, String(studies++))
  const study = join(folder, 'study')
  const series = [5, 3].map((count, index) =>
    Array.from({ length: count }, (_, n) =>
      writeImage(join(study, `series ${index + 1}`), n + 1, {
        series: index + 1,
        more: [
          { tag: tag.ImagePositionPatient, vr: 'DS', value: `0\\0\\${3 * n}` },
          { tag: tag.ImageOrientationPatient, vr: 'DS', value: '1\\0\\0\\0\\1\\0' },
          { tag: tag.PixelSpacing, vr: 'DS', value: '0.5\\0.5' },
        ],
      }),
    ),
  )
  return { folder, study, series, out: join(folder, 'out') }
}

test('the graph shows that a volume has one answer', async () => {
  const { folder } = madeStudy()
  const { card } = await openModel({ ...writeVolumeAnswers(folder, [...patch]), home: base })
  expect(card).toMatchObject({
    task: 'classification',
    input: { volume: { patch, run: 'resized' }, size: [8, 6] },
  })
})

describe.each<[string, Parameters<typeof writeVolumeAnswers>[2]]>([
  ['resized to one size', {}],
  ['in another orientation and spacing', { volume: { orientation: 'RAS', spacing: [0.7, 0.6, 2] } }],
  [
    'in patches of frames',
    {
      volume: { run: 'patches', overlap: 0.5 },
      card: { input: { size: [12, 12], volume: { patch, run: 'patches' } } },
    },
  ],
  [
    'in patches of the grid',
    {
      volume: { run: 'patches', orientation: 'PIR', spacing: [0.6, 2, 0.7], edge: 'zeros' },
      card: { fit: { kind: 'none' } },
    },
  ],
])('a classifier of volumes %s', (_name, how) => {
  const made = madeStudy()
  const paths = writeVolumeAnswers(made.folder, [...patch], how)
  const request = { study: [made.study], home: base, ...paths, ...cpu }

  test('says one thing of each stack', async () => {
    const { predictions } = await predictStudy(request)
    expect(predictions.map(({ volume }) => volume)).toEqual([
      ...Array.from({ length: 5 }, () => 'series 1/001.dcm'),
      ...Array.from({ length: 3 }, () => 'series 2/001.dcm'),
    ])
    for (const of of [predictions.slice(0, 5), predictions.slice(5)])
      expect(new Set(of.map(({ probabilities }) => probabilities.join())).size).toBe(1)
    const images = ['2.25.7.1.2', '2.25.7.1.4']
    const some = await predictStudy({ ...request, images })
    expect(some.predictions).toEqual(
      predictions.filter(({ sopInstanceUid }) => images.includes(sopInstanceUid)),
    )
  })

  test('is attacked, exported and verified, and each answer is counted once', async () => {
    const { record, failures } = await attackStudy(attackRequest(paths, made, { method: 'i-fgsm', settings }))
    expect(failures).toEqual([])
    expect(record.images).toHaveLength(8)
    expect(record.summary).toMatchObject({ slices: 2, metBefore: 0 })
    const frames = imageResults(made.out).flatMap((image) => image.frames)
    const first = frames.slice(0, 5)
    expect(new Set(first.map(({ reread }) => reread.probabilities.join())).size).toBe(1)
    expect(first.at(-1)!.trace.at(-1)!.deviation).toBeGreaterThan(first[0]!.trace[0]!.deviation)
    for (const [n, image] of made.series.flat().entries()) {
      const change = largestChange(
        image.values,
        pixelsAtEnd(join(made.out, `adversarial/000${n + 1}.dcm`), image),
      )
      expect(change).toBeGreaterThan(0)
      expect(change).toBeLessThanOrEqual((24 / 255) * 2048)
    }
    const rows = readFileSync(join(made.out, 'metrics.csv'), 'utf8').trim().split(/\r?\n/)
    expect(rows).toHaveLength(3)
    expect(rows[0]).toMatch(/,volume,slices$/)
    expect(rows[1]).toMatch(/,series 1\/001\.dcm,5$/)
    expect(readFileSync(join(made.out, 'summary.txt'), 'utf8')).toContain('Volumes      2, of 8 slices')
    const report = await verifyExport({ folder: made.out, model: paths.model, home: base, ...cpu })
    expect(report).toMatchObject({ predictions: true, discrepancies: [] })
  })
})

test('the gradient over a slice is that of the volume’s own answer', async () => {
  const { classified: golden } = volumeGolden
  const model = join(base, 'golden.onnx')
  const card = join(base, 'golden.card.json')
  copyFileSync(goldenClassifier, model)
  const [slices, rows, columns] = golden.size
  const volume = { orientation: 'RAS', spacing: golden.toSpacing }
  writeFileSync(
    card,
    JSON.stringify({
      input: { volume },
      intensity: { kind: 'stored-range', lower: 24, upper: 2024 },
      fit: { kind: 'stretch' },
      interpolation: 'bilinear',
      mean: [0.45],
      std: [0.3],
      output: { activation: 'softmax', gives: 'logits', classes: ['a', 'b', 'c'] },
    }),
  )
  const opened = await openModel({ model, home: base })
  const stack = tensor(
    [slices, 1, rows, columns],
    Float32Array.from(golden.stored, (value) => (value - 24) / 2000),
  )
  const most = Math.max(...golden.gradient.map(Math.abs))
  const asked = { ...cpu, home: base, model, version: 'golden', card: opened.card, stack: 'golden' }
  const wholeStack = { images: stack, beside: undefined, space: spaceOf(golden) }
  expect(await inputGradient({ ...asked, at: 0 })).toBeUndefined()
  for (const at of [0, 4, slices - 1]) {
    const sent = at === 0 ? { slices: wholeStack } : {}
    const { data } = (await inputGradient({ ...asked, at, ...sent }))!
    const expected = golden.gradient.slice(at * rows * columns, (at + 1) * rows * columns)
    expect(largestDifference(data, expected)).toBeLessThan(1e-3 * most)
  }
})

test('SMIA turns an answer, and another classifier of volumes judges it', async () => {
  const made = madeStudy()
  const paths = writeVolumeAnswers(made.folder, [...patch])
  const other = writeVolumeAnswers(join(made.folder, 'other'), [...patch], { volume: { orientation: 'RAS' } })
  await compareStudy({
    study: [made.study],
    models: [paths.model, other.model],
    home: base,
    budgets: { Linf: [], L2: [] },
    out: join(made.folder, 'compared'),
    methods: [{ name: 'smia', settings: { epsilon: '60/255', stepSize: '15/255', steps: 8 } }],
    transfer: true,
    seed: 0,
    batch: 4,
    ...cpu,
    earlyStop: false,
    forceIntensity: false,
    forceReferences: false,
  })
  const cell = cellResult.parse(
    JSON.parse(readFileSync(join(made.folder, 'compared/cells/0001.json'), 'utf8')),
  )
  expect(cell.slices).toHaveLength(8)
  expect(cell.slices.every(({ success }) => success)).toBe(true)
  expect(cell.slices[4]).toMatchObject({
    volume: 'series 1/001.dcm',
    transferred: [{ model: 1, volume: 'series 1/001.dcm' }],
  })
  const comparison = JSON.parse(readFileSync(join(made.folder, 'compared/comparison.json'), 'utf8')) as {
    readonly cells: readonly {
      readonly slices: number
      readonly transfer: readonly { readonly slices: number }[]
    }[]
  }
  expect(comparison.cells[0]).toMatchObject({ slices: 2, transfer: [{ slices: 2 }] })
})

test('a value of the whole volume is regressed, and attacked', async () => {
  const made = madeStudy()
  const paths = writeVolumeAnswers(made.folder, [...patch], { card: { task: 'regression' } })
  const { record } = await attackStudy(attackRequest(paths, made, { method: 'i-fgsm', settings }))
  expect(record.summary.slices).toBe(2)
  expect(record.images[0]!.frames[0]!.before.value).toBe(record.images[4]!.frames[0]!.before.value)
})

test('gradients go straight through the rounding of a quantised classifier of oriented volumes', async () => {
  const made = madeStudy()
  const volume = { orientation: 'RAS', spacing: [0.7, 0.6, 2] }
  const paths = writeVolumeAnswers(made.folder, [...patch], { volume, isQuantised: true })
  const request = attackRequest(paths, made, { method: 'i-fgsm', settings, straightThrough: true })
  const { record, failures } = await attackStudy(request)
  expect(failures).toEqual([])
  expect(record.notices.map(({ message }) => message).join()).toContain('on the first volume.')
})

describe('labels of volumes', () => {
  const labelled = (made: ReturnType<typeof madeStudy>, lines: readonly string[]) => {
    const labels = join(made.folder, 'labels.csv')
    writeFileSync(labels, ['file,label', ...lines].join('\n'))
    return labels
  }

  test('are given for any slice, and agreement counts volumes', async () => {
    const made = madeStudy()
    const paths = writeVolumeAnswers(made.folder, [...patch])
    const request = { study: [made.study], home: base, ...paths, ...cpu }
    const [said] = (await predictStudy(request)).predictions
    const wrong = volumeAnswers.find((name) => name !== said!.prediction)!
    const labels = labelled(made, [`series 1/003.dcm,${said!.prediction}`, `series 2/001.dcm,${wrong}`])
    const { agreement, predictions } = await predictStudy({ ...request, labels })
    expect(predictions.map(({ label }) => label)).toEqual([
      ...Array(5).fill(said!.prediction),
      ...Array(3).fill(wrong),
    ])
    expect(agreement!.accuracy.count).toBe(2)
    const some = await predictStudy({ ...request, labels, images: ['2.25.7.1.2', '2.25.7.1.4'] })
    expect(some.agreement!.accuracy.count).toBe(1)
    const ended = await commandLine(['predict', '--study', made.study, '--model', paths.model, '--device', 'cpu', '--labels', labels]) // prettier-ignore
    expect(ended.out).toContain('series 1/001.dcm, 5 slices')
    expect(ended.out.match(/slices/g)).toHaveLength(2)
  })

  test('that differ within a stack are refused', async () => {
    const made = madeStudy()
    const paths = writeVolumeAnswers(made.folder, [...patch])
    const labels = labelled(made, [
      'series 1/001.dcm,ill',
      'series 1/002.dcm,healthy',
      'series 2/001.dcm,ill',
    ])
    const { failures } = await attackStudy(attackRequest(paths, made, { method: 'i-fgsm', settings, labels }))
    expect(failures[0]).toMatchObject({
      code: 'labels-invalid',
      message: expect.stringContaining('one for all slices') as string,
    })
  })
})

test.each<[string, Parameters<typeof writeVolumeAnswers>[2], string]>([
  [
    'a fit of frames for a whole volume',
    { card: { fit: { kind: 'letterbox' } } },
    'expected stretch beside "run": "resized"',
  ],
  [
    'slices fitted one by one before turning',
    { volume: { run: 'patches', orientation: 'RAS' } },
    'slices are not fitted one by one',
  ],
])('%s is refused', async (_name, how, message) => {
  const { folder } = madeStudy()
  await expect(openModel({ ...writeVolumeAnswers(folder, [...patch], how), home: base })).rejects.toThrow(
    message,
  )
})
