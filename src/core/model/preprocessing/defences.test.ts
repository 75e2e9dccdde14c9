import { describe, expect, test } from 'vitest'
import golden from '../../../../test/fixtures/defences.json' with { type: 'json' }
import { innerProduct, largestDifference, uniformTensor } from '../../../../test/support/numbers.ts'
import { sampleOf, tensor, type Tensor } from '../../tensor/tensor.ts'
import { defenceOfCard } from '../defence.ts'
import { defenceSteps, type Draw } from './defences.ts'

const prediction: Draw = { of: 'prediction', index: 0 }

function stepOf(given: object, draw = prediction) {
  const [step] = defenceSteps(defenceOfCard.parse([given]), { draw, isColour: true })
  if (step === undefined) throw new Error('no step')
  return step
}

/** As scripts/goldens/defences.py makes it. */
function image(channels: number): Tensor {
  const x = tensor([1, channels, 13, 18])
  for (let c = 0; c < channels; c++)
    for (let row = 0; row < 13; row++)
      for (let column = 0; column < 18; column++) {
        const block = (Math.floor(row / 3) + Math.floor(column / 4) + c) % 2
        x.data[(c * 13 + row) * 18 + column] = ((40 * c + 11 * row + 7 * column + 50 * block) % 256) / 255
      }
  return x
}

const flat = (rows: readonly (readonly number[])[]) => rows.flat()
const levels = ({ data }: Tensor) => Array.from(data, (value) => 255 * value)

describe('steps as other libraries make them', () => {
  test.each([['20'], ['75']] as const)('JPEG of quality %s is Pillow’s, to a level', (quality) => {
    const made = stepOf({ kind: 'jpeg', quality: Number(quality) }).apply(image(1))
    expect(largestDifference(levels(made), flat(golden.jpeg[quality]))).toBeLessThan(1.001)
  })

  test('JPEG of colours is Pillow’s without subsampling, to a level in the mean', () => {
    const made = levels(stepOf({ kind: 'jpeg', quality: 75 }).apply(image(3)))
    const theirs = flat(golden.jpegColour.flat())
    const sum = made.reduce((total, value, i) => total + Math.abs(value - (theirs[i] ?? NaN)), 0)
    // A coefficient halfway between two steps is rounded to either of them.
    expect(sum / made.length).toBeLessThan(1.2)
  })

  test.each([['2'], ['3']] as const)('the median of %s pixels is SciPy’s', (size) => {
    const made = stepOf({ kind: 'median', size: Number(size) }).apply(image(1))
    expect(largestDifference(made.data, flat(golden.median[size]))).toBeLessThan(1e-6)
  })

  test('the Gaussian filter is SciPy’s', () => {
    const made = stepOf({ kind: 'gaussian', sigma: 1 }).apply(image(1))
    expect(largestDifference(made.data, flat(golden.gaussian))).toBeLessThan(1e-5)
  })

  test('total variation is scikit-image’s', () => {
    const made = stepOf({ kind: 'total-variation', weight: 0.1, iterations: 49 }).apply(image(1))
    expect(largestDifference(made.data, flat(golden.totalVariation))).toBeLessThan(1e-5)
  })

  test('four bits leave 16 levels', () => {
    const { data } = stepOf({ kind: 'bit-depth', bits: 4 }).apply(image(1))
    expect([...data].every((value) => Math.abs(15 * value - Math.round(15 * value)) < 1e-5)).toBe(true)
  })
})

describe('gradients', () => {
  test.each([
    { kind: 'gaussian', sigma: 1.5 },
    { kind: 'gaussian', sigma: 9 },
    { kind: 'median', size: 3 },
    { kind: 'resize-pad', smallest: 0.5 },
  ])('of $kind are the transpose of what it does', (given) => {
    const step = stepOf(given)
    const [x, y] = [uniformTensor([2, 3, 13, 18], 1, [0, 1]), uniformTensor([2, 3, 13, 18], 2)]
    expect(innerProduct(step.apply(x), y)).toBeCloseTo(innerProduct(x, step.adjoint(y, x)), 3)
  })

  test.each([{ kind: 'jpeg' }, { kind: 'bit-depth' }, { kind: 'total-variation' }, { kind: 'noise' }])(
    'go straight through $kind',
    (given) => {
      const [x, y] = [uniformTensor([1, 1, 9, 9], 1, [0, 1]), uniformTensor([1, 1, 9, 9], 2)]
      expect(stepOf(given).adjoint(y, x)).toEqual(y)
    },
  )
})

describe('draws', () => {
  const x = uniformTensor([2, 1, 24, 24], 3, [0, 1])
  const noise = (draw: Draw, seed = 0) => stepOf({ kind: 'noise', sigma: 0.25, seed }, draw).apply(x).data

  test('are those of the image, whatever its batch', () => {
    const step = stepOf({ kind: 'noise', sigma: 0.25 })
    expect(step.apply(sampleOf(x, 1)).data).toEqual(sampleOf(step.apply(x), 1).data)
  })

  test.each([
    ['another index', { of: 'prediction', index: 1 }, 0],
    ['a gradient', { of: 'gradient', index: 0 }, 0],
    ['another seed', prediction, 1],
  ] as const)('of %s are others', (_, draw, seed) => {
    expect(noise(draw, seed)).not.toEqual(noise(prediction))
  })

  test('have the noise’s deviation', () => {
    const change = noise(prediction).map((value, i) => value - (x.data[i] ?? NaN))
    const deviation = Math.sqrt(change.reduce((sum, value) => sum + value ** 2, 0) / change.length)
    expect(deviation).toBeGreaterThan(0.23)
    expect(deviation).toBeLessThan(0.27)
  })
})
