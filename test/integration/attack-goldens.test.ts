import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { configureAttack } from '../../src/core/attacks/attack-methods.ts'
import { attackToEnd } from '../../src/core/attacks/run-attack.ts'
import type { DifferentiableModel } from '../../src/core/model/ports.ts'
import {
  goldenImages,
  goldenModel,
  norms,
  peerGoldens,
  readGolden,
  unpacked,
} from '../support/attack-goldens.ts'
import { deterministicPeers } from '../support/attack-peers.ts'
import { problemAgainst, rowsOf } from '../support/attack-problems.ts'
import { argMax } from '../../src/core/attacks/decision-boundary.ts'
import type { AttackResult } from '../../src/core/attacks/attack-result.ts'

const settings = z.record(z.string(), z.union([z.number(), z.boolean(), z.string()]))

let model: DifferentiableModel
beforeAll(async () => {
  model = await goldenModel()
})
afterAll(() => model.dispose())

async function attacked(method: string, chosen: object, count: number): Promise<AttackResult> {
  return attackToEnd(configureAttack(method, chosen), await problemAgainst(model, goldenImages(count).images))
}

test('the classifier is right about the images', async () => {
  const { images, labels } = goldenImages(64)
  expect(rowsOf(await model.predict(images)).map(argMax)).toEqual(labels)
})

/** The part of the pixels that are the same but for float32's rounding. */
function sameShare(ours: Float32Array, theirs: Float32Array): number {
  return ours.filter((value, i) => Math.abs(value - theirs[i]!) < 1e-5).length / theirs.length
}

describe('the same steps from the same state as in PyTorch', () => {
  const cases = readGolden('signs.json', z.object({ settings, x: z.string() }))

  test.each(Object.entries(cases))('%s', async (name, { settings, x }) => {
    const [method = name] = name.split(',')
    const { adversarial } = await attacked(method, settings, 4)
    expect(sameShare(adversarial.data, unpacked(x))).toBeGreaterThanOrEqual(0.999)
  })
})

describe('the same pixels as torchattacks after ten steps', () => {
  const { images, cases } = peerGoldens()

  test('every attack that is compared is stored', () => {
    expect(Object.keys(cases)).toEqual(Object.keys(deterministicPeers))
  })

  test.each(Object.entries(deterministicPeers))('%s', async (method, settings) => {
    const coloured = await goldenModel('peers')
    const { adversarial } = await attackToEnd(
      configureAttack(method, settings),
      await problemAgainst(coloured, images),
    )
    expect(sameShare(adversarial.data, unpacked(cases[method] ?? ''))).toBeGreaterThanOrEqual(0.99)
    await coloured.dispose()
  })
})

const perSample = z.array(z.number())

describe('Auto-PGD against PyTorch', () => {
  const cases = readGolden(
    'apgd.json',
    z.object({
      method: z.string(),
      settings,
      objective: perSample,
      margin: perSample,
      x: z.string().optional(),
    }),
  )

  test.each(Object.entries(cases))('%s steps', async (_, { method, settings, margin, x }) => {
    const { after, adversarial } = await attacked(method, settings, 8)
    const { labels } = goldenImages(8)
    const ours = rowsOf(after).map((logits, n) => marginOf(logits, labels[n]!))
    expect(ours.map((value) => value > 0)).toEqual(margin.map((value) => value > 0))
    for (const [n, value] of ours.entries())
      expect(Math.abs(value - margin[n]!)).toBeLessThan(0.02 * Math.abs(margin[n]!) + 0.02)
    if (x !== undefined) expect(sameShare(adversarial.data, unpacked(x))).toBeGreaterThanOrEqual(0.999)
  })
})

function marginOf(logits: Float32Array, label: number): number {
  return Math.max(...logits.filter((_, k) => k !== label)) - logits[label]!
}

describe('smallest changes: norms against PyTorch on 32 images', () => {
  const cases = readGolden('smallest.json', z.object({ settings, norms }))

  test.each(Object.entries(cases))('%s', async (method, { settings, norms }) => {
    const { samples } = await attacked(method, settings, 32)
    expect(samples.map(({ success }) => success)).toEqual(norms.map((norm) => norm !== null))
    const errors = samples.map(({ distance = NaN }, n) => Math.abs(distance / (norms[n] ?? NaN) - 1))
    expect(Math.max(...errors)).toBeLessThan(0.02)
  })
})

/** Whether two rates of 64 differ by less than three standard deviations of chance. */
function expectSameRate(ours: number, theirs: number, count: number): void {
  const rate = (ours + theirs) / (2 * count)
  expect(Math.abs(ours - theirs) / count).toBeLessThanOrEqual(3 * Math.sqrt((2 * rate * (1 - rate)) / count))
}

describe('black boxes: success against our own references in PyTorch on 64 images', () => {
  const cases = readGolden(
    'black-box.json',
    z.object({ settings, broken: z.array(z.boolean()).optional(), norms: norms.optional() }),
  )

  test.each(Object.entries(cases))('%s', async (method, { settings, broken, norms = [] }) => {
    const { samples } = await attacked(method, settings, 64)
    if (broken !== undefined) {
      const [ours, theirs] = [samples.filter(({ success }) => success).length, broken.filter(Boolean).length]
      expect(theirs).toBeGreaterThan(8)
      expect(theirs).toBeLessThan(56)
      expectSameRate(ours, theirs, 64)
      return
    }
    // Success within the median of the reference's norms, and within its quartiles.
    const sorted = norms.map((norm) => norm ?? Infinity).sort((a, b) => a - b)
    for (const place of [16, 32, 48]) {
      const bound = sorted[place]!
      const ours = samples.filter(({ success, distance = Infinity }) => success && distance <= bound).length
      expectSameRate(ours, place + 1, 64)
    }
  })
})

describe('SPSA against PyTorch', () => {
  const golden = { settings, x: z.string().optional(), broken: z.array(z.boolean()).optional() }
  const { steps, rate } = z
    .object({
      steps: z.object(golden).required({ x: true }),
      rate: z.object(golden).required({ broken: true }),
    })
    .parse(readGolden('spsa.json', z.object(golden)))

  test('the same steps along the same random directions', async () => {
    const { adversarial } = await attacked('spsa', steps.settings, 4)
    expect(sameShare(adversarial.data, unpacked(steps.x))).toBeGreaterThanOrEqual(0.999)
  })

  test('success on 64 images along its own', async () => {
    const { samples } = await attacked('spsa', rate.settings, 64)
    const [ours, theirs] = [
      samples.filter(({ success }) => success).length,
      rate.broken.filter(Boolean).length,
    ]
    expectSameRate(ours, theirs, 64)
  })
})
