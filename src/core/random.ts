import { sha256 } from '@noble/hashes/sha2.js'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { addScaled } from './math/planes.ts'

/** Seeded numbers; the same seed gives the same sequence on every machine. */
export interface RandomSource {
  /** Uniform in [−1, 1). */
  symmetric(): number
  /** Uniform in (0, 1). */
  open(): number
}

/** The stream of one sample's restart: streams of one seed lie 2^64 draws apart. */
export function randomSource(seed: number, restart: number): RandomSource {
  const generator = xoroshiro128plus(seed)
  for (let i = 0; i < restart; i++) generator.jump()
  return {
    symmetric: () => generator.next() / 2 ** 31,
    open: () => ((generator.next() >>> 0) + 0.5) / 2 ** 32,
  }
}

/**
 * A sample's seed, from the run's and from what identifies the sample whatever its batch (its SOP Instance
 * UID and frame, or its index in a tensor): the first four bytes of SHA-256, as an int32.
 */
export function sampleSeed(runSeed: number, identity: string): number {
  const digest = sha256(new TextEncoder().encode(`${runSeed}/${identity}`))
  return new DataView(digest.buffer, digest.byteOffset).getInt32(0)
}

/** Fills with independent standard normals (Box and Muller 1958). */
export function fillNormal(values: Float32Array, random: RandomSource): void {
  for (let i = 0; i < values.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(random.open()))
    const angle = Math.PI * random.symmetric()
    values[i] = radius * Math.cos(angle)
    if (i + 1 < values.length) values[i + 1] = radius * Math.sin(angle)
  }
}

/** Fills with −1 and 1, independent and as probable: each of a draw's 32 bits is one, the highest first. */
export function fillSigns(values: Float32Array, random: RandomSource): void {
  for (let first = 0; first < values.length; first += 32) {
    const bits = random.symmetric() * 2 ** 31
    const end = Math.min(first + 32, values.length)
    for (let i = first; i < end; i++) values[i] = (bits << (i - first)) & 0x80000000 ? -1 : 1
  }
}

/** Fills with independent Laplacian numbers of scale 1. */
export function fillLaplacian(values: Float32Array, random: RandomSource): void {
  for (let i = 0; i < values.length; i++)
    values[i] = -Math.log(random.open()) * (random.symmetric() < 0 ? -1 : 1)
}

/** Adds normal numbers of a standard deviation to values, in their place. */
export function addNormal(values: Float32Array, sigma: number, random: RandomSource): void {
  const drawn = new Float32Array(values.length)
  fillNormal(drawn, random)
  addScaled(values, sigma, drawn)
}

/** Adds numbers uniform in [−radius, radius) to values, in their place. */
export function addUniform(values: Float32Array, radius: number, random: RandomSource): void {
  values.forEach((value, i) => {
    values[i] = value + radius * random.symmetric()
  })
}

/** The values in a random order; a copy. */
export function shuffled<T>(values: readonly T[], random: RandomSource): T[] {
  const drawn = values.map((value) => ({ value, key: random.open() }))
  return drawn.sort((a, b) => a.key - b.key).map(({ value }) => value)
}
