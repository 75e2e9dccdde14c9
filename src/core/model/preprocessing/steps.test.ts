import { describe, expect, test } from 'vitest'
import {
  awayFromKinks,
  innerProduct,
  largestDifference,
  uniformTensor,
} from '../../../../test/support/numbers.ts'
import { tensor, type Shape, type Tensor } from '../../tensor/tensor.ts'
import { channels, channelsLast } from './channels.ts'
import { clip, normalise } from './normalise.ts'
import { place, resample } from './fit.ts'
import { composeSteps, type PreprocessingStep } from './step.ts'

const image = [2, 3, 6, 9]
const grey = [2, 1, 6, 9]
const [luminance] = channels(3, 1)
const [copies] = channels(1, 3)

/** Steps that are linear once the value at zero is taken off. */
const affine: readonly (readonly [PreprocessingStep, Shape])[] = [
  [resample([6, 9], [4, 12], 'bilinear-antialiased'), image],
  [resample([6, 9], [4, 12], 'area'), image],
  [place({ from: [6, 9], to: [8, 5], top: 1, left: -2, padValue: 0.25 }), image],
  [place({ from: [6, 9], to: [3, 3], top: -4, left: -8, padValue: 0 }), image],
  [place({ from: [6, 9], to: [4, 20], top: 0, left: 11, padValue: 0.5 }), image],
  [luminance!, image],
  [copies!, grey],
  [normalise({ valueRange: [0, 255], mean: [120, 110, 100], std: [58, 57, 56] }), image],
  [normalise({ valueRange: [0, 1], mean: [0.5], std: [0.2] }), grey],
  [channelsLast, image],
]

function without(offset: Tensor, value: Tensor): Tensor {
  return tensor(value.shape, value.data.map((v, i) => v - offset.data[i]!)) // prettier-ignore
}

describe.each(affine.map(([step, shape]) => ({ step, shape, name: step.name })))(
  '$name',
  ({ step, shape }) => {
    test('has its transpose as adjoint: <Ax, y> = <x, Aᵀy>', () => {
      const x = uniformTensor(shape, 11)
      const linear = without(step.apply(tensor(shape)), step.apply(x))
      const y = uniformTensor(linear.shape, 12)
      const back = step.adjoint(y, x)
      expect(back.shape).toEqual(shape)
      expect(innerProduct(x, back)).toBeCloseTo(innerProduct(linear, y), 3)
      expect(Math.abs(innerProduct(linear, y))).toBeGreaterThan(0)
    })
  },
)

describe('clip', () => {
  test('holds values to [0, 1]', () => {
    expect(clip.apply(tensor([5], Float32Array.of(-0.5, 0, 0.25, 1, 1.5))).data).toEqual(
      Float32Array.of(0, 0, 0.25, 1, 1),
    )
  })

  test('passes the gradient inside and at exactly 0 and 1, and stops it beyond', () => {
    const x = tensor([5], Float32Array.of(-1e-7, 0, 0.25, 1, 1.0000002))
    expect(clip.adjoint(tensor([5], new Float32Array(5).fill(3)), x).data).toEqual(
      Float32Array.of(0, 3, 3, 3, 0),
    )
  })
})

describe('place', () => {
  test('pads with the pad value and crops what lies outside the frame', () => {
    const x = tensor([1, 1, 2, 3], Float32Array.of(1, 2, 3, 4, 5, 6))
    const placed = place({ from: [2, 3], to: [3, 2], top: 1, left: -1, padValue: 9 }).apply(x)
    expect(placed.data).toEqual(Float32Array.of(9, 9, 2, 3, 5, 6))
  })

  test('refuses images of another size', () => {
    const step = place({ from: [2, 3], to: [3, 2], top: 1, left: -1, padValue: 9 })
    expect(() => step.apply(tensor([1, 1, 3, 3]))).toThrow('Place: expected images of 2x3, got 3x3')
  })
})

describe('channels', () => {
  test('copies grey, keeps RGB, and weighs RGB to luminance', () => {
    expect(copies!.apply(tensor([1, 1, 1, 2], Float32Array.of(5, 6))).data).toEqual(
      Float32Array.of(5, 6, 5, 6, 5, 6),
    )
    expect(channels(3, 3)).toEqual([])
    expect(luminance!.apply(tensor([1, 3, 1, 1], Float32Array.of(1, 1, 1))).data[0]).toBeCloseTo(1, 6)
    expect(luminance!.apply(tensor([1, 3, 1, 1], Float32Array.of(0, 1, 0))).data[0]).toBeCloseTo(0.587, 6)
  })

  test('refuses RGB images for a model of another number of channels', () => {
    expect(() => channels(3, 4)).toThrow(
      'Channels: expected a model of 1 or 3 channels for images of 3, got 4',
    )
  })
})

describe('normalise', () => {
  test('is (a + x(b − a) − mean) / std per channel', () => {
    const step = normalise({ valueRange: [-1000, 1000], mean: [0, 100], std: [1, 50] })
    expect(step.apply(tensor([1, 2, 1, 1], Float32Array.of(0.75, 0.75))).data).toEqual(
      Float32Array.of(500, 8),
    )
  })

  test('takes a single mean with a std per channel', () => {
    const step = normalise({ valueRange: [0, 1], mean: [0.5], std: [0.5, 0.25] })
    expect(step.apply(tensor([1, 2, 1, 1], Float32Array.of(1, 1))).data).toEqual(Float32Array.of(1, 2))
  })

  test('refuses images of another number of channels', () => {
    const step = normalise({ valueRange: [0, 1], mean: [0, 0], std: [1] })
    expect(() => step.apply(tensor([1, 3, 1, 1]))).toThrow('Normalise: expected 2 channels, got 3')
  })
})

describe('composeSteps', () => {
  test('applies the steps in order, and their adjoints in reverse', () => {
    const chain = composeSteps([clip, resample([6, 9], [3, 4], 'bilinear'), luminance!, channelsLast])
    const x = uniformTensor(image, 13, [-0.5, 1.5])
    const y = uniformTensor([2, 3, 4, 1], 14)
    expect(chain.apply(x).shape).toEqual(y.shape)
    const trace = chain.trace(x)
    expect(trace.output).toEqual(chain.apply(x))
    expect(trace.adjoint(y)).toEqual(chain.adjoint(y, x))
  })

  test('has an adjoint that agrees with directional differences, also where values are clipped', () => {
    const chain = composeSteps([clip, resample([6, 9], [3, 4], 'bilinear-antialiased'), normalise({ valueRange: [0, 1], mean: [0.4], std: [0.2] })]) // prettier-ignore
    const x = awayFromKinks(uniformTensor(image, 15, [-0.5, 1.5]))
    const direction = uniformTensor(image, 16)
    const y = uniformTensor([2, 3, 3, 4], 17)
    const at = (step: number) => innerProduct(chain.apply(tensor(image, x.data.map((v, i) => v + step * direction.data[i]!))), y) // prettier-ignore
    const difference = (at(1e-3) - at(-1e-3)) / 2e-3
    expect(innerProduct(chain.adjoint(y, x), direction)).toBeCloseTo(difference, 2)
    expect(Math.abs(difference)).toBeGreaterThan(0.5)
  })

  test('of nothing is the identity', () => {
    const x = uniformTensor(image, 18)
    expect(largestDifference(composeSteps([]).apply(x).data, x.data)).toBe(0)
  })
})
