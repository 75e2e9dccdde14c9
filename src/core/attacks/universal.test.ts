import { describe, expect, test } from 'vitest'
import { linearModel, nearestCentreModel } from '../../../test/support/analytic-models.ts'
import {
  filled,
  onLevels,
  problemAgainst,
  roundsTo,
  rowsOf,
  run,
  towards,
} from '../../../test/support/attack-problems.ts'
import { groupOf, learned } from '../../../test/support/image-groups.ts'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { configureAttack } from './attack-methods.ts'
import type { AttackProblem } from './attack.ts'
import { prepared } from './preparation.ts'

const shape = [1, 6, 6]
const levels = 255
const images = onLevels(uniformTensor([6, ...shape], 7, [0.3, 0.7]), levels)
const weights = (seed: number) => [...uniformTensor(shape, seed, [-1, 1]).data]

/** Two classes whose logits' difference is w·x + b; the bias makes the model say 0 of every image. */
function twoClasses(changes: Partial<AttackProblem> = {}) {
  const w = weights(11)
  const middle = w.reduce((sum, weight) => sum + 0.5 * weight, 0)
  const model = linearModel(shape, [w.map(() => 0), w], [0, -middle - 1])
  return problemAgainst(model, images, changes).then((problem) => ({ problem, w }))
}

describe.each(['universal', 'universal-l2'] as const)('%s', (name) => {
  const settings = { epsilon: name === 'universal' ? 0.2 : 0.8, miniBatch: 2, epochs: 30 }

  test('changes all images by one and the same perturbation within the budget, wherever no bound is in the way', async () => {
    const { problem } = await twoClasses()
    const method = configureAttack(name, settings)
    const { result } = await run(method, problem)
    const changes = rowsOf(result.adversarial).map((row, n) =>
      row.map((value, i) => value - rowsOf(images)[n]![i]!),
    )
    for (const change of changes)
      for (const [i, value] of change.entries()) expect(value).toBeCloseTo(changes[0]![i]!, 5)
    const size = name === 'universal' ? Math.max(...changes[0]!.map(Math.abs)) : Math.hypot(...changes[0]!)
    expect(size).toBeLessThanOrEqual(settings.epsilon + 1e-6)
    expect(result.samples.every(({ success }) => success)).toBe(true)
  })

  test('reaches the best there is against a linear model, by mini-batches', async () => {
    const { problem, w } = await twoClasses()
    const method = configureAttack(name, { ...settings, lossBound: 1000 })
    const { v, epochs } = await learned(method, groupOf(problem))
    const best =
      name === 'universal'
        ? w.map((weight) => 0.2 * Math.sign(weight))
        : w.map((weight) => (0.8 * weight) / Math.hypot(...w))
    for (const [i, value] of v.data.entries()) expect(value).toBeCloseTo(best[i]!, 4)
    expect(epochs.map(({ epoch, images }) => [epoch, images])).toEqual(epochs.map((_, i) => [i + 1, 6]))
    expect(epochs.at(-1)).toMatchObject({ fooled: 6 })
    expect(epochs.at(-1)!.loss).toBeGreaterThan(epochs[0]!.loss)
  })

  test('learns the same from a batch at once as from one mini-batch of the whole group', async () => {
    const { problem } = await twoClasses()
    const method = configureAttack(name, { ...settings, epochs: 4 })
    const { result } = await run(method, problem)
    const wholeGroup = configureAttack(name, { ...settings, epochs: 4, miniBatch: 6 })
    const applied = await run(prepared(method, await learned(wholeGroup, groupOf(problem))), problem)
    expect(
      applied.result.adversarial.data.every(
        (value, i) => Math.abs(value - result.adversarial.data[i]!) < 1e-6,
      ),
    ).toBe(true)
  })

  test('rounds each image by itself and says of each whether it is fooled', async () => {
    const { problem } = await twoClasses()
    const { result } = await run(configureAttack(name, settings), { ...problem, quantize: roundsTo(levels) })
    const { data } = result.adversarial
    expect(data.every((value) => Math.abs(value * levels - Math.round(value * levels)) < 1e-3)).toBe(true)
    expect(result.samples.map(({ success }) => success)).toEqual(
      rowsOf(await problem.model.predict(result.adversarial)).map((logits, n) =>
        problem.criterion.isMet(logits, n),
      ),
    )
  })
})

test('pixels that may not change in an image stay, and are changed by the same perturbation in all others', async () => {
  const { problem } = await twoClasses()
  const isFrozen = (i: number) => i < 6
  const freeze = (value: number) => {
    const bound = filled(images, value)
    bound.data.forEach((_, i) => (bound.data[i] = isFrozen(i) ? images.data[i]! : value))
    return bound
  }
  const frozen = { ...problem, bounds: { lower: freeze(0), upper: freeze(1) } }
  const { result } = await run(configureAttack('universal', { epsilon: 0.1, epochs: 20 }), frozen)
  const changes = rowsOf(result.adversarial).map((row, n) =>
    row.map((value, i) => value - rowsOf(images)[n]![i]!),
  )
  expect([...changes[0]!.slice(0, 6)]).toEqual([0, 0, 0, 0, 0, 0])
  for (const change of changes.slice(1))
    for (const value of change.slice(0, 6)) expect(Math.abs(value)).toBeGreaterThan(0.01)
})

test('an image whose cross-entropy has reached the bound is not followed any further', async () => {
  const { problem } = await twoClasses()
  const unbound = await learned(configureAttack('universal', { epsilon: 0.2, epochs: 1 }), groupOf(problem))
  const bound = await learned(
    configureAttack('universal', { epsilon: 0.2, epochs: 1, lossBound: 1e-9 }),
    groupOf(problem),
  )
  expect(unbound.v.data.some((value) => value !== 0)).toBe(true)
  expect(bound.v.data.every((value) => value === 0)).toBe(true)
})

test('early stop ends the learning once an epoch has found every image fooled, and never parts the images', async () => {
  const { problem } = await twoClasses()
  const method = configureAttack('universal', { epsilon: 0.2, epochs: 50, miniBatch: 3 })
  const { epochs } = await learned(method, groupOf(problem, true))
  expect(epochs.length).toBeLessThan(50)
  expect(epochs.slice(0, -1).every(({ fooled }) => fooled < 6)).toBe(true)
  const { result } = await run(method, { ...problem, earlyStop: true })
  expect(result.samples.map(({ iterations }) => iterations)).toEqual([1, 1, 1, 1, 1, 1])
})

test('goes towards a wanted class too', async () => {
  const model = nearestCentreModel(shape, 3, 2)
  const problem = await problemAgainst(model, images, towards([2, 2, 2, 2, 2, 2], model))
  const { result } = await run(configureAttack('universal', { epsilon: 0.5, epochs: 80 }), problem)
  expect(result.samples.every(({ success }) => success)).toBe(true)
})

test('is cancelled between mini-batches', async () => {
  const { problem } = await twoClasses({ signal: { aborted: true } })
  await expect(learned(configureAttack('universal'), groupOf(problem))).rejects.toThrow('cancelled')
})
