import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AttackRequest } from '../../src/engine/attack/attack-run.ts'
import { attackStudy } from '../../src/engine/attack/attack-study.ts'
import { cellResult } from '../../src/engine/compare/cell-result.ts'
import { compareStudy } from '../../src/engine/compare/compare-study.ts'
import { predictStudy } from '../../src/engine/predict/predict-study.ts'
import { openStudy } from '../../src/engine/study/open-study.ts'
import { verifyExport } from '../../src/engine/verify/verify-export.ts'
import {
  attackRequest,
  filesBelow,
  imageResults,
  largestChange,
  tinyInput,
} from '../support/attack-requests.ts'
import { commandLine, jsonOf } from '../support/command-line.ts'
import {
  pixelsAtEnd,
  writeImage,
  writeSeries,
  type SmallImage,
  type WrittenImage,
} from '../support/small-study.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { writeClassifier, type TinyClassifier } from '../support/tiny-classifiers.ts'

const base = temporaryFolder('attack-stacks')
const range = { lower: -1024, upper: 1024 }
/** 16 of 255 levels of 2048 HU, of which a stored value is one. */
const budget = Math.floor((16 / 255) * 2048)
let runs = 0

interface Made {
  readonly folder: string
  readonly study: string
  readonly out: string
  readonly model: TinyClassifier
  readonly images: readonly WrittenImage[]
}

function made(count: number, changes: Partial<SmallImage> = {}): Made {
  const folder = join(base, String(runs++))
  const study = join(folder, 'study')
  const images = writeSeries(study, count, changes)
  const input = { layout: 'NCHW', size: [12, 12], channels: 1, slices: { count: 3 } }
  return {
    folder,
    study,
    images,
    out: join(folder, 'out'),
    model: writeClassifier(folder, { channels: 3 }, { input }),
  }
}

/** What the network says of each slice among its neighbours, in plain numbers; the ends are repeated. */
function expected({ model, images }: Made, stored: readonly (readonly number[])[]): number[][] {
  const inputs = stored.map((values, n) => tinyInput(images[n]!, values, range))
  return inputs.map((own, n) =>
    model.probabilities([...(inputs[n - 1] ?? own), ...own, ...(inputs[n + 1] ?? own)]),
  )
}

const exported = ({ out, images }: Made) =>
  images.map((image, n) =>
    pixelsAtEnd(join(out, 'adversarial', `${String(n + 1).padStart(4, '0')}.dcm`), image),
  )

function expectClose(got: readonly (readonly number[])[], want: readonly (readonly number[])[]) {
  expect(got.length).toBe(want.length)
  got.forEach((row, n) => {
    row.forEach((p, k) => {
      expect(p).toBeCloseTo(want[n]![k]!, 4)
    })
  })
}

async function expectVerified({ out, folder, model: { model } }: Made) {
  const report = await verifyExport({ folder: out, model, home: folder, device: 'cpu', threads: 1 })
  expect(report).toMatchObject({ predictions: true, discrepancies: [] })
}

test('a model of neighbouring slices predicts each slice among its neighbours', async () => {
  const stack = made(11)
  const { model, card } = stack.model
  const { predictions } = await predictStudy({
    study: [stack.study],
    home: base,
    model,
    card,
    device: 'cpu',
    threads: 1,
  })
  expectClose(predictions.map(({ probabilities }) => probabilities), expected(stack, stack.images.map(({ values }) => values))) // prettier-ignore
})

test('some slices of a stack are predicted among all of them', async () => {
  const stack = made(5)
  const { model, card } = stack.model
  const images = [0, 3].map((n) => stack.images[n]!.sopInstanceUid)
  const { predictions } = await predictStudy({
    study: [stack.study],
    images,
    home: base,
    model,
    card,
    device: 'cpu',
    threads: 1,
  })
  const all = expected(stack, stack.images.map(({ values }) => values)) // prettier-ignore
  expectClose(predictions.map(({ probabilities }) => probabilities), [all[0]!, all[3]!]) // prettier-ignore
})

describe.each<[string, Partial<AttackRequest>]>([
  ['as one block', {}],
  ['block by block', { slices: 2 }],
  ['block by block, stopping early', { slices: 3, earlyStop: true }],
])('a stack, %s', (_name, changes) => {
  test.each([
    ['smia', { epsilon: '16/255', stepSize: '4/255', steps: 6 }],
    ['smia', { epsilon: '16/255', stepSize: '4/255', steps: 6, kernelSlices: 3 }],
    ['fgsm', { epsilon: '16/255' }],
    ['pgd', { epsilon: '16/255', stepSize: '4/255', steps: 4, restarts: 2 }],
    ['mi-fgsm', { epsilon: '16/255', steps: 4 }],
  ])('is attacked by %s, exported, judged among its neighbours and verified', async (method, settings) => {
    const stack = made(7)
    const { record, failures } = await attackStudy(
      attackRequest(stack.model, stack, { method, settings, ...changes }),
    )
    expect(failures).toEqual([])
    const frames = record.images.flatMap((image) => image.frames)
    const pixels = exported(stack)
    const [clean, adversarial] = [expected(stack, stack.images.map(({ values }) => values)), expected(stack, pixels)] // prettier-ignore
    expectClose(frames.map(({ before }) => before.probabilities), clean) // prettier-ignore
    expectClose(frames.map(({ reread }) => reread.probabilities), adversarial) // prettier-ignore
    frames.forEach(({ label, success, metBefore }, n) => {
      const most = adversarial[n]!.indexOf(Math.max(...adversarial[n]!))
      expect([success, metBefore]).toEqual([most !== label[0], false])
      const change = largestChange(stack.images[n]!.values, pixels[n]!)
      expect(change).toBeGreaterThan(0)
      expect(change).toBeLessThanOrEqual(budget)
    })
    expect(frames.filter(({ success }) => success).length).toBeGreaterThan(2)
    await expectVerified(stack)
  })
})

test('the loss of a slice is raised by its neighbours: a single image of the same pixels does worse', async () => {
  const stack = made(6)
  const settings = { epsilon: '3/255', stepSize: '1/255', steps: 8 }
  await attackStudy(attackRequest(stack.model, stack, { method: 'i-fgsm', settings }))
  const label = (rows: number[][]) => rows.map((row) => row.indexOf(Math.max(...row)))
  const clean = expected(stack, stack.images.map(({ values }) => values)) // prettier-ignore
  const labels = label(clean)
  const pixels = exported(stack)
  const loss = (rows: number[][]) => rows.reduce((sum, row, n) => sum - Math.log(row[labels[n]!]!), 0)
  // Each slice by itself, the others as they were: what it can do for its own window alone.
  const alone = stack.images.map((_, n) => expected(stack, stack.images.map(({ values }, m) => (m === n ? pixels[n]! : values)))[n]!) // prettier-ignore
  expect(loss(expected(stack, pixels))).toBeGreaterThan(loss(alone))
  expect(loss(alone)).toBeGreaterThan(loss(clean))
})

test('the same attack gives the same bytes, and goes on where it was', async () => {
  const stack = made(5)
  const request = attackRequest(stack.model, stack, { slices: 2 })
  await attackStudy(request)
  const again = { ...request, out: join(stack.folder, 'again') }
  await attackStudy(again)
  expect(filesBelow(again.out)).toEqual(filesBelow(stack.out))
  expect((await attackStudy(request)).resumed).toBe(5)
})

test('the command line names blocks and smoothing from slice to slice', async () => {
  const stack = made(5)
  const given = [
    '--study',
    stack.study,
    '--model',
    stack.model.model,
    '--device',
    'cpu',
    '--threads',
    '1',
    '--out',
    stack.out,
  ]
  const ended = await commandLine([
    'attack',
    ...given,
    '--slices',
    '2',
    '--kernel-slices',
    '3',
    '--sigma-slices',
    '0.8',
    '--json',
  ])
  expect(ended.code).toBe(0)
  expect(jsonOf(ended)).toMatchObject({
    record: { attack: { settings: { kernelSlices: 3, sigmaSlices: 0.8 } } },
  })
  await expectVerified(stack)
})

test('frames of a multi-frame image are a stack', async () => {
  const stack = made(1, { frames: 4 })
  const { record } = await attackStudy(attackRequest(stack.model, stack))
  expect(record.images[0]!.frames).toHaveLength(4)
  await expectVerified(stack)
})

test('stacks end where the size changes and where a series does', async () => {
  const stack = made(2)
  writeImage(stack.study, 3, { rows: 16, columns: 16 })
  writeImage(join(stack.study, 'other'), 1, { series: 2 })
  const { record, failures } = await attackStudy(attackRequest(stack.model, stack))
  expect(failures).toEqual([])
  expect(record.images).toHaveLength(4)
  expect(record.notices.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('A stack has 1 slices'),
  )
  expectClose(imageResults(stack.out).slice(0, 2).map(({ frames }) => frames[0]!.reread.probabilities), expected(stack, exported(stack))) // prettier-ignore
  await expectVerified(stack)
})

test('a slice that can’t be worked on fails its stack, and another series goes on', async () => {
  const stack = made(3)
  writeImage(join(stack.study, 'other'), 1, { series: 2 })
  const labels = join(stack.folder, 'labels.csv')
  writeFileSync(labels, 'file,label\n001.dcm,normal\n003.dcm,normal\nother/001.dcm,normal\n')
  const { record, failures } = await attackStudy(attackRequest(stack.model, stack, { labels }))
  expect(record.images.map(({ file }) => file)).toEqual(['other/001.dcm'])
  expect(failures.map(({ file }) => file).sort()).toEqual(['001.dcm', '002.dcm', '003.dcm'])
  expect(failures.find(({ file }) => file === '001.dcm')?.message).toContain('expected all of its slices')
})

test('a slice that can’t be decoded is not predicted, nor are those beside it', async () => {
  const stack = made(3)
  writeImage(join(stack.study, 'other'), 1, { series: 2 })
  const study = await openStudy([stack.study])
  truncateSync(stack.images[1]!.path, readFileSync(stack.images[1]!.path).length - 40)
  const { model, card } = stack.model
  const { predictions, failures } = await predictStudy({
    study,
    home: base,
    model,
    card,
    device: 'cpu',
    threads: 1,
  })
  expect(predictions.map(({ file }) => file)).toEqual(['other/001.dcm'])
  expect(failures.map(({ file }) => file).sort()).toEqual(['001.dcm', '002.dcm', '003.dcm'])
})

test('slices whose files can’t be read are told of', async () => {
  const stack = made(3)
  truncateSync(stack.images[1]!.path, readFileSync(stack.images[1]!.path).length - 40)
  const { record } = await attackStudy(attackRequest(stack.model, stack))
  expect(record.notices.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('1 files of the study can’t be read'),
  )
})

test.each<[string, Partial<AttackRequest>, string]>([
  [
    'a method that takes images one by one',
    { method: 'deepfool', settings: {} },
    'Method: expected one for neighbouring slices',
  ],
  ['an attack on some slices', { images: ['2.25.7.1.2'] }, 'Images: expected all slices of a series'],
])('%s is refused', async (_name, changes, message) => {
  const stack = made(3)
  await expect(attackStudy(attackRequest(stack.model, stack, changes))).rejects.toThrow(message)
})

describe('a comparison', () => {
  const settings = { epsilon: '24/255', stepSize: '4/255', steps: 6 }
  const compared = (stack: Made, models: readonly string[], changes: object = {}) =>
    compareStudy({
      study: [stack.study],
      models,
      home: base,
      budgets: { Linf: [], L2: [] },
      out: join(stack.folder, 'compared'),
      methods: [{ name: 'i-fgsm', settings }],
      transfer: false,
      seed: 0,
      batch: 4,
      device: 'cpu',
      threads: 1,
      earlyStop: false,
      forceIntensity: false,
      ...changes,
    })
  const cell = (stack: Made, number: number) =>
    cellResult.parse(JSON.parse(readFileSync(join(stack.folder, `compared/cells/000${number}.json`), 'utf8')))

  test.each([undefined, 3])(
    'attacks slices among their neighbours, %s at once, as an attack by itself does',
    async (slices) => {
      const stack = made(7)
      await compared(stack, [stack.model.model], { slices })
      await attackStudy(attackRequest(stack.model, stack, { method: 'i-fgsm', settings, slices }))
      const frames = imageResults(stack.out).map((image) => image.frames[0]!)
      const attacked = cell(stack, 1).slices
      expect(attacked.map(({ success }) => success)).toEqual(frames.map(({ success }) => success))
      for (const [n, { confidenceAfter, perturbation, trace }] of attacked.entries()) {
        expect(confidenceAfter).toBeCloseTo(frames[n]!.after.confidence!, 4)
        expect(trace).toHaveLength(6)
        expect(perturbation.variance).toBeGreaterThan(0)
      }
    },
  )

  test('has what was made on a model of single images judged by one of neighbouring slices, and the other way round', async () => {
    const stack = made(9)
    const single = writeClassifier(join(stack.folder, 'single'))
    await compared(stack, [single.model, stack.model.model], { transfer: true })
    await attackStudy(attackRequest(single, stack, { method: 'i-fgsm', settings }))
    const classOf = (p: readonly number[]) => p.indexOf(Math.max(...p))
    const clean = expected(stack, stack.images.map(({ values }) => values)).map(classOf) // prettier-ignore
    const judged = expected(stack, exported(stack)).map(classOf)
    const [first, second] = [cell(stack, 1), cell(stack, 2)]
    expect(first.slices.map(({ transferred }) => transferred)).toEqual(
      judged.map((found, n) => [{ model: 1, success: found !== clean[n], metBefore: false }]),
    )
    expect(judged.some((found, n) => found !== clean[n])).toBe(true)
    expect(second.slices.every(({ transferred }) => transferred[0]?.model === 0)).toBe(true)
  })

  test.each([
    [
      'a method that takes images one by one',
      { methods: [{ name: 'square', settings: {} }] },
      'Method: expected one for neighbouring slices',
    ],
    ['some slices', { images: ['2.25.7.1.2'] }, 'Images: expected all slices of a series'],
  ])('of %s is refused', async (_name, changes, message) => {
    const stack = made(3)
    await expect(compared(stack, [stack.model.model], changes)).rejects.toThrow(message)
  })
})
