import { expect, test } from 'vitest'
import { summariseCell, type ComparedSlice } from './comparison.ts'
import { headlineOf } from './headline.ts'

const distance = { linf: 0.1, l2: 2, psnr: 30, ssim: 0.9, changed: 10, changedFraction: 0.5 }

function slice(changes: Partial<ComparedSlice>, variances: readonly number[] = []): ComparedSlice {
  return {
    success: true,
    metBefore: false,
    confidenceBefore: 0.9,
    confidenceAfter: 0.7,
    iterations: 2,
    window: distance,
    stored: distance,
    perturbation: { mean: 0, variance: 1 },
    trace: variances.map((perturbationVariance, t) => ({
      iteration: t + 1,
      deviation: t,
      klToSmoothed: null,
      perturbationMean: 0,
      perturbationVariance,
      signAgreement: null,
    })),
    ...changes,
  }
}

test('success is told of the slices that were not wrong before, as everywhere', () => {
  const slices = [slice({}), slice({ success: false }), slice({ metBefore: true })]
  expect(summariseCell(slices)).toMatchObject(headlineOf(slices))
})

test('variances of the perturbation are told over pixels, over slices and over iterations', () => {
  const slices = [
    slice({ perturbation: { mean: 1, variance: 2 } }, [1, 3]),
    slice({ perturbation: { mean: -1, variance: 4 } }, [2, 2]),
  ]
  const { perturbation, varianceOverSlices, varianceOverIterations } = summariseCell(slices)
  expect(perturbation).toEqual({ mean: 0, variance: 4 })
  expect(varianceOverSlices).toEqual({ mean: 3, variance: 1 })
  expect(varianceOverIterations).toBe(0.5)
  expect(summariseCell([slice({}, [1])]).varianceOverIterations).toBeNull()
})

test('variances are of slices, also of those that have one answer', () => {
  const slices = [
    [1, 3],
    [2, 2],
    [4, 4],
  ].map((variances) => slice({ volume: 'a' }, variances))
  expect(summariseCell(slices)).toMatchObject({ slices: 1, varianceOverIterations: 1 / 3 })
})

test('an iteration is told of the slices that were still at work in it', () => {
  const { iterations } = summariseCell([slice({}, [1, 3]), slice({}, [5])])
  expect(iterations.map(({ iteration, slices }) => [iteration, slices])).toEqual([
    [1, 2],
    [2, 1],
  ])
  expect(iterations[0]?.perturbationVariance).toEqual({ mean: 3, variance: 4 })
  expect(iterations[0]?.klToSmoothed).toEqual({ mean: null, variance: null })
})

test('of no slices everything is none', () => {
  expect(summariseCell([])).toMatchObject({ slices: 0, meanSsim: null, iterations: [] })
})
