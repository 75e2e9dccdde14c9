import { expect, test } from 'vitest'
import { linearModel } from '../../../test/support/analytic-models.ts'
import { innerProduct, largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import { tensor } from '../tensor/tensor.ts'
import type { LossSpec } from './ports.ts'
import { seriesAsChannels } from './preprocessing/series.ts'
import { answeringForSeries } from './series-answers.ts'

const [series, slices] = [3, 2]
const shape = [series, 2, 2] as const
const model = linearModel(shape, [0, 1].map((k) => [...uniformTensor(shape, k + 1).data])) // prettier-ignore
const x = uniformTensor([slices, ...shape], 5)

test('slices of one place become the channels of one image, and back', () => {
  const stack = tensor([6, 1, 1, 1], Float32Array.of(1, 2, 11, 12, 21, 22))
  const step = seriesAsChannels(series)
  const joined = step.apply(stack)
  expect(joined).toEqual(tensor([2, 3, 1, 1], Float32Array.of(1, 11, 21, 2, 12, 22)))
  expect(step.adjoint(joined, stack)).toEqual(stack)
  expect(() => seriesAsChannels(4).apply(stack)).toThrow('Series: expected as many grey slices of each of 4')
})

test('every series has the answers of the slices', async () => {
  const { data } = await model.predict(x)
  const answers = await answeringForSeries(model, series).predict(x)
  expect(answers).toEqual(tensor([6, 2], Float32Array.of(...data, ...data, ...data)))
})

test.each([
  ['of one target', [1, 1, 1]],
  ['of a target for each series', [1, 0.2, 0]],
])('the gradient is that of all losses %s', async (_name, firsts) => {
  const rows = firsts.flatMap((first) => [first, 1 - first, 0.3, 0.7])
  const spec: LossSpec = {
    kind: 'cross-entropy',
    terms: [{ target: tensor([6, 2], Float32Array.from(rows)), weight: 0.8 }],
  }
  const answering = answeringForSeries(model, series)
  const { loss, gradient } = await answering.lossAndGradient(x, spec)
  const direction = uniformTensor(x.shape, 6)
  const at = async (step: number) => {
    const moved = tensor(x.shape, x.data.map((value, i) => value + step * direction.data[i]!)) // prettier-ignore
    return (await answering.lossAndGradient(moved, spec)).loss
  }
  expect(largestDifference(loss, await at(0))).toBe(0)
  const total = (all: Float32Array) => all.reduce((sum, one) => sum + one, 0)
  const slope = (total(await at(1e-2)) - total(await at(-1e-2))) / 2e-2
  expect(innerProduct(gradient, direction)).toBeCloseTo(slope, 3)
})
