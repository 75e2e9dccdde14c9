import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { largestDifference } from '../../../../test/support/numbers.ts'
import { tensor } from '../../tensor/tensor.ts'
import { fixedRange, type IntensityOfCard } from '../card-intensity.ts'
import type { ModelFacts, TensorFacts } from '../model-facts.ts'
import { preprocessingFor } from '../preprocessing/chain.ts'
import { proposeCard } from '../propose-card.ts'
import { cardOf } from './card-of.ts'
import { readSidecars } from './sidecars.ts'

interface Golden {
  readonly chains: Readonly<Record<string, readonly object[]>>
  readonly images: Readonly<Record<string, readonly number[]>>
  readonly cases: readonly {
    readonly name: string
    readonly image: string
    readonly output: readonly number[]
    readonly size: readonly [number, number]
  }[]
}

/** Images of 12x10, and what MONAI made of them (scripts/goldens/sidecars.py). */
const golden = JSON.parse(
  readFileSync(new URL('../../../../test/fixtures/monai-values.json', import.meta.url), 'utf8'),
) as Golden

type Bundle = Readonly<Record<string, unknown>>

function facts(inference: Bundle, shape: TensorFacts['shape'], metadata?: object): ModelFacts {
  return {
    file: 'model.onnx',
    inputs: [{ name: 'image', shape }],
    outputs: [{ name: 'logits', shape: ['batch', 2], finalOp: 'Gemm' }],
    metadata: {},
    sidecars: { 'inference.json': inference, ...(metadata && { 'metadata.json': metadata }) },
  }
}

const preprocessing = (...transforms: readonly object[]): Bundle => ({
  preprocessing: { _target_: 'Compose', transforms },
})
const of = (name: string, settings: object = {}) => ({ _target_: name, keys: 'image', ...settings })
const volume: TensorFacts['shape'] = ['batch', 1, 32, 32, 32]
const readVolume = (...transforms: readonly object[]) =>
  readSidecars(facts(preprocessing(...transforms), volume))
const fieldsOf = (...transforms: readonly object[]) =>
  readVolume(...transforms).fields.map(({ field }) => field)

/** Values in a card's intensity range, its ends being 0 and 1. */
function relative(values: readonly number[], intensity: IntensityOfCard): Float32Array {
  const isFromZero = intensity.kind === 'percentile' && intensity.fromZero === true
  const chosen = [isFromZero ? 0 : Math.min(...values), Math.max(...values)] as const
  const [lower, upper] = fixedRange(intensity) ?? chosen
  return Float32Array.from(values, (value) => (value - lower) / (upper - lower))
}

/** What a bundle's own card leaves open. */
const given = { fit: { kind: 'stretch' }, interpolation: 'bilinear', output: { activation: 'softmax', classes: ['a', 'b'] } } // prettier-ignore

test.each(golden.cases)('$name: $image is to the network what MONAI makes of it', ({ name, image, output, size }) => {
  const [bundle, values] = [preprocessing(...golden.chains[name]!), golden.images[image]!]
  const own = facts(bundle, ['batch', 1, ...size])
  const { fit, interpolation, ...others } = given
  const isResized = readSidecars(own).fields.some(({ field }) => field === 'fit')
  const { card } = proposeCard(own, isResized ? others : { ...others, fit, interpolation })
  const x = tensor([1, 1, 12, 10], relative(values, card.intensity))
  const made = preprocessingFor(card, [1, 12, 10]).apply(x)
  const range = Math.max(...output) - Math.min(...output)
  expect(largestDifference(made.data, output)).toBeLessThan(2e-6 * range)
}) // prettier-ignore

describe('a setting that a card can’t say', () => {
  test.each([
    [of('Spacingd', { pixdim: [1, 1, 2], mode: 'nearest' }), 'Spacing can'],
    [of('Spacingd', { pixdim: [1, 1, -1] }), 'Spacing can'],
    [of('Spacingd', { pixdim: [1, 1, 2], padding_mode: 'zeros' }), 'Spacing has padding_mode "zeros"'],
    [of('Spacingd', { pixdim: '$[1, 1, 2]' }), 'Spacing can'],
    [of('Resized', { spatial_size: [8, 8, 8], anti_aliasing: true }), 'Resize has anti_aliasing true'],
    [of('Resized', { spatial_size: 8, size_mode: 'longest' }), 'Resize can'],
    [of('Resized', { spatial_size: [8, 8, -1] }), 'Resize can'],
    [of('ScaleIntensityRangePercentilesd', { lower: 1, upper: 99, b_min: 0, b_max: 1, relative: true }), 'ScaleIntensityRangePercentiles has relative true'],
    [of('NormalizeIntensityd', { subtrahend: 3, divisor: 2, nonzero: true }), 'NormalizeIntensity can'],
    [of('ScaleIntensityRanged', { a_min: '$-57', a_max: 164 }), 'ScaleIntensityRange can'],
    [of('CastToTyped', { dtype: '$np.uint8' }), 'CastToType can'],
    [of('Lambdad', { func: '$lambda x: x' }), "Lambda can't be said"],
  ])('is said, and neither fit nor mean is taken for known: %j', (step, note) => {
    const orientation = of('Orientationd', { axcodes: 'RAS' })
    const { fields, notes } = readVolume(orientation, step)
    expect(notes.join('\n')).toContain(`inference.json: ${note}`)
    expect(fields.map(({ field }) => field)).not.toContain('mean')
  }) // prettier-ignore

  test('as one that is left as it usually is, or makes no difference', () => {
    const { notes } = readVolume(
      of('LoadImaged', { image_only: true, dtype: '$np.float32', reader: 'NibabelReader' }),
      of('Orientationd', { axcodes: 'RAS', labels: null }),
      of('Spacingd', { pixdim: 1.5, mode: 'bilinear', padding_mode: 'border', align_corners: false }),
      of('ScaleIntensityRanged', { a_min: 0, a_max: 100, b_min: 0, b_max: 1, clip: true }),
      of('EnsureTyped', { track_meta: false, device: '@device' }),
    )
    expect(notes).toEqual([])
  })
})

test.each([
  [true, 'volume'],
  [false, 'all'],
])('of several series a statistic is of each alone, or of all: channel_wise %s', (channel_wise, together) => {
  const steps = [of('Orientationd', { axcodes: 'RAS' }), of('NormalizeIntensityd', { channel_wise })]
  const { fields, notes } = readSidecars(facts(preprocessing(...steps), ['batch', 4, 32, 32, 32]))
  expect(fields.find(({ field }) => field === 'normalisation')?.value).toMatchObject([{ of: together }])
  // One range for all of them is no transform's to say.
  expect(fields.some(({ field }) => field === 'intensity')).toBe(channel_wise)
  expect(notes.some((note) => note.includes('NormalizeIntensity can'))).toBe(false)
})

test('values that are normalised by themselves after a volume was resampled are said to differ', () => {
  const { notes } = readVolume(of('Orientationd', { axcodes: 'RAS' }), of('Spacingd', { pixdim: [1, 1, 1] }), of('NormalizeIntensityd')) // prettier-ignore
  expect(notes.join()).toContain('NormalizeIntensity comes after the volume was resampled')
})

test('transforms of a label alone are none of the image’s', () => {
  const label = { ...of('Resized', { spatial_size: [8, 8, 8] }), keys: 'label' }
  expect(fieldsOf(of('Orientationd', { axcodes: 'RAS' }), label)).not.toContain('interpolation')
})

test('constants on stored values ask for a range whose ends are their own numbers', () => {
  const { fields, notes } = readVolume(of('Orientationd', { axcodes: 'RAS' }), of('NormalizeIntensityd', { subtrahend: 100, divisor: 50 })) // prettier-ignore
  expect(cardOf(fields)).toMatchObject({ mean: [100], std: [50], clip: false })
  expect(notes.join()).toContain('give the ends of intensity as input.valueRange too')
})

test('a volume without Orientation, and a picture with its axes exchanged, are said', () => {
  expect(readVolume(of('ScaleIntensityd')).notes.join()).toContain('give input.volume.orientation')
  const picture = (...steps: object[]) =>
    readSidecars(facts(preprocessing(of('ScaleIntensityd'), ...steps), ['batch', 1, 12, 10])).notes
  expect(picture().join()).toContain('exchange rows and columns')
  expect(picture(of('Transposed', { indices: [0, 2, 1] }))).toEqual([])
})

describe('SlidingWindowInferer', () => {
  const read = (settings: object, shape = volume) =>
    readSidecars(
      facts({ network_def: {}, overlap: 0.6, inferer: { _target_: 'SlidingWindowInferer', roi_size: 16, ...settings } }, shape),
    ) // prettier-ignore

  test('has MONAI’s own settings where it gives none', () => {
    const { fields, notes } = read({})
    expect(cardOf(fields)).toEqual({ input: { volume: { patch: [16, 16, 16], overlap: 0.25, blend: 'constant', edge: 'zeros' } } }) // prettier-ignore
    expect(notes).toEqual([])
  })

  test('has its references and enumerations followed, and its own padding', () => {
    const mode = '$monai.utils.BlendMode.GAUSSIAN'
    expect(cardOf(read({ overlap: '@overlap', mode, padding_mode: 'replicate' }).fields)).toMatchObject({
      input: { volume: { overlap: 0.6, blend: 'gaussian', edge: 'repeat' } },
    })
  })

  test.each([
    [{ overlap: '$0.5 if fast else 0.25' }, 'overlap'],
    [{ overlap: [0.5, 0.5, 0.25] }, 'overlap'],
    [{ mode: '$blend' }, 'blend'],
    [{ padding_mode: 'reflect' }, 'edge'],
    [{ cval: -1 }, 'edge'],
  ])('says what it can’t: %j', (settings, field) => {
    const { fields, notes } = read(settings)
    expect(fields.map((each) => each.field)).not.toContain(`input.volume.${field}`)
    expect(notes.join()).toContain(`input.volume.${field} can't be said`)
  })

  test('of another Gaussian, of pictures, and other inferers are said', () => {
    expect(read({ sigma_scale: 0.25 }).notes.join()).toContain('has sigma_scale 0.25')
    expect(read({ roi_size: [16, 16] }, ['batch', 1, 64, 64]).notes.join()).toContain("can't be said")
    expect(read({ _target_: 'SliceInferer' }).notes.join()).toContain('SliceInferer')
  })
})

test('a sigmoid has its threshold, and is binary of one output', () => {
  const transforms = [of('Activationsd', { sigmoid: true }), of('AsDiscreted', { threshold: 0.3 })]
  const inference = { network_def: {}, postprocessing: { _target_: 'Compose', transforms } }
  const read = (outputs: number) => {
    const { outputs: [output], ...rest } = facts(inference, volume) // prettier-ignore
    return cardOf(readSidecars({ ...rest, outputs: [{ ...output!, shape: ['batch', outputs] }] }).fields)
  }
  expect(read(3)).toEqual({ output: { activation: 'multi-label-sigmoid', threshold: 0.3 } })
  expect(read(1)).toMatchObject({ output: { activation: 'binary-sigmoid' } })
})
