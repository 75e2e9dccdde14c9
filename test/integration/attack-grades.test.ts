import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { attackRequest } from '../support/attack-requests.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyHead } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('attack-grades')
const strong = { settings: { epsilon: '60/255', stepSize: '6/255', steps: 12 } }
const images = 6
let runs = 0

/** Four grades by three thresholds, or three grades as classes. */
const heads = {
  'cumulative-sigmoid': {
    head: { activation: 'multi-label-sigmoid' },
    classes: ['none', 'mild', 'moderate', 'severe'],
  },
  softmax: { head: { activation: 'softmax' }, classes: ['none', 'mild', 'severe'] },
} as const satisfies Record<string, { head: Partial<TinyHead>; classes: readonly string[] }>

function graded(activation: keyof typeof heads, gives: TinyHead['gives'] = 'logits') {
  const folder = join(base, String(runs++))
  const { head, classes } = heads[activation]
  const study = join(folder, 'study')
  writeSeries(study, images)
  const model = writeClassifier(
    folder,
    { ...head, gives },
    { task: 'ordinal', output: { activation, gives, classes } },
  )
  return { folder, study, out: join(folder, 'out'), model, classes }
}

async function attacked(changes: Partial<AttackRequest>, ...head: Parameters<typeof graded>) {
  const made = graded(...head)
  const report = await attackStudy(attackRequest(made.model, made, { ...strong, ...changes }))
  return { ...made, ...report, frames: report.record.images.flatMap(({ frames }) => frames) }
}

const gradeOf = (prediction: { readonly classes: readonly number[] }) => prediction.classes[0]!

describe.each([
  ['cumulative-sigmoid', 'logits'],
  ['cumulative-sigmoid', 'probabilities'],
  ['softmax', 'logits'],
] as const)('grades by %s from %s', (activation, gives) => {
  test('change, on every image', async () => {
    const { record, frames, out } = await attacked({}, activation, gives)
    expect(record.attack).toMatchObject({ criterion: 'grade changed', target: null })
    for (const frame of frames) {
      expect(frame.success).toBe(gradeOf(frame.reread) !== frame.label[0])
      expect(frame.success).toBe(true)
      expect(frame.before.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
    }
    expect((await verifyExport({ folder: out, home: out, device: 'cpu', threads: 1 })).discrepancies).toEqual(
      [],
    )
  })

  test('reach the one that is wanted', async () => {
    const { record, frames, classes } = await attacked({ target: '1' }, activation, gives)
    expect(record.attack).toMatchObject({ criterion: 'grade reached', target: classes[1] })
    expect(frames.map(({ reread }) => gradeOf(reread))).toEqual(frames.map(() => 1))
  })
})

test('change by as many as asked for', async () => {
  const { record, frames } = await attacked({ criterion: 'change>=2' }, 'cumulative-sigmoid')
  expect(record.attack.criterion).toBe('grade changed by at least 2')
  for (const frame of frames)
    expect(frame.success).toBe(Math.abs(gradeOf(frame.reread) - frame.label[0]!) >= 2)
  expect(frames.some(({ success }) => success)).toBe(true)
})

test('asked for another change, another run is made', async () => {
  const ids = await Promise.all(
    [{}, { criterion: 'change>=2' }].map(async (changes) => {
      const { record } = await attacked(changes, 'cumulative-sigmoid')
      return record.exportId
    }),
  )
  expect(ids[0]).not.toBe(ids[1])
})

test.each(['fab-t', 'deepfool', 'apgd-dlr', 'square'])(
  'are attacked by %s, whose planes are those of thresholds',
  async (method) => {
    const { frames } = await attacked({ method, settings: { steps: 300 } }, 'cumulative-sigmoid')
    expect(frames.filter(({ success }) => success).length).toBeGreaterThan(images / 2)
  },
)

test.each([
  [{ criterion: 'change>=4' }, 'Criterion: expected change>=N, N from 1 to 3 grades, got "change>=4"'],
  [{ criterion: 'change>=2', target: 'mild' }, 'Goal: expected no criterion for a wanted grade'],
  [{ loss: 'dice' }, 'Goal: expected no loss for ordinal'],
])('%j is refused', async (changes, message) => {
  await expect(attacked(changes, 'cumulative-sigmoid')).rejects.toThrow(message)
})

test('kappa and mean absolute error are told before and after, where there are labels', async () => {
  const { folder, study, model, classes } = graded('cumulative-sigmoid')
  const predicted = await predictStudy({ study: [study], ...model, home: folder, device: 'cpu', threads: 1 })
  expect(predicted.taskAgreement).toBeNull()
  const labels = join(folder, 'labels.csv')
  const lines = predicted.predictions.map(({ file, prediction }) => `${file},${prediction}`)
  writeFileSync(labels, ['file,label', ...lines].join('\n'))
  const again = await predictStudy({
    study: [study],
    ...model,
    labels,
    home: folder,
    device: 'cpu',
    threads: 1,
  })
  expect(again.taskAgreement?.grades).toEqual({ kappa: 1, meanAbsoluteError: 0 })
  const out = join(folder, 'with-labels')
  const { record } = await attackStudy(attackRequest(model, { study, out }, { ...strong, labels }))
  expect(record.agreement?.before.grades).toEqual({ kappa: 1, meanAbsoluteError: 0 })
  expect(record.agreement!.after.grades!.meanAbsoluteError).toBeGreaterThanOrEqual(1)
  expect(record.agreement!.after.grades!.kappa).toBeLessThan(1)
  expect(readFileSync(join(out, 'summary.txt'), 'utf8')).toMatch(
    /Grades {7}kappa 1\.000 before, -?\d\.\d{3} after/,
  )
  expect(classes).toHaveLength(4)
})

test('labels are raised, lowered and left one by one, and AUC is told of each', async () => {
  const folder = join(base, 'labels')
  const [study, out, labels] = ['study', 'out', 'labels.csv'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  writeSeries(study, images)
  const model = writeClassifier(folder, { activation: 'multi-label-sigmoid' })
  const predicted = await predictStudy({ study: [study], ...model, home: folder, device: 'cpu', threads: 1 })
  const lines = predicted.predictions.map(
    ({ file, prediction }) => `${file},${prediction === '' ? 'none' : prediction}`,
  )
  writeFileSync(labels, ['file,label', ...lines].join('\n'))
  const target = 'benign=raise,malignant=lower,normal=leave'
  const { record } = await attackStudy(attackRequest(model, { study, out }, { ...strong, labels, target }))
  expect(record.attack).toMatchObject({ criterion: 'labels reached', target })
  const frames = record.images.flatMap((image) => image.frames)
  for (const { reread, label, success } of frames) {
    const isReached =
      reread.classes.includes(1) &&
      !reread.classes.includes(2) &&
      reread.classes.includes(0) === label.includes(0)
    expect(success).toBe(isReached)
  }
  expect(frames.some(({ success }) => success)).toBe(true)
  expect(record.agreement!.before.auc!.map(({ label }) => label)).toEqual(model.classes)
  for (const { value, positives, negatives } of record.agreement!.before.auc!)
    expect(value).toBe(positives === 0 || negatives === 0 ? null : 1)
})

test('a target that raises and lowers nothing is refused', async () => {
  const folder = join(base, 'left')
  writeSeries(join(folder, 'study'), 1)
  const model = writeClassifier(folder, { activation: 'multi-label-sigmoid' })
  const request = attackRequest(
    model,
    { study: join(folder, 'study'), out: join(folder, 'out') },
    { target: 'benign=leave' },
  )
  await expect(attackStudy(request)).rejects.toThrow('Target: expected a label to raise or lower')
})
