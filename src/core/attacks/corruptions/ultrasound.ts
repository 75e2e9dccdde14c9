import { float32At } from '../../math/at.ts'
import { mapPixels } from '../../math/artefacts.ts'
import { fillNormal } from '../../random.ts'
import { corruption } from '../methods/corruption.ts'
import { between, drawnSign, eachPlane } from './planes.ts'
import { medMnistC } from './sources.ts'

/** Artefacts of ultrasound: beams go from the first row downwards. */

const usSpeckle = corruption({
  name: 'us-speckle',
  title: 'Ultrasound: speckle',
  summary: 'Not an attack: noise that grows with the echo, at one of five strengths.',
  equation: 'x·(1 + n), n normal with standard deviation 0.1, 0.15, 0.2, 0.25 or 0.3',
  source: medMnistC,
  strengths: [0.1, 0.15, 0.2, 0.25, 0.3],
  corrupt: (image, deviation, random) =>
    eachPlane(image, (plane) => {
      const noise = new Float32Array(plane.length)
      fillNormal(noise, random)
      return plane.map((value, i) => value * (1 + deviation * float32At(noise, i)))
    }),
})

const usShadow = corruption({
  name: 'us-shadow',
  title: 'Ultrasound: shadows',
  summary: 'Not an attack: dark bands behind what lets no sound through, at one of five widths.',
  equation:
    'x·Π(1 − 0.9·exp(−((c − c_k) / w)²) / (1 + exp(−(r − r_k) / 0.03))), three shadows from random places of the upper third; w is a part of the width',
  source: {
    authors: 'M. K. Feldman, S. Katyal, M. S. Blackwood',
    title: 'US Artifacts',
    venue: 'RadioGraphics 29:1179, 2009',
    identifier: 'doi:10.1148/rg.294085199',
  },
  strengths: [0.0059, 0.03, 0.093, 0.16, 0.22],
  corrupt: (image, width, random) => {
    const shadows = [0, 1, 2].map(() => ({ top: between(random, 0.05, 0.33), middle: random.open() }))
    return eachPlane(image, (plane, size) =>
      mapPixels(plane, size, (value, row, column) =>
        shadows.reduce((left, { top, middle }) => {
          const across = ((column + 0.5) / size.columns - middle) / width
          const below = 1 / (1 + Math.exp(-((row + 0.5) / size.rows - top) / 0.03))
          return left * (1 - 0.9 * Math.exp(-(across ** 2)) * below)
        }, value),
      ),
    )
  },
})

const usGain = corruption({
  name: 'us-gain',
  title: 'Ultrasound: gain',
  summary: 'Not an attack: too much gain or too little, as the seed draws, at one of five strengths.',
  equation: 'g·x, g = 0.55, 0.5, 0.45, 0.4, 0.3 or 1.4, 1.5, 1.6, 1.8, 2',
  source: medMnistC,
  strengths: [
    [0.55, 1.4],
    [0.5, 1.5],
    [0.45, 1.6],
    [0.4, 1.8],
    [0.3, 2],
  ],
  corrupt: (image, [low, high]: readonly [number, number], random) => {
    const gain = drawnSign(random) < 0 ? low : high
    return eachPlane(image, (plane) => plane.map((value) => gain * value))
  },
})

export const ultrasound = [usSpeckle, usShadow, usGain]
