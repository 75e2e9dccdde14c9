import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import golden from '../../../test/fixtures/nnunet-spacing.json' with { type: 'json' }
import { innerProduct, largestDifference, uniformTensor } from '../../../test/support/numbers.ts'
import { tensor, type Tensor } from '../tensor/tensor.ts'
import { volumeMap } from './volume-map.ts'
import { volumeOfInput } from './volume.ts'

const extents = z.tuple([z.number(), z.number(), z.number()])
const cases = z
  .array(
    z.object({
      size: extents,
      own: extents,
      wanted: extents,
      to: extents,
      volume: z.array(z.number()),
      made: z.array(z.number()),
      logits: z.array(z.number()),
      back: z.array(z.number()),
    }),
  )
  .parse(golden)

describe.each(cases)('nnU-Net’s way from $own mm to $wanted mm', ({ size, own, wanted, ...theirs }) => {
  const [slices, rows, columns] = size
  const volume = volumeOfInput.parse({ patch: [1, 1, 1], spacing: wanted, resampling: 'nnunet' })
  const map = volumeMap(size, { volume, interpolation: 'bilinear' }, { orientation: 'SPL', spacing: own })
  const stack = tensor([slices, 1, rows, columns], Float32Array.from(theirs.volume))

  test('gives its preprocessor’s volume', () => {
    expect(map.size).toEqual(theirs.to)
    expect(largestDifference(map.apply(stack).data, theirs.made)).toBeLessThan(2e-6)
  })

  test('brings logits back as its export does', () => {
    const logits = tensor([1, ...map.size], Float32Array.from(theirs.logits))
    expect(largestDifference(map.back(logits).data, theirs.back)).toBeLessThan(2e-6)
  })

  test('has the transposed derivative, also where values are held', () => {
    const [way, target] = [uniformTensor(stack.shape, 3), uniformTensor([1, ...map.size], 4)]
    const at = (step: number): Tensor =>
      map.apply(tensor(stack.shape, stack.data.map((value, i) => value + step * (way.data[i] ?? NaN)))) // prettier-ignore
    const step = 3e-4
    const slope = (innerProduct(at(step), target) - innerProduct(at(-step), target)) / (2 * step)
    expect(innerProduct(map.adjoint(target, stack), way)).toBeCloseTo(slope, 1)
  })
})
