import { expect, test } from 'vitest'
import { linearModel, nearestCentreModel } from '../../../test/support/analytic-models.ts'
import { problemAgainst, rowsOf, run, towards } from '../../../test/support/attack-problems.ts'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { sampleOf } from '../tensor/tensor.ts'
import { configureAttack } from './attack-methods.ts'
import type { AttackProblem } from './attack.ts'
import { meanSquaredDeviation } from '../math/mixture.ts'
import { likeliest, type GaussianMixture } from './gaussian-mixture.ts'
import type { FittedFeatures } from './learned.ts'
import { lossOf } from './likelihood.ts'
import { prepared } from './preparation.ts'

const shape = [1, 4, 4]
const images = uniformTensor([3, ...shape], 5, [0.3, 0.7])
const model = nearestCentreModel(shape, 3)
/** Five features in two tensors, of three and of two. */
const features = linearModel(
  shape,
  [31, 32, 33, 34, 35].map((seed) => [...uniformTensor(shape, 1000 * seed, [-1, 1]).data]),
)

function mixture(size: number, seed: number): GaussianMixture {
  const component = (shift: number) => ({
    weight: 0.5,
    mean: Float64Array.from(uniformTensor([size], seed + shift, [-1, 1]).data),
    variance: Float64Array.from(uniformTensor([size], seed + shift + 1, [0.2, 1]).data),
  })
  return [component(1000), component(5000)]
}

const fitted: FittedFeatures = {
  kind: 'features',
  sizes: [3, 2],
  counts: new Map(),
  classes: new Map([0, 1, 2].map((label) => [label, [mixture(3, 11 * label), mixture(2, 17 * label)]])),
}

const hidden = (changes: Partial<AttackProblem> = {}) =>
  problemAgainst(model, images, { inner: { model: features, sizes: fitted.sizes }, ...changes })

/** HFC once features are fitted. */
const hfc = (settings: object = {}, to = fitted) => prepared(configureAttack('hfc', settings), to)

/** J − λ·Σ_l mean((z_l − μ_k)² / σ_k²) of one image, hidden in a class. */
async function objective(
  x: typeof images,
  target: Float32Array,
  label: number,
  weight: number,
): Promise<number> {
  const [[logits], [values]] = [rowsOf(await model.predict(x)), rowsOf(await features.predict(x))]
  const parts = [values!.subarray(0, 3), values!.subarray(3)]
  const distances = fitted.classes
    .get(label)!
    .map((own, l) => meanSquaredDeviation(parts[l]!, likeliest(parts[l]!, own)!))
  return lossOf('cross-entropy', logits!, target) - weight * (distances[0]! + distances[1]!)
}

test('the first step follows the differences of what the paper maximises, for the likeliest other class', async () => {
  const problem = await hidden()
  const method = hfc({ epsilon: 0.01, stepSize: 0.01, steps: 1, hidingWeight: 0.3 })
  const { result } = await run(method, problem)
  const logits = rowsOf(await model.predict(images))
  let compared = 0
  for (const n of [0, 1, 2]) {
    const target = rowsOf(problem.targets)[n]!
    const [, second] = [...logits[n]!.keys()].sort((a, b) => logits[n]![b]! - logits[n]![a]!)
    const x = sampleOf(images, n)
    for (let i = 0; i < 16; i++) {
      const moved = (by: number) => ({
        shape: x.shape,
        data: x.data.map((value, j) => (i === j ? value + by : value)),
      })
      const slope =
        ((await objective(moved(0.01), target, second!, 0.3)) -
          (await objective(moved(-0.01), target, second!, 0.3))) /
        0.02
      if (Math.abs(slope) < 0.02) continue
      compared++
      expect(Math.sign(rowsOf(result.adversarial)[n]![i]! - x.data[i]!)).toBe(Math.sign(slope))
    }
  }
  expect(compared).toBeGreaterThan(30)
})

/** Σ of both tensors' distances to the likeliest components of a class. */
async function distances(x: typeof images, label: number): Promise<number[]> {
  return rowsOf(await features.predict(x)).map((values) =>
    fitted.classes
      .get(label)!
      .map((own, l) => [own, l === 0 ? values.subarray(0, 3) : values.subarray(3)] as const)
      .reduce((sum, [own, part]) => sum + meanSquaredDeviation(part, likeliest(part, own)!), 0),
  )
}

test('the greater the weight, the closer the features are to clean ones of the wanted class', async () => {
  const wanted = towards([2, 2, 2], model)
  const runs = [0, 0.1, 10].map(async (hidingWeight) => {
    const settings = { epsilon: 0.3, stepSize: 0.03, steps: 40, hidingWeight }
    const { result } = await run(hfc(settings), await hidden(wanted))
    const all = await distances(result.adversarial, 2)
    return all.reduce((sum, value) => sum + value, 0)
  })
  const [none, some, much] = await Promise.all(runs)
  expect(some).toBeLessThan(none!)
  expect(much).toBeLessThan(some!)
})

test('keeps the budget and stops early like any other', async () => {
  const problem = await hidden({ earlyStop: true, ...towards([2, 2, 2], model) })
  const { result } = await run(hfc({ epsilon: 0.3, stepSize: 0.03, steps: 60, hidingWeight: 0.01 }), problem)
  expect(result.samples.every(({ success, iterations }) => success && iterations < 60)).toBe(true)
  expect(result.adversarial.data.every((value, i) => Math.abs(value - images.data[i]!) <= 0.3 + 1e-6)).toBe(
    true,
  )
})

test('refuses where nothing was fitted, and where no clean image is of the class that it goes for', async () => {
  await expect(run(configureAttack('hfc'), await problemAgainst(model, images))).rejects.toThrow(
    'expected features of clean images',
  )
  const few = { ...fitted, classes: new Map([...fitted.classes].slice(0, 1)) }
  await expect(run(hfc({}, few), await hidden(towards([2, 2, 2], model)))).rejects.toThrow(
    'expected clean images',
  )
})
