import { expect, test } from 'vitest'
import { attackRecord } from '../export/record.ts'

const size = { linf: 1, l2: 1, psnr: null, ssim: null, changed: 1, changedFraction: 1 }
const prediction = { classes: [0], confidence: 0.9, probabilities: [0.9, 0.1] }
const frame = {
  frame: 1,
  label: [0],
  range: { domain: 'stored', lower: 0, upper: 1, unit: '' },
  before: prediction,
  after: prediction,
  reread: prediction,
  iterations: 1,
  restart: 0,
  window: size,
  stored: size,
}
const image = (success: boolean, metBefore: boolean) => ({
  file: 'a.dcm',
  sopInstanceUid: '1.2',
  result: 'images/0001.json',
  exported: { series: { path: 'adversarial/0001.dcm', sopInstanceUid: '1.3' } },
  frames: [{ ...frame, success, metBefore }],
})
const attack = {
  method: 'fgsm',
  title: 'FGSM',
  source: null,
  equation: '',
  settings: {},
  criterion: '',
  target: null,
  region: null,
  earlyStop: false,
  seed: 0,
}

/** As the first version wrote it: what was wrong before counted as a success. */
const first = {
  schema: 'radversary/attack-record/1',
  notice: '',
  exportId: 'run-0',
  software: { name: 'Radversary', version: '0' },
  model: { file: 'm.onnx', sha256: '', card: {}, proposed: [] },
  attack,
  device: { name: 'cpu', threads: 1, batch: 1 },
  labels: 'file',
  images: [image(true, true), image(true, false), image(false, false)],
  failures: [],
  notices: [],
  summary: { slices: 3, success: { successes: 2, count: 3 }, meanConfidenceBefore: 0.9 },
}

test('records of the first version are read with the present headline', () => {
  const { schema, summary, warnings } = attackRecord.parse(first)
  expect(schema).toBe('radversary/attack-record/2')
  expect(summary).toMatchObject({ slices: 3, metBefore: 1, fooled: { successes: 1, count: 2 } })
  expect(summary.meanConfidenceBefore).toBe(0.9)
  expect(warnings).toEqual([])
})

test('a record of another schema is none', () => {
  expect(attackRecord.safeParse({ ...first, schema: 'radversary/attack-record/9' }).success).toBe(false)
})
