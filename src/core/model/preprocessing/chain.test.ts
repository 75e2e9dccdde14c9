import { describe, expect, test } from 'vitest'
import {
  awayFromKinks,
  innerProduct,
  largestDifference,
  uniformTensor,
} from '../../../../test/support/numbers.ts'
import { create8BitResampler } from '../../tensor/resample-8-bit.ts'
import { createResampler } from '../../tensor/resample.ts'
import { concatenate, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { Fit } from '../card.ts'
import { channelsOfInput } from '../channel-list.ts'
import { normalisationOfCard } from '../normalisation.ts'
import type { DifferentiableModel } from '../ports.ts'
import { preprocessingFor, type PreprocessingCard } from './chain.ts'
import { greyInputOf } from './channels.ts'
import { throughPreprocessing } from './chain.ts'

const card: PreprocessingCard = {
  input: { name: 'image', layout: 'NCHW', size: [8, 12], channels: 1, valueRange: [0, 1] },
  intensity: { kind: 'modality-range', lower: -100, upper: 300 },
  fit: { kind: 'stretch' },
  interpolation: 'bilinear-antialiased',
  mean: [0],
  std: [1],
}

const withFit = (fit: Fit, size: [number, number] = [8, 12]): PreprocessingCard => ({
  ...card,
  fit,
  input: { ...card.input, size },
})

describe('preprocessingFor', () => {
  test('stretches by one resampling', () => {
    const x = uniformTensor([2, 1, 20, 10], 1, [0, 1])
    const expected = createResampler([20, 10], [8, 12], 'bilinear-antialiased').apply(x)
    expect(preprocessingFor(card, [1, 20, 10]).apply(x)).toEqual(expected)
  })

  test('does not resample images that have the size already', () => {
    expect(preprocessingFor(card, [1, 8, 12]).steps.map(({ name }) => name)).toEqual([
      'clip',
      'mean and standard deviation',
    ])
  })

  test('rounds to 8 bits as it resamples where the card says so, at the same size too', () => {
    const x = uniformTensor([2, 1, 20, 10], 1, [0, 1])
    const rounding = { ...card, rounding: 'uint8' } as const
    const expected = create8BitResampler([20, 10], [8, 12], 'bilinear-antialiased').apply(x)
    expect(preprocessingFor(rounding, [1, 20, 10]).apply(x)).toEqual(expected)
    const alone = preprocessingFor(rounding, [1, 8, 12]).apply(
      tensor([1, 1, 8, 12], new Float32Array(96).fill(0.3)),
    )
    expect(new Set(alone.data)).toEqual(new Set([Math.fround(77 / 255)]))
  })

  test('letterboxes: the whole image inside, the rest padded evenly', () => {
    const framed = preprocessingFor(withFit({ kind: 'letterbox', padValue: 0.5 }), [1, 4, 4]).apply(
      tensor([1, 1, 4, 4], new Float32Array(16).fill(1)),
    )
    const row = [0.5, 0.5, 1, 1, 1, 1, 1, 1, 1, 1, 0.5, 0.5]
    expect(Array.from(framed.data)).toEqual(Array.from({ length: 8 }, () => row).flat())
  })

  test('crops the centre after the shorter side was brought to its size, as torchvision does', () => {
    // torchvision: Resize(10) of 20x31 gives 10x15 (15.5 cut), CenterCrop([8, 10]) begins at round(1),
    // round(2.5) = 2
    const names = preprocessingFor(
      withFit({ kind: 'centre-crop', shorterSide: 10 }, [8, 10]),
      [1, 20, 31],
    ).steps.map(({ name }) => name)
    expect(names[1]).toBe('resample 20x31 to 10x15, bilinear-antialiased')
    expect(names[2]).toBe('place 10x15 in 8x10 at -1, -2')
  })

  test('rounds a crop of one and a half pixels to two, as torchvision does', () => {
    const names = preprocessingFor(
      withFit({ kind: 'centre-crop', shorterSide: 11 }, [8, 8]),
      [1, 11, 11],
    ).steps.map(({ name }) => name)
    expect(names[1]).toBe('place 11x11 in 8x8 at -2, -2')
  })

  test('crops the centre of images that just cover the frame when no shorter side is given', () => {
    const names = preprocessingFor(withFit({ kind: 'centre-crop' }), [1, 30, 24]).steps.map(
      ({ name }) => name,
    )
    expect(names[1]).toBe('resample 30x24 to 15x12, bilinear-antialiased')
    expect(names[2]).toBe('place 15x12 in 8x12 at -4, 0')
  })

  test('crops a box and stretches it, and refuses images that the box exceeds', () => {
    const box: Fit = { kind: 'crop', top: 2, left: 3, height: 8, width: 12 }
    const x = uniformTensor([1, 1, 10, 15], 2, [0, 1])
    const cropped = preprocessingFor(withFit(box), [1, 10, 15]).apply(x)
    expect(cropped.data[0]).toBe(x.data[2 * 15 + 3])
    expect(cropped.data.at(-1)).toBe(x.data.at(-1))
    expect(() => preprocessingFor(withFit(box), [1, 10, 14])).toThrow(expect.objectContaining({ code: 'model-unsupported', message: 'Crop: expected images of at least 10x15 pixels for the card\'s box, got 10x14' })) // prettier-ignore
  })

  test('gives grey images to an RGB model in NHWC with the statistics of each channel', () => {
    const rgb: PreprocessingCard = {
      ...card,
      input: { ...card.input, channels: 3, layout: 'NHWC' },
      mean: [0, 1, 2],
    }
    const output = preprocessingFor(rgb, [1, 8, 12]).apply(
      tensor([1, 1, 8, 12], new Float32Array(96).fill(0.5)),
    )
    expect(output.shape).toEqual([1, 8, 12, 3])
    expect(output.data.slice(0, 6)).toEqual(Float32Array.of(0.5, -0.5, -1.5, 0.5, -0.5, -1.5))
  })
})

/** Steps of a normalisation with their defaults. */
const normalisation = (...steps: readonly object[]) => normalisationOfCard.parse(steps)

describe('a normalisation', () => {
  const namesFor = (changes: Partial<PreprocessingCard>, channels = 1) =>
    preprocessingFor({ ...card, ...changes }, [channels, 20, 10]).steps.map(({ name }) => name)
  const resampled = 'resample 20x10 to 8x12, bilinear-antialiased'

  test('is of the image’s own pixels, in the units of the value range, or of the resampled ones', () => {
    const input = { ...card.input, valueRange: [0, 255] as [number, number] }
    const names = (at: string) => namesFor({ input, normalisation: normalisation({ kind: 'min-max', at }) })
    const before = ['clip', '0 and 1 to 0 and 255', 'min-max of the image']
    expect(names('image')).toEqual([...before, resampled, 'mean and standard deviation'])
    const after = ['0 and 1 to 0 and 255', 'min-max of the image', 'mean and standard deviation']
    expect(names('input')).toEqual(['clip', resampled, ...after])
  })

  test('is followed by mean and standard deviation as they are', () => {
    const x = uniformTensor([1, 1, 8, 12], 21, [0.25, 0.75])
    const input = { ...card.input, valueRange: [0, 255] as [number, number] }
    const ranged = {
      ...card,
      input,
      normalisation: normalisation({ kind: 'min-max' }),
      mean: [0.5],
      std: [0.5],
    }
    const seen = preprocessingFor(ranged, [1, 8, 12]).apply(x).data
    expect(Math.min(...seen)).toBeCloseTo(-1, 5)
    expect(Math.max(...seen)).toBeCloseTo(1, 5)
  })

  test('at the image is of its luminance, where the model sees that', () => {
    const names = namesFor({ normalisation: normalisation({ kind: 'z-score' }) }, 3)
    expect(names).toEqual([
      'clip',
      'RGB to luminance',
      'z-score of the image',
      resampled,
      'mean and standard deviation',
    ])
  })

  test('sees what lies beyond the intensity range where the card keeps it', () => {
    const x = uniformTensor([1, 1, 8, 12], 22, [-3, 5])
    const kept = preprocessingFor({ ...card, clip: false }, [1, 8, 12])
    expect(kept.apply(x).data).toEqual(x.data)
    expect(kept.adjoint(x, x).data).toEqual(x.data)
  })
})

describe('channels that a card lists', () => {
  const listed = (...channels: readonly object[]) => ({
    ...card,
    input: { ...card.input, channels: channelsOfInput.parse(channels) },
  })
  const brain = { kind: 'window', center: 40, width: 80 }
  const wide = { kind: 'window', center: 100, width: 400 }
  /** Values of the range in relative intensity. */
  const relative = (...values: number[]) => Float32Array.from(values, (value) => (value + 100) / 400)

  test('are windows of the image, each clipped by itself, then normalised by its own mean and deviation', () => {
    const windows = { ...listed(brain, wide), mean: [0.5, 0], std: [0.25, 1] }
    const x = tensor([1, 1, 8, 12], new Float32Array(96))
    x.data.set(relative(-50, 0, 20, 60, 80, 81, 300))
    const seen = preprocessingFor(windows, [1, 8, 12]).apply(x)
    const first = [-2, -2, -1, 1, 2, 2, 2]
    const second = [50, 100, 120, 160, 180, 181, 400].map((value) => value / 400)
    expect(seen.shape).toEqual([1, 2, 8, 12])
    expect(largestDifference(seen.data.slice(0, 7), first)).toBeLessThan(1e-6)
    expect(largestDifference(seen.data.slice(96, 103), second)).toBeLessThan(1e-6)
  })

  test('are windowed before the image is resampled, as 8 bits where the card says so', () => {
    const names = preprocessingFor({ ...listed(brain, wide, brain), rounding: 'uint8' }, [3, 20, 10]).steps
    expect(names.map(({ name }) => name)).toEqual([
      'clip',
      'RGB to luminance',
      '2 windows',
      'resample 20x10 to 8x12, bilinear-antialiased, in 8 bits',
      '3 channels',
      'mean and standard deviation',
    ])
  })

  test('sum their gradients on the image’s own grid: what one window saturates, another may see', () => {
    const chain = preprocessingFor(listed(brain, wide), [1, 8, 12])
    const x = tensor([1, 1, 8, 12], new Float32Array(96))
    x.data.set(relative(-50, 0, 20, 80, 81))
    const ones = tensor([1, 2, 8, 12], new Float32Array(192).fill(1))
    const slopes = [1, 6, 6, 6, 1]
    expect(largestDifference(chain.adjoint(ones, x).data.slice(0, 5), slopes)).toBeLessThan(1e-6)
  })

  test('may be neighbouring slices, windowed or not, whose gradients are those of differences', async () => {
    const around = listed(
      { ...brain, width: 300 },
      { ...wide, slice: -1 },
      { kind: 'slice', slice: 1, edge: 'reflect' },
    )
    const contextSlices = { before: uniformTensor([1, 1, 16, 30], 41, [0, 1]) }
    const model = throughPreprocessing(linearModel(uniformTensor([3 * 96], 42).data), around, [1, 16, 30], {
      contextSlices,
    })
    const x = uniformTensor([3, 1, 16, 30], 43, [0.25, 0.6])
    const direction = uniformTensor(x.shape, 44)
    const { gradient } = await model.lossAndGradient(x, { kind: 'dot', terms: [] })
    const total = async (step: number) => {
      const moved = tensor(x.shape, x.data.map((v, i) => v + step * direction.data[i]!)) // prettier-ignore
      return (await model.predict(moved)).data.reduce((sum, logit) => sum + logit, 0)
    }
    const difference = ((await total(1e-2)) - (await total(-1e-2))) / 2e-2
    expect(Math.abs(innerProduct(gradient, direction) - difference)).toBeLessThan(0.01 * Math.abs(difference))
  })
})

/** A model of one logit per sample, Σ w·x, whose gradient is w. */
function linearModel(weights: Float32Array): DifferentiableModel & { disposed: boolean } {
  const logitsOf = (x: { readonly data: Float32Array; readonly shape: readonly number[] }) => {
    const count = x.shape[0] ?? 0
    const logits = tensor([count, 1])
    x.data.forEach(
      (value, i) => (logits.data[Math.floor(i / weights.length)]! += value * weights[i % weights.length]!),
    )
    return logits
  }
  return {
    disposed: false,
    input: { name: 'image', shape: [null, 1, 8, 12] },
    output: { name: 'logit', shape: [null, 1] },
    predict: (x) => Promise.resolve(logitsOf(x)),
    lossAndGradient: (x) => {
      const logits = logitsOf(x)
      const gradient = tensor(x.shape, x.data.map((_, i) => weights[i % weights.length]!)) // prettier-ignore
      return Promise.resolve({ loss: logits.data, logits, gradient })
    },
    dispose() {
      this.disposed = true
      return Promise.resolve()
    },
  }
}

describe('throughPreprocessing', () => {
  const weights = uniformTensor([96], 3).data

  test('gives the model on the image grid, with the gradient of the whole', async () => {
    const model = throughPreprocessing(linearModel(weights), card, [1, 16, 30])
    expect(model.input.shape).toEqual([null, 1, 16, 30])
    const x = awayFromKinks(uniformTensor([2, 1, 16, 30], 4, [-0.2, 1.2]))
    const direction = uniformTensor(x.shape, 5)
    const { gradient, logits } = await model.lossAndGradient(x, { kind: 'dot', terms: [] })
    expect(logits).toEqual(await model.predict(x))
    const total = async (step: number) => {
      const moved = tensor(x.shape, x.data.map((v, i) => v + step * direction.data[i]!)) // prettier-ignore
      return (await model.predict(moved)).data.reduce((sum, logit) => sum + logit, 0)
    }
    const difference = ((await total(1e-3)) - (await total(-1e-3))) / 2e-3
    expect(Math.abs(innerProduct(gradient, direction) - difference)).toBeLessThan(0.01 * Math.abs(difference))
  })

  test('of neighbouring slices sums what all windows say of a slice', async () => {
    const slices = { ...card, input: { ...card.input, slices: { count: 3, edge: 'repeat' } } } as const
    const contextSlices = { before: uniformTensor([1, 1, 16, 30], 7, [0, 1]) }
    const model = throughPreprocessing(linearModel(uniformTensor([3 * 96], 8).data), slices, [1, 16, 30], {
      contextSlices,
    })
    const x = awayFromKinks(uniformTensor([4, 1, 16, 30], 9, [-0.2, 1.2]))
    const { gradient } = await model.lossAndGradient(x, { kind: 'dot', terms: [] })
    expect(gradient.shape).toEqual(x.shape)
    for (const slice of [0, 1, 3]) {
      const direction = uniformTensor(x.shape, 10 + slice)
      direction.data.forEach((_, i) => (direction.data[i]! *= Number(Math.floor(i / 480) === slice)))
      const total = async (step: number) => {
        const moved = tensor(x.shape, x.data.map((v, i) => v + step * direction.data[i]!)) // prettier-ignore
        return (await model.predict(moved)).data.reduce((sum, logit) => sum + logit, 0)
      }
      const difference = ((await total(1e-2)) - (await total(-1e-2))) / 2e-2
      expect(Math.abs(innerProduct(gradient, direction) - difference)).toBeLessThan(
        0.01 * Math.abs(difference),
      )
    }
  })

  test('of slices normalised by their whole stack sees all of it, also around a part', async () => {
    const stacked = { ...card, normalisation: normalisation({ kind: 'z-score', of: 'volume', at: 'input' }) }
    const [before, x] = [
      uniformTensor([2, 1, 16, 30], 31, [0, 1]),
      uniformTensor([1, 1, 16, 30], 32, [0.5, 0.9]),
    ]
    const [whole, part] = [{}, { before }].map((contextSlices) =>
      throughPreprocessing(linearModel(weights), stacked, [1, 16, 30], { contextSlices }),
    )
    const predicted = await whole!.predict(concatenate([before, x]))
    expect((await part!.predict(x)).data[0]).toBeCloseTo(predicted.data[2]!, 4)
    const direction = uniformTensor(x.shape, 33)
    const { gradient } = await part!.lossAndGradient(x, { kind: 'dot', terms: [] })
    const at = async (step: number) => {
      const moved = tensor(x.shape, x.data.map((v, i) => v + step * direction.data[i]!)) // prettier-ignore
      return (await part!.predict(moved)).data[0]!
    }
    const difference = ((await at(1e-2)) - (await at(-1e-2))) / 2e-2
    expect(Math.abs(innerProduct(gradient, direction) - difference)).toBeLessThan(0.01 * Math.abs(difference))
  })

  const rgb: PreprocessingCard = {
    ...card,
    input: { ...card.input, channels: 3 },
    mean: [0.5, 0.4, 0.3],
    std: [0.2, 0.1, 0.5],
  }

  test('hands grey images of one channel to a model that takes them, as its first channel', async () => {
    const given: Tensor[] = []
    const inner: DifferentiableModel = {
      ...linearModel(weights),
      takesGrey: true,
      predict: (x) => {
        given.push(x)
        return Promise.resolve(x)
      },
    }
    const [grey, colour] = [uniformTensor([2, 1, 8, 12], 4, [0, 1]), uniformTensor([2, 3, 8, 12], 4, [0, 1])]
    await throughPreprocessing(inner, rgb, [1, 8, 12]).predict(grey)
    await throughPreprocessing(inner, rgb, [3, 8, 12]).predict(colour)
    const first = grey.data.map((value) => (value - 0.5) / 0.2)
    expect(given[0]?.shape).toEqual([2, 1, 8, 12])
    expect(largestDifference(given[0]!.data, first)).toBeLessThan(1e-6)
    expect(given[1]).toEqual(preprocessingFor(rgb, [3, 8, 12]).apply(colour))
  })

  test('what a graph makes of a first channel is what the chain makes of the image', () => {
    const { scale, offset } = greyInputOf(rgb)!
    const grey = uniformTensor([1, 1, 8, 12], 4, [0, 1])
    const first = grey.data.map((value) => (value - 0.5) / 0.2)
    const channels = scale.flatMap((factor, c) => [...first].map((value) => value * factor + offset[c]!))
    expect(largestDifference(channels, preprocessingFor(rgb, [1, 8, 12]).apply(grey).data)).toBeLessThan(1e-5)
    expect(greyInputOf({ ...rgb, normalisation: normalisation({ kind: 'z-score' }) })).toBeDefined()
    expect(greyInputOf({ ...rgb, normalisation: normalisation({ kind: 'z-score', at: 'input' }) })).toBe(
      undefined,
    )
  })

  test('gives no gradient to pixels that the window saturates', async () => {
    const model = throughPreprocessing(linearModel(weights), card, [1, 8, 12])
    const x = uniformTensor([1, 1, 8, 12], 6, [-1, 2])
    const { gradient } = await model.lossAndGradient(x, { kind: 'dot', terms: [] })
    const expected = weights.map((weight, i) => (x.data[i]! < 0 || x.data[i]! > 1 ? 0 : weight))
    expect(largestDifference(gradient.data, expected)).toBeLessThan(1e-7)
  })

  test('disposes of the model', async () => {
    const inner = linearModel(weights)
    await throughPreprocessing(inner, card, [1, 8, 12]).dispose()
    expect(inner.disposed).toBe(true)
  })
})
