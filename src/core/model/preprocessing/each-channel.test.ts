import { describe, expect, test } from 'vitest'
import { innerProduct, uniformTensor } from '../../../../test/support/numbers.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import { channelValues } from '../channel-list.ts'
import { normalisationOfCard } from '../normalisation.ts'
import { eachChannel } from './each-channel.ts'

const intensity = { kind: 'percentile', lower: 0, upper: 100, of: 'series' } as const
const series = { kind: 'series', modality: 'CT', match: {} } as const
const normalisation = normalisationOfCard.parse([{ kind: 'z-score', of: 'volume' }])
const input = (...channels: object[]) => ({ channels: channels as never[], valueRange: [0, 1] as const })

describe('channels that are series', () => {
  const values = channelValues({
    input: input({ ...series, valueRange: [-2, 4] }, { ...series, clip: false, normalisation }),
    intensity,
  })
  const step = eachChannel(values ?? [])

  test('are each clipped and normalised as they say', () => {
    const x = tensor([2, 2, 1, 2], Float32Array.of(0, 0.5, 1, 3, 2, 1, -1, 1))
    const { data } = step.apply(x)
    expect([...data.slice(0, 2), ...data.slice(4, 6)]).toEqual([-2, 1, 4, 4])
    expect([...data.slice(2, 4), ...data.slice(6, 8)].map((value) => Number(value.toFixed(4)))).toEqual([0, 1.4142, -1.4142, 0]) // prettier-ignore
  })

  test('have the transposed derivative', () => {
    const [any, way, target] = [4, 5, 6].map((seed) => uniformTensor([3, 2, 2, 3], seed)) as [
      Tensor,
      Tensor,
      Tensor,
    ]
    // Off the ends of the range, at which a clip has no derivative.
    const x = tensor(any.shape, any.data.map((value) => 0.9 * value)) // prettier-ignore
    const at = (by: number) => step.apply(tensor(x.shape, x.data.map((value, i) => value + by * (way.data[i] ?? NaN)))) // prettier-ignore
    const slope = (innerProduct(at(1e-3), target) - innerProduct(at(-1e-3), target)) / 2e-3
    expect(Math.abs(innerProduct(step.adjoint(target, x), way) / slope - 1)).toBeLessThan(0.01)
  })

  test('have nothing of their own where none says so', () => {
    expect(channelValues({ input: input(series, series), intensity, normalisation })).toBeUndefined()
  })
})
