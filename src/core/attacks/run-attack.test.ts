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
import { largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import { tensor } from '../tensor/tensor.ts'
import { configureAttack } from './attack-methods.ts'
import type { AttackProblem } from './attack.ts'
import { runSize } from './batch-model.ts'
import { runAttack } from './run-attack.ts'
import { argMax } from './decision-boundary.ts'

const imageShape = [1, 5, 5]
const images = uniformTensor([4, ...imageShape], 3, [0.3, 0.7])
const weights = (seed: number) => [...uniformTensor(imageShape, seed).data]
const linear = () => linearModel(imageShape, [weights(1), weights(2), weights(4)])

/** z = (w·x, 0): the gradient of the loss of class 0 is −p₁·w, so every sign step is known beforehand. */
const w = [0.5, -1, 0, 2]
const known = () => linearModel([1, 2, 2], [w, [0, 0, 0, 0]])
const grey = (value = 0.5) => filled(tensor([1, 1, 2, 2]), value)
const asClass0: Partial<AttackProblem> = { targets: tensor([1, 2], Float32Array.of(1, 0)) }

/** Class 0 by so much that float32 has nothing left of 1 − p: the cross-entropy's gradient is 0. */
const saturated = () =>
  linearModel(
    [1, 2, 2],
    [
      [0, 0, 0, 400],
      [0, 0, 0, 0],
    ],
  )

describe('gradients that vanish', () => {
  test('are counted where nothing moves, and where the random start alone is left', async () => {
    const problem = await problemAgainst(saturated(), grey(), { ...asClass0, seeds: [12_345] })
    const { result: still } = await run(configureAttack('i-fgsm', { epsilon: 0.1, steps: 3 }), problem)
    expect(still.samples[0]).toMatchObject({ budgetUsed: 0, gradients: { asked: 3, zero: 3 } })
    const { result: started } = await run(configureAttack('pgd', { epsilon: 0.1, steps: 4 }), problem)
    expect(started.samples[0]).toMatchObject({ success: false, gradients: { asked: 4, zero: 4 } })
    expect(started.samples[0]?.budgetUsed).toBeGreaterThan(0)
  })

  test('are those of the loss: a difference of logits has another', async () => {
    const problem = await problemAgainst(saturated(), grey(), asClass0)
    const { result } = await run(configureAttack('deepfool'), problem)
    expect(result.samples[0]?.gradients?.zero).toBe(0)
  })
})

describe('steps by hand', () => {
  test('FGSM takes the whole budget against the label’s weights and stays where the gradient is zero', async () => {
    const { result } = await run(
      configureAttack('fgsm', { epsilon: 0.25 }),
      await problemAgainst(known(), grey(), asClass0),
    )
    expect([...result.adversarial.data]).toEqual([0.25, 0.75, 0.5, 0.25])
  })

  test('targeted, FGSM goes the other way', async () => {
    const problem = await problemAgainst(known(), grey(), { ...asClass0, targeted: true })
    const { result } = await run(configureAttack('fgsm', { epsilon: 0.25 }), problem)
    expect([...result.adversarial.data]).toEqual([0.75, 0.25, 0.5, 0.75])
  })

  test('I-FGSM is cut off at the budget and at the bounds', async () => {
    const problem = await problemAgainst(known(), grey(0.75), asClass0)
    const { result } = await run(
      configureAttack('i-fgsm', { epsilon: 0.375, stepSize: 0.25, steps: 2 }),
      problem,
    )
    expect([...result.adversarial.data]).toEqual([0.375, 1, 0.75, 0.375])
  })

  test('L2 PGD moves along the gradient by the step’s length', async () => {
    const method = configureAttack('pgd-l2', { epsilon: 10, stepSize: 0.1, steps: 2, randomStart: false })
    const { result } = await run(method, await problemAgainst(known(), grey(), asClass0))
    const norm = Math.hypot(...w)
    expect(
      largestDifference(
        result.adversarial.data,
        w.map((weight) => 0.5 - (0.2 * weight) / norm),
      ),
    ).toBeLessThan(1e-6)
  })

  test('the momentum of MI-FGSM outlasts a gradient that turns', async () => {
    // Towards the centre the loss of "no" rises. From 0.04 left of it, steps of 0.1; normalised gradients of
    // one pixel are 1 and −1.
    const hill = nearestCentreModel([1, 1, 1], 1)
    const centre = uniformTensor([1, 1, 1], 1, [0.2, 0.8]).data[0]!
    const image = tensor([1, 1, 1, 1], Float32Array.of(centre - 0.04))
    const no: Partial<AttackProblem> = { loss: 'binary-cross-entropy', targets: tensor([1, 1]) }
    const places = async (decay: number) => {
      const method = configureAttack('mi-fgsm', { epsilon: 0.5, stepSize: 0.1, steps: 3, decay })
      const bounds = { lower: filled(image, -9), upper: filled(image, 9) }
      const { events } = await run(method, await problemAgainst(hill, image, { ...no, bounds }))
      return events.map(({ samples }) => Number((samples[0]!.perturbationMean - 0.04).toFixed(4)))
    }
    expect(await places(0)).toEqual([0.06, -0.04, 0.06])
    // g = 1, then 1 − 1 = 0, then 0 − 1.
    expect(await places(1)).toEqual([0.06, 0.06, -0.04])
    // g = 1, then 2 − 1, then 2 − 1.
    expect(await places(2)).toEqual([0.06, 0.16, 0.26])
  })

  test('NI-FGSM looks ahead by a step along the momentum, whatever the number of pixels', async () => {
    // Of three pixels one is frozen. From 0.04 left of the centre the gradient turns once the step of 0.1
    // along g = 1, which is taken on top of x_1 = 0.06 right of it, leads further: g = 1, 1 − 1, 0 − 1.
    const hill = nearestCentreModel([1, 1, 3], 1)
    const centre = uniformTensor([1, 1, 3], 1, [0.2, 0.8]).data
    const image = tensor(
      [1, 1, 1, 3],
      centre.map((value, i) => (i < 2 ? value - 0.04 : value)),
    )
    const free = (limit: number) =>
      tensor(
        image.shape,
        image.data.map((value, i) => (i < 2 ? limit : value)),
      )
    const looked: number[] = []
    const model = {
      ...hill,
      lossAndGradient: (...[x, loss]: Parameters<typeof hill.lossAndGradient>) => {
        looked.push(Number((x.data[0]! - centre[0]!).toFixed(4)))
        return hill.lossAndGradient(x, loss)
      },
    }
    const changes = { loss: 'binary-cross-entropy', targets: tensor([1, 1]) } as const
    const bounds = { lower: free(-9), upper: free(9) }
    const method = configureAttack('ni-fgsm', { epsilon: 0.5, stepSize: 0.1, steps: 2 })
    await run(method, await problemAgainst(model, image, { ...changes, bounds }))
    expect(looked).toEqual([-0.04, 0.16])
  })

  test('TI-FGSM follows the smoothed gradient', async () => {
    // A lone pixel of the other sign gives way to its neighbours.
    const lone = linearModel([1, 3, 3], [[1, 1, 1, 1, -1, 1, 1, 1, 1], new Array<number>(9).fill(0)])
    const image = filled(tensor([1, 1, 3, 3]), 0.5)
    const problem = await problemAgainst(lone, image, asClass0)
    const { result } = await run(
      configureAttack('ti-fgsm', { epsilon: 0.25, kernelSize: 3, sigma: 1 }),
      problem,
    )
    expect([...result.adversarial.data]).toEqual(new Array(9).fill(0.25))
  })
})

describe('SMIA', () => {
  test('without its second term is I-FGSM, bit by bit', async () => {
    const settings = { epsilon: 0.1, stepSize: 0.03, steps: 4 }
    const model = nearestCentreModel(imageShape, 3)
    const smia = await run(
      configureAttack('smia', { ...settings, alpha: 0 }),
      await problemAgainst(model, images),
    )
    const iFgsm = await run(configureAttack('i-fgsm', settings), await problemAgainst(model, images))
    expect(smia.result.adversarial).toEqual(iFgsm.result.adversarial)
  })

  test('costs one gradient and one prediction an iteration, and one more to judge the result', async () => {
    const model = linear()
    const problem = await problemAgainst(model, images)
    model.calls.length = 0
    await run(configureAttack('smia', { steps: 3 }), problem)
    expect(model.calls.map(({ kind }) => kind)).toEqual([...pairs(3), 'predict'])
  })

  test('smooths this step’s perturbation, or the whole image', async () => {
    const problem = await problemAgainst(linear(), filled(images, 0.5))
    const perturbation = await run(configureAttack('smia', { steps: 1 }), problem)
    const image = await run(configureAttack('smia', { steps: 1, smooth: 'image' }), problem)
    // A flat image is its own smoothed image, so that both are the same here…
    expect(largestDifference(perturbation.result.smoothed.data, image.result.smoothed.data)).toBeLessThan(
      1e-6,
    )
    const textured = await problemAgainst(linear(), images)
    const [a, b] = [
      await run(configureAttack('smia', { steps: 1 }), textured),
      await run(configureAttack('smia', { steps: 1, smooth: 'image' }), textured),
    ]
    // … and are not on a textured one.
    expect(largestDifference(a.result.smoothed.data, b.result.smoothed.data)).toBeGreaterThan(0.05)
  })

  test('in reference mode needs three channels for its second term only', async () => {
    const problem = await problemAgainst(linear(), images)
    await expect(run(configureAttack('smia-reference', { alpha: 1 }), problem)).rejects.toThrow(
      'expected images of 3 channels',
    )
    const { events } = await run(configureAttack('smia-reference', { epsilon: 0.1, steps: 2 }), problem)
    expect(events.flatMap(({ samples }) => samples.map(({ klToSmoothed }) => klToSmoothed))).toEqual(
      new Array(8).fill(null),
    )
  })

  test('in reference mode has no budget: steps add up', async () => {
    const problem = await problemAgainst(known(), grey(), {
      ...asClass0,
      bounds: { lower: grey(-9), upper: grey(9) },
    })
    const { result } = await run(configureAttack('smia-reference', { epsilon: 0.5, steps: 3 }), problem)
    expect([...result.adversarial.data]).toEqual([-1, 2, 0.5, -1])
  })
})

test('targeted attacks reach the wanted class', async () => {
  const model = nearestCentreModel(imageShape, 3)
  const wanted = [2, 0, 1, 2]
  for (const name of ['smia', 'pgd', 'mi-fgsm'])
    expect(
      (
        await run(
          configureAttack(name, { epsilon: 0.5, steps: 40 }),
          await problemAgainst(model, images, towards(wanted, model)),
        )
      ).result.samples.map(({ success }) => success),
    ).toEqual([true, true, true, true])
})

test('a larger budget is never weaker on a linear model', async () => {
  for (const name of ['smia', 'fgsm', 'i-fgsm', 'pgd', 'pgd-l2', 'mi-fgsm', 'ti-fgsm']) {
    const losses: number[][] = []
    for (const epsilon of [0.01, 0.02, 0.04, 0.08, 0.16]) {
      const problem = await problemAgainst(linearModel(imageShape, [weights(1), weights(2)]), images)
      const { events } = await run(configureAttack(name, { epsilon }), problem)
      losses.push(events.at(-1)!.samples.map(({ deviation }) => deviation))
    }
    for (const [i, larger] of losses.slice(1).entries())
      for (const [n, loss] of larger.entries())
        expect(loss, `${name} sample ${n}`).toBeGreaterThanOrEqual(losses[i]![n]! - 1e-6)
  }
})

test('more restarts are never weaker', async () => {
  const loss = async (restarts: number) => {
    const problem = await problemAgainst(nearestCentreModel(imageShape, 4, 3), images)
    const { result } = await run(configureAttack('pgd', { epsilon: 0.05, steps: 2, restarts }), problem)
    return rowsOf(result.after).map(
      (logits, n) => logits[argMax(rowsOf(problem.targets)[n]!)]! - Math.max(...logits),
    )
  }
  const [one, five] = [await loss(1), await loss(5)]
  for (const [n, margin] of five.entries()) expect(margin).toBeLessThanOrEqual(one[n]! + 1e-6)
  expect(five).not.toEqual(one)
})

test('another seed starts elsewhere', async () => {
  const problem = await problemAgainst(nearestCentreModel(imageShape, 3), images)
  const method = configureAttack('pgd', { epsilon: 0.1, steps: 1, stepSize: 0.01 })
  const [a, b] = [await run(method, problem), await run(method, { ...problem, seeds: [9, 9, 9, 9] })]
  expect(a.result.adversarial).not.toEqual(b.result.adversarial)
})

describe('early stop', () => {
  const settings = { epsilon: 0.3, stepSize: 0.01, steps: 30 }

  test('leaves a sample as it was when it succeeded, and the batch shrinks by halves', async () => {
    const model = nearestCentreModel(imageShape, 3)
    const problem = await problemAgainst(model, images, { earlyStop: true })
    model.calls.length = 0
    const { result, events } = await run(configureAttack('i-fgsm', settings), problem)
    const sizes = model.calls.filter(({ kind }) => kind === 'gradient').map(({ count }) => count)
    const iterations = result.samples.map((sample) => sample.iterations)
    expect(new Set(iterations).size).toBeGreaterThan(1)
    for (const [n, made] of iterations.entries()) {
      const full = await run(configureAttack('i-fgsm', { ...settings, steps: made }), {
        ...problem,
        earlyStop: false,
      })
      expect(rowsOf(result.adversarial)[n]).toEqual(rowsOf(full.result.adversarial)[n])
      const own = events.flatMap(({ samples }) => samples.filter(({ sample }) => sample === n))
      expect(own.map(({ success }) => success)).toEqual([...new Array<boolean>(made - 1).fill(false), true])
    }
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
    expect([...new Set(sizes)].every((size) => [4, 2, 1].includes(size))).toBe(true)
  })

  test('does nothing to what succeeds already', async () => {
    const model = nearestCentreModel(imageShape, 3)
    const wrong = await problemAgainst(model, images, {
      earlyStop: true,
      criterion: { name: 'always', isMet: () => true },
    })
    const { result, events } = await run(configureAttack('smia'), wrong)
    expect(events).toEqual([])
    expect(result.adversarial).toEqual(images)
    expect(result.samples[0]).toMatchObject({ success: true, metBefore: true, iterations: 0, restart: 0 })
  })

  test('waits until the rounded image succeeds too', async () => {
    // 0.05 per step, levels of 0.25: three steps round to the next level, one and two round back.
    const crossed = { name: 'beyond a hair', isMet: (logits: Float32Array) => logits[0]! < known0 - 0.01 }
    const known0 = (await known().predict(grey())).data[0]!
    const problem = await problemAgainst(known(), grey(), {
      ...asClass0,
      earlyStop: true,
      criterion: crossed,
      quantize: roundsTo(4),
    })
    const { result, events } = await run(
      configureAttack('i-fgsm', { epsilon: 0.5, stepSize: 0.05, steps: 9 }),
      problem,
    )
    expect(result.samples[0]).toMatchObject({ success: true, metBefore: false, iterations: 3, restart: 0 })
    expect([...result.adversarial.data]).toEqual([0.25, 0.75, 0.5, 0.25])
    expect(events.map(({ samples }) => samples[0]!.success)).toEqual([false, false, true])
  })
})

test('sizes of batches go by halves', () => {
  expect([1, 2, 3, 4, 5, 6, 7].map((count) => runSize(count, 7))).toEqual([1, 2, 4, 4, 7, 7, 7])
})

test('rounding is judged, not what was before it', async () => {
  // The budget is below half a level, so that the rounded image is the image.
  const stored = onLevels(images, 4)
  const problem = await problemAgainst(linear(), stored, { quantize: roundsTo(4) })
  const { result } = await run(configureAttack('fgsm', { epsilon: 0.1 }), problem)
  expect(result.adversarial).toEqual(stored)
  expect(result.after).toEqual(result.before)
})

describe('cancelling', () => {
  test('ends the attack before the next call of the model', async () => {
    const model = linear()
    const signal = { aborted: false }
    const running = runAttack(
      configureAttack('smia', { steps: 100 }),
      await problemAgainst(model, images, { signal }),
    )
    await running.next()
    signal.aborted = true
    model.calls.length = 0
    await expect(running.next()).rejects.toMatchObject({ code: 'cancelled' })
    expect(model.calls).toEqual([])
  })
})

describe('events', () => {
  test('report what the model says at x_t', async () => {
    const model = nearestCentreModel(imageShape, 3)
    const problem = await problemAgainst(model, images)
    const { events } = await run(configureAttack('smia', { epsilon: 0.2, stepSize: 0.05, steps: 3 }), problem)
    expect(events.map(({ iteration }) => iteration)).toEqual([1, 2, 3])
    for (const { iteration, samples } of events) {
      const { result } = await run(
        configureAttack('smia', { epsilon: 0.2, stepSize: 0.05, steps: iteration }),
        problem,
      )
      for (const event of samples) {
        const x = rowsOf(result.adversarial)[event.sample]!
        const change = [...x].map((value, i) => value - rowsOf(images)[event.sample]![i]!)
        const mean = change.reduce((sum, value) => sum + value, 0) / change.length
        expect(event.perturbationMean).toBeCloseTo(mean, 6)
        expect(event.perturbationVariance).toBeCloseTo(
          change.reduce((sum, v) => sum + (v - mean) ** 2, 0) / change.length,
          6,
        )
        const logits = rowsOf(result.after)[event.sample]!
        const total = logits.reduce((sum, z) => sum + Math.exp(z), 0)
        const label = rowsOf(problem.targets)[event.sample]!.indexOf(1)
        expect(event.deviation).toBeCloseTo(Math.log(total) - logits[label]!, 5)
        expect(event.probabilities[label]).toBeCloseTo(Math.exp(logits[label]!) / total, 5)
      }
    }
  })

  test('the divergence from a hard label is the loss', async () => {
    const problem = await problemAgainst(linear(), images)
    const { events } = await run(configureAttack('pgd', { steps: 2, restarts: 2 }), problem)
    expect(events.map(({ restart, iteration }) => [restart, iteration])).toEqual([
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
    ])
    const first = events[0]!.samples[0]!
    const label = rowsOf(problem.targets)[0]!.indexOf(1)
    expect(first.klToLabel).toBeCloseTo(-Math.log(first.probabilities[label]!), 5)
    expect(first.klToLabel).toBeCloseTo(first.deviation, 9)
    expect(first.klToPrevious).toBeGreaterThan(0)
  })
})

function pairs(count: number): string[] {
  return Array.from({ length: count }, () => ['gradient', 'predict']).flat()
}
