import { expect, test } from 'vitest'
import { meanSquaredDeviation } from '../math/mixture.ts'
import { featureDeviation, fitMixture, likeliest } from './gaussian-mixture.ts'
import { fillNormal, randomSource } from '../random.ts'

/** Normal samples around two centres, the second twice as wide. */
function samples(count: number): Float32Array[] {
  const random = randomSource(3, 0)
  return Array.from({ length: count }, (_, n) => {
    const values = new Float32Array(2)
    fillNormal(values, random)
    return n % 4 === 0
      ? values.map((value, d) => (d === 0 ? 12 : -5) + 2 * value)
      : values.map((value, d) => (d === 0 ? 1 : 2) + value)
  })
}

const floor = Float64Array.of(1e-6, 1e-6)

test('one component has the samples’ own mean and variance', () => {
  const all = samples(400)
  const [component, ...others] = fitMixture(all, { components: 1, floor, random: randomSource(1, 0) })
  expect(others).toEqual([])
  const mean = all.reduce((sum, [first]) => sum + first!, 0) / 400
  expect(component!.mean[0]).toBeCloseTo(mean, 10)
  expect(component!.variance[0]).toBeCloseTo(
    all.reduce((sum, [first]) => sum + (first! - mean) ** 2, 0) / 400,
    8,
  )
  expect(component!.weight).toBeCloseTo(1, 10)
})

test('two components find the two centres, their widths and their shares', () => {
  const mixture = fitMixture(samples(4000), { components: 2, floor, random: randomSource(1, 0) })
  const [narrow, wide] = [...mixture].sort((a, b) => a.mean[0]! - b.mean[0]!)
  expect([...narrow!.mean, ...wide!.mean].map((value) => Math.round(value * 5) / 5)).toEqual([1, 2, 12, -5])
  expect(Math.abs(narrow!.variance[0]! - 1)).toBeLessThan(0.1)
  expect(Math.abs(wide!.variance[0]! - 4)).toBeLessThan(0.5)
  expect(narrow!.weight).toBeCloseTo(0.75, 2)
})

test('a point belongs to the component that most likely gave it, and is as far from it as its standard deviations say', () => {
  const mixture = fitMixture(samples(4000), { components: 2, floor, random: randomSource(1, 0) })
  const component = likeliest([11, -4], mixture)!
  expect(component.mean[0]).toBeGreaterThan(10)
  const { mean, variance } = component
  const point = [mean[0]! + 2 * Math.sqrt(variance[0]!), mean[1]!]
  expect(meanSquaredDeviation(point, component)).toBeCloseTo(2, 10)
})

test('no more components than different samples, and variances no smaller than the floor', () => {
  const same = [Float32Array.of(1, 2), Float32Array.of(1, 2), Float32Array.of(1, 2)]
  const mixture = fitMixture(same, {
    components: 3,
    floor: Float64Array.of(0.1, 0.2),
    random: randomSource(1, 0),
  })
  expect(mixture).toHaveLength(1)
  expect([...mixture[0]!.variance]).toEqual([0.1, 0.2])
})

test('features of several tensors deviate by the sum of what each does', () => {
  const near = { weight: 1e-3, mean: Float64Array.of(0, 0), variance: Float64Array.of(1, 4) }
  const far = { ...near, weight: 0.999, mean: Float64Array.of(50, 50) }
  const other = { weight: 1, mean: Float64Array.of(0), variance: Float64Array.of(9) }
  expect(featureDeviation(Float32Array.of(1, 4, 3), [[near, far], [other]])).toBeCloseTo((1 + 4) / 2 + 1, 10)
})
