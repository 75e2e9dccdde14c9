import { expect, test } from 'vitest'
import { summarise } from '../../core/evaluate/summary.ts'
import type { AttackRecord } from '../export/record.ts'
import { summaryText } from '../export/summary-text.ts'

const distance = { linf: 0.02, l2: 1.5, psnr: 38.25, ssim: 0.98765, changed: 5, changedFraction: 0.5 }
const row = {
  file: '1.dcm',
  exported: 'adversarial/0001.dcm',
  sopInstanceUid: '1',
  frame: 1,
  method: 'smia',
  label: 'a',
  predictionBefore: 'a',
  confidenceBefore: 0.9,
  predictionAfter: 'b',
  confidenceAfter: 0.8,
  iterations: 10,
  success: true,
  metBefore: false,
  window: distance,
  stored: { ...distance, linf: 12 },
}

function textOf(rows: (typeof row)[], changes: object = {}): string {
  const record = {
    notice: 'For research.',
    model: { file: 'model.onnx', sha256: '0123456789abcdef' },
    attack: {
      title: 'SMIA',
      settings: { epsilon: '20HU', stepSize: 2 / 255, steps: 10 },
      target: null,
      seed: 3,
    },
    device: { name: 'cpu', threads: 2, batch: 4 },
    labels: 'file',
    failures: [],
    images: [],
    summary: summarise(rows),
    warnings: [],
    ...changes,
  }
  return summaryText(record as unknown as AttackRecord)
}

test('a run is told in a dozen lines', () => {
  expect(textOf([row, { ...row, success: false }])).toMatchInlineSnapshot(`
    "Attack       SMIA, away from the label
    Settings     epsilon 20HU, stepSize 2/255, steps 10, seed 3
    Model        model.onnx (sha256 0123456789ab…) on cpu
    Slices       2
    Labels       from the labels file
    Fooled       1 of 2 (50.0 %, 95 % interval 9.5 % to 90.5 %) of those right before
    Confidence   90.0 % before, 80.0 % after (means)
    Perturbation Linf 0.0200 of the window (12.0 stored levels), L2 1.50 (means)
                 PSNR 38.3 dB, SSIM 0.9877 in the window (means)
    For research.
    "
  `)
})

test('a model whose file has the name of all of its kind is told by its own', () => {
  const model = { file: 'model.json', sha256: '0123456789abcdef', card: { name: 'brain' } }
  expect(textOf([row], { model })).toContain(
    'Model        brain, model.json with its weights (sha256 0123456789ab…) on cpu',
  )
})

test('a target, failures and the lack of labels are told', () => {
  const text = textOf([row], {
    attack: { title: 'PGD', settings: {}, target: 'benign', seed: 0 },
    failures: [{}, {}],
    labels: 'prediction',
  })
  expect(text).toMatch(/PGD, towards benign/)
  expect(text).toMatch(/1; 2 inputs failed, see record.json/)
  expect(text).toMatch(/the model's own predictions/)
})

test('what there is no mean of is a dash', () => {
  const same = {
    ...row,
    window: { ...distance, psnr: null, ssim: null },
    metBefore: true,
  } as unknown as typeof row
  expect(textOf([same])).toMatch(/none; 1 of 1 were wrong before\n.*\n.*\n.*PSNR – dB, SSIM – in/)
})

test('what was wrong before is apart, and the suspicion comes first', () => {
  const wrong = { ...row, metBefore: true }
  const warnings = [
    { check: 'wrong-before', message: 'Most were wrong.', tip: 'Look.' },
    { check: 'zero-gradients', message: 'Zeros.', tip: 'Use square.' },
  ]
  const text = textOf([row, wrong, wrong], { warnings })
  expect(text).toMatch(/^Warning {6}Most were wrong. Look.\nAttack /)
  expect(text).toMatch(
    /Fooled {7}1 of 1 .* of those right before; 2 of 3 were wrong before\nWarning {6}Zeros/,
  )
})
