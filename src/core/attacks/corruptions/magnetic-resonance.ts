import { float32At } from '../../math/at.ts'
import type { PlaneSize } from '../../math/defences.ts'
import { mapPixels } from '../../math/artefacts.ts'
import { magnitudeOfLines, scaleLines, takeLines, toLines } from '../../math/fourier.ts'
import { rotated } from '../../math/rotation.ts'
import { addNormal, type RandomSource } from '../../random.ts'
import { corruption } from '../methods/corruption.ts'
import { between, drawnSign, eachPlane } from './planes.ts'

/** Artefacts of magnetic resonance, with phase encoding from row to row. */

const torchio = {
  authors: 'F. Pérez-García, R. Sparks, S. Ourselin',
  title:
    'TorchIO: a Python Library for Efficient Loading, Preprocessing, Augmentation and Patch-Based Sampling of Medical Images in Deep Learning',
  venue: 'Computer Methods and Programs in Biomedicine 208:106236, 2021',
  identifier: 'arXiv:2003.04696',
}

/** As far from the middle of k-space as the line that is acquired at a time from 0 to 1: row of the transform. */
function acquiredAt(line: number, rows: number): number {
  return ((line + Math.floor(rows / 2)) % rows) / rows
}

const mrMotion = corruption({
  name: 'mr-motion',
  title: 'MR: motion',
  summary:
    'Not an attack: lines of k-space that were acquired while the patient lay otherwise, at one of five strengths.',
  equation:
    '|F⁻¹ Σ_m M_m F T_m x|: T_m a turn of 5 to 10°·s and moves of 2.5 to 5 % of the height·s, of what was acquired before 45 to 49 % and after 51 to 55 % of the time; the middle is as it was',
  source: torchio,
  strengths: [0.065, 0.1, 0.17, 0.29, 0.55],
  corrupt: (image, strength, random) => {
    const [before, after] = [between(random, 0.45, 0.49), between(random, 0.51, 0.55)]
    const poses = [before, after].map(() => poseWithin(strength, random))
    return eachPlane(image, (plane, size) => {
      const lines = toLines(plane, size)
      for (const [moved, pose] of poses.entries()) {
        const wanted = Uint8Array.from({ length: size.rows }, (_, line) => {
          const time = acquiredAt(line, size.rows)
          return Number(moved === 0 ? time < before : time > after)
        })
        const turned = rotated(plane, { channels: 1, ...size, ...scaledPose(pose, size) })
        takeLines(lines, toLines(turned, size), wanted, size.columns)
      }
      return magnitudeOfLines(lines, size)
    })
  },
})

/** A turn in radians, and moves as parts of the height. */
interface Pose {
  readonly angle: number
  readonly down: number
  readonly right: number
}

function poseWithin(strength: number, random: RandomSource): Pose {
  const drawn = (most: number) => strength * most * drawnSign(random) * between(random, 0.5, 1)
  return { angle: drawn(Math.PI / 18), down: drawn(0.05), right: drawn(0.05) }
}

function scaledPose({ angle, down, right }: Pose, { rows }: PlaneSize) {
  return { angle, shift: { down: down * rows, right: right * rows } }
}

const mrGhosting = corruption({
  name: 'mr-ghosting',
  title: 'MR: ghosting',
  summary:
    'Not an attack: ghosts of a periodic motion, by lines of k-space that are weakened, at one of five strengths.',
  equation: '|F⁻¹ m·F x|, m = 1 − s for every n-th line, n from 4 to 10, but for the middle 2 %',
  source: torchio,
  strengths: [0.62, 0.93, 1.5, 2.2, 2.9],
  corrupt: (image, strength, random) => {
    const drawn = Math.floor(between(random, 4, 11))
    return eachPlane(image, (plane, size) => {
      const lines = toLines(plane, size)
      const every = Math.min(drawn, Math.max(1, Math.floor(size.rows / 2)))
      const factors = Float64Array.from({ length: size.rows }, (_, line) =>
        Math.min(line, size.rows - line) > 0.01 * size.rows && line % every === 0 ? 1 - strength : 1,
      )
      scaleLines(lines, factors, size.columns)
      return magnitudeOfLines(lines, size)
    })
  },
})

const mrBiasField = corruption({
  name: 'mr-bias-field',
  title: 'MR: bias field',
  summary: 'Not an attack: an uneven field of the coil, at one of five strengths.',
  equation: 'x·exp(Σ c_ij·u^i·v^j), i + j ≤ 3, c_ij uniform within ±s, u and v from −1 to 1',
  source: torchio,
  strengths: [0.47, 0.76, 1.4, 2.4, 3.7],
  corrupt: (image, strength, random) => {
    const powers = [0, 1, 2, 3].flatMap((i) => [0, 1, 2, 3].flatMap((j) => (i + j <= 3 ? [{ i, j }] : [])))
    const terms = powers.map(({ i, j }) => ({ i, j, c: strength * random.symmetric() }))
    return eachPlane(image, (plane, size) =>
      mapPixels(plane, size, (value, row, column) => {
        const [u, v] = [(2 * row + 1) / size.rows - 1, (2 * column + 1) / size.columns - 1]
        return value * Math.exp(terms.reduce((sum, { i, j, c }) => sum + c * u ** i * v ** j, 0))
      }),
    )
  },
})

const mrRicianNoise = corruption({
  name: 'mr-rician-noise',
  title: 'MR: Rician noise',
  summary:
    'Not an attack: noise of both channels of the receiver in the magnitude, at one of five strengths.',
  equation: '√((x + n₁)² + n₂²), n₁ and n₂ normal with standard deviation s',
  source: {
    authors: 'H. Gudbjartsson, S. Patz',
    title: 'The Rician Distribution of Noisy MRI Data',
    venue: 'Magnetic Resonance in Medicine 34:910, 1995',
    identifier: 'doi:10.1002/mrm.1910340618',
  },
  strengths: [0.0094, 0.014, 0.022, 0.03, 0.04],
  corrupt: (image, deviation, random) =>
    eachPlane(image, (plane, size) => {
      const [real, imaginary] = [plane.slice(), new Float32Array(plane.length)]
      addNormal(real, deviation, random)
      addNormal(imaginary, deviation, random)
      return mapPixels(real, size, (value, row, column) =>
        Math.hypot(value, float32At(imaginary, row * size.columns + column)),
      )
    }),
})

const mrSpike = corruption({
  name: 'mr-spike',
  title: 'MR: spike',
  summary: 'Not an attack: stripes of one wrong sample of k-space, at one of five strengths.',
  equation:
    '|x + s·m·exp(2πi(k·r / H + l·c / W) + iφ)|: a sample s times as large as the largest, which is that of the mean m; k and l drawn up to a quarter of the frequencies',
  source: torchio,
  strengths: [0.031, 0.046, 0.071, 0.097, 0.13],
  corrupt: (image, strength, random) => {
    const [down, across] = [drawnFrequency(random), drawnFrequency(random)]
    const phase = Math.PI * random.symmetric()
    return eachPlane(image, (plane, size) => {
      const wave = strength * (plane.reduce((sum, value) => sum + value, 0) / plane.length)
      return mapPixels(plane, size, (value, row, column) => {
        const turn = 2 * Math.PI * (down * row + across * column) + phase
        return Math.hypot(value + wave * Math.cos(turn), wave * Math.sin(turn))
      })
    })
  },
})

/** Cycles a pixel. */
function drawnFrequency(random: RandomSource): number {
  return drawnSign(random) * between(random, 0.02, 0.25)
}

export const magneticResonance = [mrMotion, mrGhosting, mrBiasField, mrRicianNoise, mrSpike]
