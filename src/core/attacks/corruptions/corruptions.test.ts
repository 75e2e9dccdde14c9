import { expect, test } from 'vitest'
import { nearestCentreModel } from '../../../../test/support/analytic-models.ts'
import { problemAgainst } from '../../../../test/support/attack-problems.ts'
import { uniformTensor } from '../../../../test/support/numbers.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import { configureAttack } from '../attack-methods.ts'
import { attackToEnd } from '../run-attack.ts'

const shape = [1, 1, 64, 64]
const flat = (value: number) => tensor(shape, new Float32Array(4096).fill(value))
const waves = tensor(
  shape,
  Float32Array.from({ length: 4096 }, (_, i) => 0.5 + 0.3 * Math.sin(0.3 * (i % 64)) * Math.cos(i / 640)),
)

/** The change by a corruption, bounds far away. */
async function changeOf(name: string, severity: number, image: Tensor, seed = 1): Promise<Float32Array> {
  const far = (value: number) => tensor(image.shape, new Float32Array(image.data.length).fill(value))
  const problem = await problemAgainst(nearestCentreModel(image.shape.slice(1), 2), image, {
    seeds: [seed],
    bounds: { lower: far(-9), upper: far(9) },
  })
  const { adversarial } = await attackToEnd(configureAttack(name, { severity }), problem)
  return adversarial.data.map((value, i) => value - image.data[i]!)
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length
}

function deviation(values: ArrayLike<number>): number {
  const middle = mean(values)
  return Math.sqrt(mean(Array.from(values, (value) => (value - middle) ** 2)))
}

test('Rician noise lifts black by σ·√(π/2), and leaves bright tissue where it is', async () => {
  expect(mean(await changeOf('mr-rician-noise', 5, flat(0)))).toBeCloseTo(0.04 * Math.sqrt(Math.PI / 2), 3)
  expect(Math.abs(mean(await changeOf('mr-rician-noise', 5, flat(0.8))))).toBeLessThan(0.003)
})

test('a spike is one wave through all of the image', async () => {
  const change = await changeOf('mr-spike', 2, flat(0.5))
  expect(deviation(change)).toBeCloseTo((0.046 * 0.5) / Math.SQRT2, 3)
})

test('ghosting and motion keep the mean of what they do not cut off', async () => {
  for (const name of ['mr-ghosting', 'mr-motion'])
    expect(Math.abs(mean(await changeOf(name, 2, waves)))).toBeLessThan(0.01)
})

test('half the photons make the noise √2 times as strong', async () => {
  const noise = async (severity: number) => deviation(await changeOf('ct-low-dose', severity, flat(0.2)))
  expect((await noise(4)) / (await noise(2))).toBeCloseTo(Math.sqrt(250000 / 55000), 1)
})

test('hardening hollows the middle of what is dense', async () => {
  const change = await changeOf('ct-beam-hardening', 3, flat(0.6))
  const middle = change[32 * 64 + 32]!
  expect(middle).toBeLessThan(change[32 * 64 + 6]!)
  expect(middle).toBeLessThan(0)
})

test('rings go round the middle', async () => {
  const change = await changeOf('ct-ring', 5, flat(0.5))
  const turned = change.map((_, i) => change[(63 - (i % 64)) * 64 + Math.floor(i / 64)]!)
  const product = mean(change.map((value, i) => value * turned[i]!))
  expect(product / deviation(change) ** 2).toBeGreaterThan(0.8)
})

test('metal is white, with streaks beside it', async () => {
  const change = await changeOf('ct-metal', 5, flat(0.3))
  expect(Math.max(...change)).toBeGreaterThan(0.69)
  expect(Math.min(...change)).toBeLessThan(-0.05)
})

test('scatter lowers contrast by one part in 1 + s of what comes through, and leaves a flat image', async () => {
  expect(Math.max(...(await changeOf('xray-scatter', 3, flat(0.5))).map(Math.abs))).toBeLessThan(1e-5)
  const change = await changeOf('xray-scatter', 3, waves)
  expect(deviation(change.map((value, i) => value + waves.data[i]!))).toBeLessThan(
    0.7 * deviation(waves.data),
  )
})

test.each([
  ['xray-exposure', 3, (x: number) => [x ** 0.7, x ** 1.3]],
  ['us-gain', 3, (x: number) => [0.45 * x, 1.6 * x]],
] as const)('%s is one of two curves', async (name, severity, curves) => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const [change] = await changeOf(name, severity, flat(0.5), seed)
    expect(Math.min(...curves(0.5).map((value) => Math.abs(value - 0.5 - change!)))).toBeLessThan(1e-6)
  }
})

test('speckle grows with the echo', async () => {
  expect(deviation(await changeOf('us-speckle', 3, flat(0.6)))).toBeCloseTo(0.12, 2)
  expect(deviation(await changeOf('us-speckle', 3, flat(0.1)))).toBeCloseTo(0.02, 2)
})

test('shadows begin below what casts them', async () => {
  const change = await changeOf('us-shadow', 4, flat(0.5))
  expect(Math.min(...change.subarray(0, 64))).toBeGreaterThan(-0.12)
  expect(Math.min(...change.subarray(-64))).toBeCloseTo(-0.45, 1)
})

test('highlights are white, and most of the image is as it was', async () => {
  const change = await changeOf('camera-specular', 1, flat(0.3))
  expect(Math.max(...change)).toBeGreaterThan(0.5)
  expect(change.filter((value) => Math.abs(value) < 1e-6).length).toBeGreaterThan(3000)
})

test('what lies beyond the window is moved as its end is', async () => {
  const beyond = flat(1.4)
  expect((await changeOf('us-gain', 1, beyond, 1))[0]).toBeCloseTo(
    (await changeOf('us-gain', 1, flat(1), 1))[0]!,
    6,
  )
})

test('channels of a colour image get the same artefact', async () => {
  const colour = tensor(
    [1, 3, 64, 64],
    Float32Array.from({ length: 3 * 4096 }, (_, i) => waves.data[i % 4096]!),
  )
  for (const name of ['camera-illumination', 'camera-specular', 'camera-defocus', 'us-shadow']) {
    const change = await changeOf(name, 3, colour)
    expect(change.subarray(0, 4096)).toEqual(change.subarray(4096, 8192))
  }
})

test('other seeds give others', async () => {
  const image = uniformTensor(shape, 3, [0.2, 0.8])
  for (const name of ['mr-motion', 'mr-bias-field', 'ct-ring', 'ct-metal', 'us-shadow', 'xray-grid'])
    expect(await changeOf(name, 3, image, 1)).not.toEqual(await changeOf(name, 3, image, 2))
})
