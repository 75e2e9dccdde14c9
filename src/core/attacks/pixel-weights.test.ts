import { describe, expect, test } from 'vitest'
import { linearModel } from '../../../test/support/analytic-models.ts'
import { filled, problemAgainst, run } from '../../../test/support/attack-problems.ts'
import { largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import type { DenseLoss } from '../tasks/segmentation/losses.ts'
import { tensor } from '../tensor/tensor.ts'
import { configureAttack } from './attack-methods.ts'
import type { AttackProblem } from './attack.ts'

const pixels = 4
const imageShape = [1, 2, 2]
const image = uniformTensor([1, ...imageShape], 9, [0.4, 0.6])
const never = { name: 'never', isMet: () => false }
const softmax: DenseLoss = { kind: { 'cross-entropy': 1 }, activation: 'softmax', channels: 3 }
const sigmoid: DenseLoss = {
  kind: { 'binary-cross-entropy': 1 },
  activation: 'sigmoid',
  channels: 1,
  threshold: 0.6,
}

/** Logits of every channel and pixel are lines of all pixels of the image. */
function linesOf(channels: number): number[][] {
  const { data } = uniformTensor([channels * pixels, pixels], 1, [-4, 4])
  return Array.from({ length: channels * pixels }, (_, row) => [
    ...data.subarray(row * pixels, (row + 1) * pixels),
  ])
}

const segmenter = (channels: number) => linearModel(imageShape, linesOf(channels))

/** Problem whose label is what is predicted for three pixels, and is not for the last. */
async function problem(loss: DenseLoss, changes: Partial<AttackProblem> = {}): Promise<AttackProblem> {
  const model = segmenter(loss.channels)
  const { data: z } = await model.predict(image)
  const targets = tensor([1, loss.channels * pixels])
  for (let pixel = 0; pixel < pixels; pixel++) {
    const logits = Array.from({ length: loss.channels }, (_, k) => z[k * pixels + pixel]!)
    const isWrong = pixel === pixels - 1
    if (loss.channels === 1)
      targets.data[pixel] = Number(sigmoidOf(logits[0]!) >= loss.threshold! !== isWrong)
    else
      targets.data[
        ((logits.indexOf(Math.max(...logits)) + Number(isWrong)) % loss.channels) * pixels + pixel
      ] = 1
  }
  return problemAgainst(model, image, { loss, targets, criterion: never, ...changes })
}

function sigmoidOf(z: number): number {
  return 1 / (1 + Math.exp(-z))
}

/** J_i of each pixel from logits [K, pixels], and the cosine of its two distributions. */
function lossesOf(
  { channels }: DenseLoss,
  z: Float32Array,
  t: Float32Array,
): { loss: number; cosine: number }[] {
  return Array.from({ length: pixels }, (_, pixel) => {
    const own = Array.from({ length: channels }, (_, k) => k * pixels + pixel)
    const yes = sigmoidOf(z[pixel]!)
    const total = own.reduce((sum, i) => sum + Math.exp(z[i]!), 0)
    const p = channels === 1 ? [yes, 1 - yes] : own.map((i) => Math.exp(z[i]!) / total)
    const q = channels === 1 ? [t[pixel]!, 1 - t[pixel]!] : own.map((i) => t[i]!)
    const loss = -q.reduce((sum, value, k) => sum + value * Math.log(p[k]!), 0)
    return { loss, cosine: p.reduce((sum, value, k) => sum + value * q[k]!, 0) / Math.hypot(...p) }
  })
}

/** By central differences of Σ w_i J_i with weights that stay. */
async function slope(given: AttackProblem, x: Float32Array, weights: readonly number[]): Promise<number[]> {
  const loss = given.loss as DenseLoss
  const at = async (change: number, index: number) => {
    const moved = x.slice()
    moved[index]! += change
    const { data } = await given.model.predict(tensor(given.images.shape, moved))
    return lossesOf(loss, data, given.targets.data).reduce(
      (sum, { loss: own }, i) => sum + weights[i]! * own,
      0,
    )
  }
  const result: number[] = []
  for (let i = 0; i < x.length; i++) result.push((await at(1e-2, i)) - (await at(-1e-2, i)))
  return result
}

async function firstStep(method: string, settings: object, given: AttackProblem): Promise<number[]> {
  const { result } = await run(configureAttack(method, { steps: 1, ...settings }), given)
  return [...result.adversarial.data].map((value, i) => value - image.data[i]!)
}

describe.each([
  ['softmax', softmax],
  ['sigmoid', sigmoid],
] as const)('%s', (_, loss) => {
  const oneStep = { stepSize: 0.01, epsilon: 0.5, randomStart: false }

  test('SegPGD begins with the pixels that hold, and towards a mask with those that do not', async () => {
    const away = await problem(loss)
    const towards = { ...away, targeted: true }
    const expected = async (weights: number[]) =>
      (await slope(away, image.data, weights)).map((s) => Math.sign(s) * 0.01)
    expect(
      largestDifference(await firstStep('segpgd', oneStep, away), await expected([1, 1, 1, 0])),
    ).toBeLessThan(1e-6)
    expect(
      largestDifference(await firstStep('segpgd', oneStep, towards), await expected([0, 0, 0, -1])),
    ).toBeLessThan(1e-6)
  })

  test('CosPGD weighs pixels by the cosine, and towards a mask by what is missing of it', async () => {
    const away = await problem(loss)
    const { data: z } = await away.model.predict(image)
    const cosines = lossesOf(loss, z, away.targets.data).map(({ cosine }) => cosine)
    const expected = async (weights: number[]) =>
      (await slope(away, image.data, weights)).map((s) => Math.sign(s) * 0.01)
    expect(largestDifference(await firstStep('cospgd', oneStep, away), await expected(cosines))).toBeLessThan(
      1e-6,
    )
    const missing = cosines.map((cosine) => cosine - 1)
    const towards = await firstStep('cospgd', oneStep, { ...away, targeted: true })
    expect(largestDifference(towards, await expected(missing))).toBeLessThan(1e-6)
  })
})

test('SegPGD has come half way to all pixels alike in the last step: λ = (T − 1) / 2T', async () => {
  const away = await problem(softmax, { images: filled(image, 0.5) })
  const [first] = (
    await run(configureAttack('segpgd', { steps: 1, stepSize: 1e-3, randomStart: false }), away)
  ).events
  const second = await run(configureAttack('segpgd', { steps: 2, stepSize: 1e-3, randomStart: false }), away)
  expect(first).toBeDefined()
  const x = second.result.adversarial.data.slice()
  const before = (
    await run(configureAttack('segpgd', { steps: 1, stepSize: 1e-3, randomStart: false }), away)
  ).result.adversarial.data
  const moved = x.map((value, i) => value - before[i]!)
  const expected = (await slope(away, before, [0.75, 0.75, 0.75, 0.25])).map((s) => Math.sign(s) * 1e-3)
  expect(largestDifference(moved, expected)).toBeLessThan(1e-6)
})

test('ASMA follows the wanted logits of the pixels that lack them, by a step that grows with the overlap', async () => {
  const towards = await problem(softmax, { targeted: true })
  const rows = linesOf(softmax.channels)
  const last = [0, 1, 2].map((k) => k * pixels + pixels - 1)
  const wanted = rows[last.find((i) => towards.targets.data[i] === 1)!]!
  const step = await firstStep('asma', { beta: 1e-3, tau: 1e-2 }, towards)
  const ratios = step.map((value, i) => value / wanted[i]!)
  for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0]!, 5)
  expect(ratios[0]).toBeGreaterThan(1e-2)
  expect(ratios[0]).toBeLessThan(1.1e-2)
})

test('ASMA without a wanted mask, and any of them on a classifier, are refused in words', async () => {
  await expect(firstStep('asma', {}, await problem(softmax))).rejects.toThrow('ASMA: expected a wanted mask')
  for (const method of ['segpgd', 'cospgd', 'sea', 'alma-prox', 'asma'])
    await expect(firstStep(method, {}, await problemAgainst(segmenter(1), image))).rejects.toThrow(
      /expected a segmentation/,
    )
})

test('a loss that is not followed is said aloud', async () => {
  const dice = await problem({ ...softmax, kind: { 'cross-entropy': 1, dice: 1 } })
  const { result } = await run(configureAttack('segpgd', { steps: 1 }), dice)
  expect(result.notices.map(({ message }) => message).join()).toContain('weighs the cross-entropy')
})
