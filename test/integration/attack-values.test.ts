import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { compareStudy } from '../../src/engine/compare/compare-study.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { attackRequest } from '../support/attack-requests.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('attack-values')
const strong = { settings: { epsilon: '60/255', stepSize: '6/255', steps: 12 } }
/** Sign steps jump over a value that is nearer than they reach. */
const fine = { settings: { epsilon: '60/255', stepSize: '0.3/255', steps: 40 }, earlyStop: true }
const images = 4
const output = {
  activation: 'linear',
  value: 'bone age',
  unit: 'months',
  scale: 10,
  offset: 120,
  tolerance: 3,
}
let runs = 0

/** A network with one output, and a study. */
function valued() {
  const folder = join(base, String(runs++))
  const study = join(folder, 'study')
  writeSeries(study, images)
  const model = writeClassifier(folder, { activation: 'binary-sigmoid' }, { task: 'regression', output })
  return { folder, study, out: join(folder, 'out'), model }
}

async function attacked(changes: Partial<AttackRequest> = {}) {
  const made = valued()
  const report = await attackStudy(attackRequest(made.model, made, { ...strong, ...changes }))
  return { ...made, ...report, frames: report.record.images.flatMap(({ frames }) => frames) }
}

test('a prediction is the output scaled and moved into the card’s unit', async () => {
  const { folder, study, model } = valued()
  const { predictions } = await predictStudy({
    study: [study],
    ...model,
    home: folder,
    device: 'cpu',
    threads: 1,
  })
  const logits = writeClassifier(join(folder, 'same'), { activation: 'binary-sigmoid' }, { output: { classes: ['no', 'yes'], activation: 'binary-sigmoid' } }) // prettier-ignore
  const same = await predictStudy({ study: [study], ...logits, home: folder, device: 'cpu', threads: 1 })
  expect(predictions).toHaveLength(images)
  for (const [i, { value, confidence, prediction }] of predictions.entries()) {
    const [no = NaN, yes = NaN] = same.predictions[i]!.probabilities
    expect(value).toBeCloseTo(120 + 10 * Math.log(yes / no), 3)
    expect(confidence).toBeNull()
    expect(prediction).toBe(`${Number(value!.toPrecision(6))} months`)
  }
})

test('a number without an axis of its own is the same number, to predictions, attacks and their verification', async () => {
  const { folder, study, model, out } = valued()
  const squeezed = writeClassifier(join(folder, 'squeezed'), { activation: 'binary-sigmoid', squeezed: true }, { task: 'regression', output }) // prettier-ignore
  const request = { study: [study], home: folder, device: 'cpu', threads: 1 } as const
  const values = async (of: { model: string; card: string }) =>
    (await predictStudy({ ...request, ...of })).predictions.map(({ value }) => value)
  expect(await values(squeezed)).toEqual(await values(model))
  const { record } = await attackStudy(attackRequest(squeezed, { study, out }, strong))
  expect(record.images.flatMap(({ frames }) => frames).every(({ success }) => success)).toBe(true)
  expect((await verifyExport({ folder: out, home: out, device: 'cpu', threads: 1 })).discrepancies).toEqual(
    [],
  )
})

describe.each([{}, { loss: 'huber' }])('numbers, with %j', (loss) => {
  test('are moved away by more than the tolerance, on every image', async () => {
    const { record, frames, out } = await attacked(loss)
    expect(record.attack).toMatchObject({ criterion: 'value changed by more than 3 months', target: null })
    for (const { before, reread, labelValue, success } of frames) {
      expect(labelValue).toBe(before.value)
      expect(success).toBe(Math.abs(reread.value! - before.value!) > 3)
      expect(success).toBe(true)
      expect(reread).toMatchObject({ classes: [], confidence: null, probabilities: [] })
    }
    expect((await verifyExport({ folder: out, home: out, device: 'cpu', threads: 1 })).discrepancies).toEqual(
      [],
    )
  })

  test('reach the one that is wanted', async () => {
    const { record, frames } = await attacked({ ...loss, ...fine, target: '121', criterion: 'within 0.5' })
    expect(record.attack).toMatchObject({ criterion: 'value reached to 0.5 months', target: '121' })
    for (const { reread, success } of frames) expect(success).toBe(Math.abs(reread.value! - 121) <= 0.5)
    expect(frames.some(({ success }) => success)).toBe(true)
  })
})

test('a change is asked for in the card’s unit', async () => {
  const { record, frames } = await attacked({ criterion: 'change>1000' })
  expect(record.attack.criterion).toBe('value changed by more than 1000 months')
  expect(frames.map(({ success }) => success)).toEqual(frames.map(() => false))
})

test.each([
  'smia-reference',
  'pgd',
  'fab-t',
  'deepfool',
  'cw',
  'square',
  'apgd-ce',
  'hopskipjump',
  'spsa',
  'gaussian-noise',
])('are attacked by %s', async (method) => {
  const settings = method === 'gaussian-noise' ? {} : { steps: 60 }
  const { frames } = await attacked({ method, settings })
  for (const { before, reread, success } of frames)
    expect(success).toBe(Math.abs(reread.value! - before.value!) > 3)
  if (method !== 'gaussian-noise') expect(frames.filter(({ success }) => success).length).toBeGreaterThan(0)
})

test.each([
  [{ criterion: 'within 3' }, 'Criterion: expected change>N, N above 0 in the card’s unit, got "within 3"'],
  [{ target: '120', criterion: 'change>3' }, 'Criterion: expected within N'],
  [{ target: 'old' }, 'Target: expected a value of bone age, got "old"'],
  [{ loss: 'dice' }, 'Loss: expected mse or huber, got "dice"'],
])('%j is refused', async (changes, message) => {
  await expect(attacked(changes)).rejects.toThrow(message)
})

test('the mean absolute error is told before and after, where there are labels', async () => {
  const { folder, study, model, out } = valued()
  const labels = join(folder, 'labels.csv')
  const predicted = await predictStudy({ study: [study], ...model, home: folder, device: 'cpu', threads: 1 })
  expect(predicted.taskAgreement).toBeNull()
  writeFileSync(
    labels,
    ['file,label', ...predicted.predictions.map(({ file, value }) => `${file},${value! + 2}`)].join('\n'),
  )
  const again = await predictStudy({
    study: [study],
    ...model,
    labels,
    home: folder,
    device: 'cpu',
    threads: 1,
  })
  expect(again.taskAgreement).toEqual({ meanAbsoluteError: expect.closeTo(2, 5) })
  expect(again.agreement).toBeNull()
  const { record } = await attackStudy(attackRequest(model, { study, out }, { ...strong, labels }))
  expect(record.agreement?.before.meanAbsoluteError).toBeCloseTo(2, 5)
  expect(record.agreement!.after.meanAbsoluteError).toBeGreaterThan(3)
  const summary = readFileSync(join(out, 'summary.txt'), 'utf8')
  expect(summary).toMatch(/Error {8}2\.000 before, \d+\.\d{3} after \(mean absolute\)/)
  expect(summary).not.toContain('Confidence')
})

test('a label that is no number is refused, with its line', async () => {
  const { folder, study, model, out } = valued()
  const labels = join(folder, 'labels.csv')
  writeFileSync(labels, 'file,label\n001.dcm,old')
  await expect(attackStudy(attackRequest(model, { study, out }, { labels }))).rejects.toMatchObject({ code: 'labels-invalid', message: expect.stringContaining('line 2: expected a number, got "old"') }) // prettier-ignore
})

test('methods are compared on numbers, without a confidence', async () => {
  const { folder, study, model, out } = valued()
  const { comparison } = await compareStudy({
    study: [study],
    models: [model.model],
    home: folder,
    device: 'cpu',
    threads: 1,
    out,
    seed: 0,
    batch: 4,
    transfer: true,
    earlyStop: false,
    forceIntensity: false,
    methods: [{ name: 'pgd', settings: { steps: 6, stepSize: '6/255' } }],
    budgets: { Linf: ['60/255'], L2: [] },
  })
  expect(comparison.cells).toHaveLength(1)
  expect(comparison.cells[0]).toMatchObject({ slices: images, meanConfidenceAfter: null })
  expect(comparison.cells[0]!.fooled.successes).toBeGreaterThan(0)
})
