import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { kindsFor } from '../../src/engine/export/export-kinds.ts'
import type { ImageResult } from '../../src/engine/export/image-result.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import { attackRequest, imageResults } from '../support/attack-requests.ts'
import { writeSeries } from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeSegmenter, type TinySegmentation } from '../support/tiny-segmenters.ts'

const base = temporaryFolder('attack-segmentation')
const strong = { settings: { epsilon: '60/255', stepSize: '12/255', steps: 8 } }
let runs = 0

/** Dark, with a grey square of 6x6 and a bright one of 3x3 in it. */
const image = Array.from({ length: 24 * 24 }, (_, i) => {
  const [row, column] = [Math.floor(i / 24), i % 24]
  const isIn = (from: number, to: number) => row >= from && row < to && column >= from && column < to
  return isIn(14, 20) ? 1850 : isIn(4, 20) ? 1100 : 200
})

async function attacked(changes: Partial<AttackRequest> = {}, segmentation: Partial<TinySegmentation> = {}) {
  const folder = join(base, String(runs++))
  const [study, out] = [join(folder, 'study'), join(folder, 'out')]
  writeSeries(study, 2, { rows: 24, columns: 24, values: image })
  const segmenter = writeSegmenter(folder, segmentation)
  const request = attackRequest(segmenter, { study, out }, { ...strong, ...changes })
  const report = await attackStudy(request)
  const [frame] = report.record.images[0]!.frames
  return { ...report, out, segmenter, request, frame: frame! }
}

test('a segmentation is predicted with the classes that are there', async () => {
  const study = join(base, 'predicted')
  writeSeries(study, 1, { rows: 24, columns: 24, values: image })
  const { model, card } = writeSegmenter(join(base, 'predictor'))
  const { predictions } = await predictStudy({
    study: [study],
    model,
    card,
    home: base,
    device: 'cpu',
    threads: 1,
  })
  expect(predictions[0]!.prediction).toBe('grey; bright')
  expect(predictions[0]!.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5)
})

describe('every method and head', () => {
  test.each([
    ['smia', {}],
    ['pgd', { gives: 'probabilities' }],
    ['mi-fgsm', { halved: true }],
    ['smia', { activation: 'binary-sigmoid' }],
    ['smia', { activation: 'binary-sigmoid', gives: 'probabilities', halved: true }],
    ['smia', { activation: 'multi-label-sigmoid' }],
    ['segpgd', {}],
    ['segpgd', { activation: 'multi-label-sigmoid', halved: true }],
    ['cospgd', { gives: 'probabilities' }],
    ['cospgd', { activation: 'binary-sigmoid' }],
  ] as const)('%s lowers the overlap with the prediction (%j)', async (method, segmentation) => {
    const { record, frame } = await attacked({ method }, segmentation)
    expect(record.attack).toMatchObject({
      criterion: 'mean dice below 0.5',
      target: null,
      loss: { 'cross-entropy': 1 },
    })
    expect(frame.success).toBe(true)
    expect(frame.metBefore).toBe(false)
    expect(frame.label).toEqual(frame.before.classes)
  })

  test.each([
    ['sea', { epsilon: '60/255', steps: 12 }, {}],
    ['sea', { epsilon: '60/255', steps: 2 }, { activation: 'multi-label-sigmoid', halved: true }],
    ['alma-prox', { steps: 60, learningRate: 0.02, share: 0.9 }, {}],
    ['alma-prox', { steps: 60, learningRate: 0.02, share: 0.9 }, { activation: 'binary-sigmoid' }],
  ] as const)('%s (%j) lowers it too (%j)', async (method, settings, segmentation) => {
    const { frame } = await attacked({ method, settings }, segmentation)
    expect(frame.success).toBe(true)
  })

  test.each([
    ['sea', { epsilon: '150/255', steps: 20 }],
    ['alma-prox', { steps: 80, learningRate: 0.03, share: 1 }],
  ] as const)('%s goes towards what is wanted, too', async (method, settings) => {
    const { frame } = await attacked({ method, settings, target: 'background' })
    expect(frame.success).toBe(true)
  })
})

test('the trace holds means over the pixels, never a number for each', async () => {
  const { out } = await attacked({}, {})
  const [point] = imageResults(out)[0]!.frames[0]!.trace
  expect(point!.probabilities).toHaveLength(3)
  expect(point!.smoothedTarget).toHaveLength(3)
  expect(point!.klToLabel).toBeGreaterThanOrEqual(0)
})

describe('what is wanted', () => {
  const stronger = { settings: { epsilon: '150/255', stepSize: '20/255', steps: 12 } }

  test('nothing: the things vanish', async () => {
    const { record, frame } = await attacked({ ...stronger, target: 'background' })
    expect(record.attack).toMatchObject({
      target: 'background',
      criterion: 'mean dice with the wanted mask at least 0.9',
    })
    expect(frame.success).toBe(true)
    expect(frame.reread.probabilities[0]).toBeGreaterThan(0.8)
  })

  test('nothing at all, where classes may overlap', async () => {
    const { record, frame } = await attacked(
      { ...stronger, target: 'none' },
      { activation: 'multi-label-sigmoid' },
    )
    expect(record.attack.target).toBe('none')
    expect(frame.success).toBe(true)
  })

  test('a class everywhere, by Dice and a bound of the user’s', async () => {
    const { record } = await attacked({ target: 'grey', loss: 'dice', criterion: 'iou>=0.2' })
    expect(record.attack).toMatchObject({
      criterion: 'mean iou with the wanted mask at least 0.2',
      loss: { dice: 1 },
    })
  })
})

test.each(['dice', 'cross-entropy=0.5,dice=0.5'])('the loss %s attacks as well', async (loss) => {
  const { frame } = await attacked({ loss, criterion: 'iou<0.4' })
  expect(frame.success).toBe(true)
})

test('the same request gives the same bytes, and verifies', async () => {
  const { out, segmenter, request } = await attacked()
  const again = await attackStudy({ ...request, out: join(out, '..', 'again') })
  expect(readFileSync(join(again.folder, 'record.json'))).toEqual(readFileSync(join(out, 'record.json')))
  const report = await verifyExport({
    folder: out,
    model: segmenter.model,
    home: base,
    device: 'cpu',
    threads: 1,
  })
  expect(report).toMatchObject({ predictions: true, discrepancies: [] })
})

test('Dice, IoU and HD95 of each class are in the record, the table and the summary', async () => {
  const { out, record, frame } = await attacked()
  const { before, after, distanceUnit } = frame.segments!
  expect(before.map((each) => [each.class, each.dice, each.iou, each.hd95])).toEqual([
    ['grey', 1, 1, 0],
    ['bright', 1, 1, 0],
  ])
  expect(after[0]!.dice).toBeLessThan(0.9)
  expect(after[0]!.iou).toBeLessThan(after[0]!.dice!)
  expect(distanceUnit).toBe('px')
  const mean = record.summary.segments!.classes[0]!
  expect(mean.diceAfter).toBeCloseTo(after[0]!.dice!, 9)
  const [header, line] = readFileSync(join(out, 'metrics.csv'), 'utf8').split('\r\n')
  const column = header!.split(',').indexOf('dice_after grey')
  expect(Number(line!.split(',')[column])).toBe(after[0]!.dice)
  expect(readFileSync(join(out, 'summary.txt'), 'utf8')).toMatch(
    /Segments     grey: Dice 1\.000 to 0\.\d{3}, IoU .* HD95 0\.0 to .* px/,
  )
})

test('masks that were tampered with do not verify, nor measures that are not theirs', async () => {
  const { out, segmenter } = await attacked()
  const path = join(out, 'images/0001.json')
  const result = JSON.parse(readFileSync(path, 'utf8')) as ImageResult
  const frame = result.frames[0]!
  const verify = async (changes: object) => {
    writeFileSync(path, JSON.stringify({ ...result, frames: [{ ...frame, ...changes }] }))
    const report = await verifyExport({
      folder: out,
      model: segmenter.model,
      home: base,
      device: 'cpu',
      threads: 1,
    })
    return report.discrepancies.map(({ message }) => message).join('; ')
  }
  expect(await verify({ masks: { ...frame.masks!, after: frame.masks!.before } })).toContain(
    'Dice, IoU and HD95',
  )
  const before = {
    masks: { ...frame.masks!, after: frame.masks!.before },
    segments: { ...frame.segments!, after: frame.segments!.before },
  }
  expect(await verify(before)).toContain('one that differs in')
})

describe('masks in the export', () => {
  const exports = ['series', 'masksBefore', 'masksAfter'] as const

  test.each(['softmax', 'multi-label-sigmoid'] as const)(
    'are DICOM SEG that come back as labels (%s)',
    async (activation) => {
      const { out, frame, segmenter, request } = await attacked({ exports }, { activation })
      const { record } = await attackStudy({
        ...request,
        out: join(out, '../again'),
        labels: join(out, 'masks-before'),
      })
      expect(record.images[0]!.frames[0]!.segments!.before).toEqual(frame.segments!.before)
      expect(record.images[0]!.frames[0]!.segments!.after).toEqual(frame.segments!.after)
      const { model, card } = segmenter
      const adversarial = { study: [join(out, 'adversarial')], model, card, labels: join(out, 'masks-after') }
      const { segments } = await predictStudy({ ...adversarial, home: base, device: 'cpu', threads: 1 })
      expect(segments!.map(({ dice }) => dice ?? 1)).toEqual(segments!.map(() => 1))
    },
  )

  test('are read again, and told where they are not what was recorded', async () => {
    const { out, segmenter } = await attacked({ exports })
    const verify = () =>
      verifyExport({ folder: out, model: segmenter.model, home: base, device: 'cpu', threads: 1 })
    expect((await verify()).discrepancies).toEqual([])
    const path = join(out, 'masks-after/0001.dcm')
    const bytes = readFileSync(path)
    bytes.writeUInt8(bytes.at(-5)! ^ 1, bytes.length - 5)
    writeFileSync(path, bytes)
    const { discrepancies } = await verify()
    expect(discrepancies.map(({ message }) => message).join('; ')).toContain(
      'expected the masks that were recorded, got others for',
    )
  })

  test('that lack a frame of a segment are told', async () => {
    const { out, segmenter } = await attacked({ exports })
    const path = join(out, 'masks-after/0001.dcm')
    const bytes = readFileSync(path)
    const numberOfFrames = bytes.indexOf(Buffer.from([0x28, 0, 0x08, 0, 0x49, 0x53])) + 8
    bytes.write('1', numberOfFrames, 'ascii')
    writeFileSync(path, bytes)
    const { discrepancies } = await verifyExport({
      folder: out,
      model: segmenter.model,
      home: base,
      device: 'cpu',
      threads: 1,
    })
    expect(discrepancies.map(({ message }) => message).join('; ')).toContain(
      'expected 2 frames of segments, got 1',
    )
  })

  test('are left out where the model is no segmentation', () => {
    expect(kindsFor({ task: 'classification' }, exports)).toEqual(['series'])
  })
})

test.each([
  [{ criterion: 'dice>=0.5' }, 'Criterion: expected dice<N'],
  [{ criterion: 'dice<0.5', target: 'background' }, 'Criterion: expected dice>=N'],
  [{ loss: 'hinge' }, 'Loss: expected cross-entropy, dice or both'],
  [{ loss: 'dice,dice' }, 'Loss: expected cross-entropy, dice or both'],
  [{ target: 'none' }, 'Class: expected a class name'],
])('%j is refused', async (changes, message) => {
  await expect(attacked(changes)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(message) as string,
  })
})
