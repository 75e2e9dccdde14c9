import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseInstance } from '../../src/core/dicom/instance.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import type { AttackRecord } from '../../src/engine/export/record.ts'
import type { PredictReport } from '../../src/engine/predict/predict-report.ts'
import { commandLine, jsonOf } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const sample = fileURLToPath(new URL('../../resources/sample', import.meta.url))
const model = join(sample, 'model/phantom-thorax-detection.onnx')
const labels = ['--labels', join(sample, 'boxes.csv')]
const measured = JSON.parse(readFileSync(join(sample, 'model/detection.training.json'), 'utf8')) as {
  study: {
    meanAveragePrecision: number
    averagePrecision: Record<string, number>
    recall: number
    falsePositivesPerSlice: number
  }
}
const nodules = ['18', '19', '20', '21'].map((name) => join(sample, `study/${name}.dcm`))

const root = temporaryFolder('detection')
let folders = 0

function nextFolder(): string {
  folders += 1
  return join(root, String(folders))
}

async function attack(args: readonly string[]): Promise<{ folder: string; record: AttackRecord }> {
  const folder = nextFolder()
  const shared = ['--study', ...nodules, '--model', model, '--device', 'cpu', '--out', folder, '--json']
  const ended = await commandLine(['attack', ...shared, ...args])
  expect(ended).toMatchObject({ code: 0 })
  const { record } = jsonOf(ended) as { record: AttackRecord }
  return { folder, record }
}

const framesOf = ({ images }: AttackRecord) => images.flatMap(({ frames }) => frames)

test('the sample detector finds in the study what PyTorch found when it was trained', async () => {
  const study = ['--study', join(sample, 'study'), '--model', model, '--device', 'cpu', '--json']
  const report = jsonOf(await commandLine(['predict', ...study, ...labels])) as PredictReport
  expect(report.predictions).toHaveLength(28)
  const { detection, classes } = report
  expect(detection?.meanAveragePrecision).toBeCloseTo(measured.study.meanAveragePrecision, 2)
  expect(detection?.recall).toBeCloseTo(measured.study.recall, 2)
  expect(detection?.falsePositivesPerImage).toBeCloseTo(measured.study.falsePositivesPerSlice, 1)
  for (const each of detection?.classes ?? [])
    expect(each.averagePrecision).toBeCloseTo(
      measured.study.averagePrecision[classes[each.class] ?? ''] ?? NaN,
      2,
    )
})

describe('SMIA makes boxes vanish', () => {
  let made: { folder: string; record: AttackRecord }

  beforeAll(async () => {
    made = await attack([...labels, '--method', 'smia', '--epsilon', '16/255', '--target', 'vanish'])
  }, 120_000)

  test('on the slices of a nodule, and the record holds every box before and after', () => {
    const { record } = made
    const { detections, fooled } = record.summary
    expect(record.attack).toMatchObject({ target: 'vanish', criterion: 'no box found' })
    expect(detections?.before).toMatchObject({ boxes: 4, recall: 1, meanAveragePrecision: 1 })
    expect(detections?.after).toMatchObject({ boxes: 4, recall: 0, meanAveragePrecision: 0 })
    expect(fooled.successes).toBeGreaterThanOrEqual(3)
    for (const { boxes, success: isGone, reread } of framesOf(record)) {
      expect(boxes?.label).toHaveLength(1)
      expect(boxes?.after.length === 0).toBe(isGone)
      expect(reread.classes.length === 0).toBe(isGone)
    }
  })

  test('metrics.csv and summary.txt tell them', () => {
    const csv = readFileSync(join(made.folder, 'metrics.csv'), 'utf8')
    expect(csv.split(/\r?\n/)[0]).toContain(
      'boxes_labelled,boxes_before,boxes_found_before,false_positives_before,boxes_after',
    )
    const summary = readFileSync(join(made.folder, 'summary.txt'), 'utf8')
    expect(summary).toContain('towards vanish')
    expect(summary).toContain('mAP@0.5 (all points) 1.000 to 0.000, recall 1.000 to 0.000 of 4 boxes')
  })

  test('the export is verified, boxes predicted again', async () => {
    const ended = await commandLine(['verify', made.folder, '--model', model, '--device', 'cpu'])
    expect(ended).toMatchObject({
      code: 0,
      out: expect.stringContaining('the model predicts what is recorded') as string,
    })
  })
})

test('verify tells a box that the model does not find', async () => {
  const { folder, record } = await attack([...labels, '--method', 'fgsm'])
  for (const { boxes } of framesOf(record))
    boxes?.after.push({ class: 0, x0: 9, y0: 9, x1: 60, y1: 60, score: 0.9, finds: null })
  writeFileSync(join(folder, 'record.json'), JSON.stringify(record))
  const ended = await commandLine(['verify', folder, '--model', model, '--device', 'cpu', '--json'])
  expect(ended.code).not.toBe(0)
  expect(ended.out).toMatch(
    /Export: expected the \d+ boxes that were recorded, got \d+, 1 of them all not alike/,
  )
})

test('away from the model’s own boxes none of them is found again', async () => {
  const { record } = await attack(['--method', 'pgd', '--epsilon', '16/255', '--early-stop'])
  expect(record.attack).toMatchObject({ target: null, criterion: 'no labelled box found (IoU 0.5)' })
  expect(record.summary.detections?.before).toMatchObject({ recall: 1, falsePositivesPerImage: 0 })
  const met = framesOf(record).filter(({ success }) => success)
  expect(met.length).toBeGreaterThanOrEqual(3)
  for (const { boxes } of met) expect(boxes?.label.length).toBeGreaterThan(0)
}, 120_000)

test('an image that the boxes leave out has none, also when it is attacked alone', async () => {
  const out = nextFolder()
  const { sopInstanceUid } = parseInstance(readFileSync(join(sample, 'study/15.dcm')))
  const alone = await attackStudy({
    study: [join(sample, 'study')],
    images: [sopInstanceUid ?? ''],
    out,
    home: out,
    model,
    labels: join(sample, 'boxes.csv'),
    device: 'cpu',
    threads: 1,
    method: 'fgsm',
    settings: {},
    seed: 0,
    earlyStop: false,
    forceIntensity: false,
    batch: 1,
    exports: ['series'],
  })
  expect(framesOf(alone.record).map(({ boxes }) => boxes?.label)).toEqual([[]])
})

test('false positives are made where there was nothing, as many as are asked for', async () => {
  const { record } = await attack([
    ...[
      ...labels,
      '--method',
      'smia',
      '--epsilon',
      '8/255',
      '--target',
      'false-positives',
      '--criterion',
      'boxes>=3',
    ],
  ])
  expect(record.attack).toMatchObject({
    target: 'false-positives',
    criterion: 'at least 3 boxes where there are none (IoU 0.5)',
  })
  expect(record.summary.fooled.successes).toBe(4)
  expect(record.summary.detections?.after.falsePositivesPerImage).toBeGreaterThanOrEqual(3)
}, 120_000)

test('towards another class boxes of it appear', async () => {
  const { record } = await attack([
    ...labels,
    '--method',
    'pgd',
    '--epsilon',
    '24/255',
    '--target',
    'class:ground-glass opacity',
  ])
  expect(record.attack.target).toBe('ground-glass opacity')
  expect(framesOf(record).filter(({ before }) => before.classes.includes(1))).toEqual([])
  expect(framesOf(record).filter(({ reread }) => reread.classes.includes(1))).toHaveLength(4)
}, 120_000)

test('DAG takes boxes away with hardly any change', async () => {
  const { record } = await attack([...labels, '--method', 'dag', '--step', '1/255', '--target', 'vanish'])
  expect(record.summary.fooled.successes).toBeGreaterThanOrEqual(3)
  expect(record.summary.window.meanL2).toBeLessThan(3)
}, 120_000)

test('what a detection has not is refused in words', async () => {
  const refused = async (args: readonly string[], message: string) => {
    const ended = await commandLine([
      'attack',
      '--study',
      ...nodules,
      '--model',
      model,
      '--out',
      nextFolder(),
      ...args,
    ])
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining(message) as string })
  }
  await refused(['--method', 'smia', '--target', 'mass'], 'Class: expected a class name')
  await refused(['--method', 'smia', '--export', 'masks'], 'Export: expected masks of a segmentation only')
  await refused(
    ['--method', 'smia', '--criterion', 'dice<0.5'],
    'Criterion: expected none but for false positives',
  )
  await refused(
    ['--method', 'smia', '--target', 'false-positives', '--criterion', 'boxes<3'],
    'Criterion: expected boxes>=N',
  )
})
