import { describe, expect, test } from 'vitest'
import { uniformTensor } from '../../../test/support/numbers.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { compareReference, type CheckOptions } from './reference-check.ts'

const output = tensor([1, 2], Float32Array.of(1, -1))
const ours = uniformTensor([1, 3, 4, 5], 1)
const departureOf = (own: Tensor, theirs: Tensor, options: Partial<CheckOptions> = {}) =>
  compareReference(
    { input: own, output },
    { input: theirs, output },
    { tolerance: 1e-4, layout: 'NCHW', ...options },
  ).departure

/** Each channel of [1, C, H, W] with a factor and an offset of its own. */
function standardised({ shape, data }: Tensor): Tensor {
  const factors = [2, 3, 4]
  return tensor(shape, data.map((value, i) => value * factors[Math.floor(i / 20) % 3]! - 0.5)) // prettier-ignore
}

describe('an input that is ours but for a factor in each channel', () => {
  const lines = 'by channel, the reference\'s is 2 × ours + -0.5, 3 × ours + -0.5, 4 × ours + -0.5' // prettier-ignore

  test('is said to be so, with a batch and without one', () => {
    const { shape, data } = standardised(ours)
    expect(departureOf(ours, { shape, data })?.found).toContain(lines)
    expect(departureOf(ours, { shape: shape.slice(1), data })).toMatchObject({
      place: 'normalisation',
      found: expect.stringContaining(lines) as string,
    })
  })

  test('is said to be so where channels are last', () => {
    const last = ({ data }: Tensor, shape: readonly number[]) =>
      tensor(
        shape,
        Float32Array.from(data, (_, i) => data[(i % 3) * 20 + Math.floor(i / 3)]!),
      )
    const found = departureOf(last(ours, [1, 4, 5, 3]), last(standardised(ours), [4, 5, 3]), {
      layout: 'NHWC',
    })?.found
    expect(found).toContain(lines)
  })
})

describe('what can’t be measured departs, in words', () => {
  const changed = ({ shape, data }: Tensor, value: number) => tensor(shape, data.with(7, value))

  test.each([NaN, Infinity])('a reference that holds %s', (value) => {
    expect(departureOf(ours, changed(ours, value))).toMatchObject({
      difference: null,
      found: 'the reference holds values that are no finite numbers; make it again',
    })
  })

  test('ours that holds NaN', () => {
    expect(departureOf(changed(ours, NaN), ours)?.found).toContain('ours holds values')
  })

  test('a reference of zeros', () => {
    expect(departureOf(ours, tensor(ours.shape))?.found).toBe('the reference is 0 everywhere, ours is not')
    expect(departureOf(tensor(ours.shape), tensor(ours.shape))).toBeUndefined()
  })

  test('other extents', () => {
    expect(departureOf(ours, uniformTensor([3, 4, 4], 1))).toMatchObject({ place: 'shape', difference: null })
  })
})
