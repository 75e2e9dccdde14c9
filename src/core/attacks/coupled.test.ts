import { describe, expect, test } from 'vitest'
import { nearestCentreModel } from '../../../test/support/analytic-models.ts'
import { problemAgainst, roundsTo, rowsOf, run } from '../../../test/support/attack-problems.ts'
import { largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import { type PreprocessingCard, throughPreprocessing } from '../model/preprocessing/chain.ts'
import { smoothAlongStack, smoothGaussian } from '../tensor/smoothing.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { configureAttack, stackMethods } from './attack-methods.ts'
import type { AttackProblem } from './attack.ts'
import { argMax } from './decision-boundary.ts'

const card: PreprocessingCard = {
  input: {
    name: 'x',
    layout: 'NCHW',
    size: [4, 4],
    channels: 1,
    valueRange: [0, 1],
    slices: { count: 3, edge: 'repeat' },
  },
  intensity: { kind: 'stored-range', lower: 0, upper: 255 },
  fit: { kind: 'stretch' },
  interpolation: 'bilinear',
  mean: [0],
  std: [1],
}

/** Seven slices; the model looks at three. */
async function stack(changes: Partial<AttackProblem> = {}) {
  const inner = nearestCentreModel([3, 4, 4], 3, 2)
  const images = uniformTensor([7, 1, 4, 4], 8, [0.2, 0.8])
  const model = throughPreprocessing(inner, card, [1, 4, 4])
  return { inner, images, problem: await problemAgainst(model, images, { coupled: true, ...changes }) }
}

const lossOf = (problem: AttackProblem, logits: Tensor) =>
  rowsOf(logits).reduce((sum, z, n) => {
    const target = rowsOf(problem.targets)[n]!
    return sum + Math.log(z.reduce((total, value) => total + Math.exp(value), 0)) - z[argMax(target)]!
  }, 0)

test('methods that step by the gradient of all losses may attack coupled samples, others may not', () => {
  expect(stackMethods).toContain('smia')
  for (const name of ['deepfool', 'square', 'autoattack', 'fab-t']) expect(stackMethods).not.toContain(name)
})

test('neighbouring slices are always asked for together, also where some have succeeded', async () => {
  const { inner, problem } = await stack({ earlyStop: true, quantize: roundsTo(255) })
  const { result } = await run(
    configureAttack('i-fgsm', { epsilon: 0.3, stepSize: 0.02, steps: 20 }),
    problem,
  )
  expect(inner.calls.every(({ count }) => count === 7)).toBe(true)
  expect(result.samples.every(({ success }) => success)).toBe(true)
  expect(new Set(result.samples.map(({ iterations }) => iterations)).size).toBe(1)
  expect(result.samples[0]!.iterations).toBeLessThan(20)
  const judged = await problem.model.predict(result.adversarial)
  expect(judged).toEqual(result.after)
})

test('of several restarts all slices keep the same one, the best for all together', async () => {
  const settings = { epsilon: 0.05, stepSize: 0.02, steps: 3, restarts: 5 }
  const { problem } = await stack()
  const { result } = await run(configureAttack('pgd', settings), problem)
  expect(new Set(result.samples.map(({ restart }) => restart)).size).toBe(1)
  expect(await problem.model.predict(result.adversarial)).toEqual(result.after)
  const one = await run(configureAttack('pgd', { ...settings, restarts: 1 }), problem)
  const successes = (samples: readonly { readonly success: boolean }[]) =>
    samples.filter(({ success }) => success).length
  expect(successes(result.samples)).toBeGreaterThanOrEqual(successes(one.result.samples))
})

test('steps follow the sum of all losses: it is raised by more than by steps for each slice’s own', async () => {
  const { problem, images } = await stack()
  const method = configureAttack('i-fgsm', { epsilon: 0.02, stepSize: 0.01, steps: 2 })
  const whole = await run(method, problem)
  // A slice's own loss only: the cotangent of the others is taken away.
  const own = { ...problem.model, lossAndGradient: (x: Tensor, spec: Parameters<typeof problem.model.lossAndGradient>[1]) => ownGradients(problem, x, spec) } // prettier-ignore
  const alone = await run(method, { ...problem, model: own })
  const gain = (logits: Tensor) => lossOf(problem, logits) - lossOf(problem, whole.result.before)
  expect(images).toBe(problem.images)
  expect(gain(whole.result.after)).toBeGreaterThan(gain(alone.result.after))
  expect(gain(alone.result.after)).toBeGreaterThan(0)
})

describe.each(['perturbation', 'image'] as const)('SMIA’s smoothing of the %s', (smooth) => {
  test('has a third axis, from slice to slice', async () => {
    const { problem, images } = await stack()
    const settings = {
      epsilon: 0.2,
      stepSize: 0.05,
      steps: 1,
      smooth,
      sigma: 0.9,
      kernelSlices: 5,
      sigmaSlices: 1.3,
    }
    const { result } = await run(configureAttack('smia', settings), problem)
    const gradient = await problem.model.lossAndGradient(images, { kind: 'cross-entropy', terms: [{ target: problem.targets, weight: 1 }] }) // prettier-ignore
    const step = tensor(images.shape, gradient.gradient.data.map((g) => 0.05 * Math.sign(g))) // prettier-ignore
    const moved = tensor(images.shape, images.data.map((v, i) => v + step.data[i]!)) // prettier-ignore
    const w = (x: Tensor) => smoothAlongStack(smoothGaussian(x, { sigma: 0.9 }), { size: 5, sigma: 1.3 }).data
    const expected = smooth === 'image' ? w(moved) : w(step).map((v, i) => images.data[i]! + v)
    expect(largestDifference(result.smoothed.data, expected)).toBeLessThan(1e-6)
  })

  test('is refused from slice to slice where images are no neighbours', async () => {
    const { problem } = await stack({ coupled: false })
    await expect(run(configureAttack('smia', { smooth, kernelSlices: 3 }), problem)).rejects.toThrow(
      'a stack of slices',
    )
  })
})

async function ownGradients(
  { model }: AttackProblem,
  x: Tensor,
  { kind, terms }: Parameters<AttackProblem['model']['lossAndGradient']>[1],
) {
  const whole = await model.lossAndGradient(x, { kind, terms })
  const probabilities = rowsOf(whole.logits).map((z) => {
    const total = z.reduce((sum, value) => sum + Math.exp(value), 0)
    return z.map((value) => Math.exp(value) / total)
  })
  const size = x.data.length / x.shape[0]!
  const gradient = { shape: x.shape, data: new Float32Array(x.data.length) }
  for (const [n, p] of probabilities.entries()) {
    const target = { shape: whole.logits.shape, data: new Float32Array(whole.logits.data.length) }
    p.forEach((value, k) => {
      const at = n * p.length + k
      target.data[at] = terms.reduce((sum, term) => sum + term.weight * (value - term.target.data[at]!), 0)
    })
    const one = await model.lossAndGradient(x, { kind: 'dot', terms: [{ target, weight: 1 }] })
    gradient.data.set(one.gradient.data.subarray(n * size, (n + 1) * size), n * size)
  }
  return { ...whole, gradient }
}
