import { float32At } from '../../math/at.ts'
import { mapPixels, widelyBlurred } from '../../math/artefacts.ts'
import { corruption, scaleOf } from '../methods/corruption.ts'
import { between, drawnSign, eachPlane } from './planes.ts'
import { medMnistC } from './sources.ts'

/** Artefacts of projection radiography: radiographs are bright where the patient attenuates. */

/** Optical depth of a pixel of 1. */
const deepest = 4

const xrayScatter = corruption({
  name: 'xray-scatter',
  title: 'X-ray: scatter',
  summary: 'Not an attack: a veil of scattered radiation, at one of five ratios of scatter to primary.',
  equation:
    '−ln((T + s·B∗T) / (1 + s)) / 4, T = e^{−4x} what comes through, B a Gaussian whose standard deviation is an eighth of the height',
  source: {
    authors: 'L. A. Love, R. A. Kruger',
    title: 'Scatter Estimation for a Digital Radiographic System Using Convolution Filtering',
    venue: 'Medical Physics 14:178, 1987',
    identifier: 'doi:10.1118/1.596126',
  },
  strengths: [0.15, 0.41, 1.3, 4.3, 8],
  corrupt: (image, ratio) =>
    eachPlane(image, (plane, size) => {
      const through = plane.map((value) => Math.exp(-deepest * value))
      const veil = widelyBlurred(through, size, size.rows / 8)
      return through.map(
        (primary, i) => -Math.log((primary + ratio * float32At(veil, i)) / (1 + ratio)) / deepest,
      )
    }),
})

const xrayGrid = corruption({
  name: 'xray-grid',
  title: 'X-ray: grid lines',
  summary: 'Not an attack: lines of an anti-scatter grid that stood still, at one of five strengths.',
  equation:
    'x + s·cos(2π·(c·cos α + r·sin α) / P + φ), P from 4 to 8 pixels of 224, α within 0.05 of the columns',
  source: {
    authors: 'C.-Y. Lin, W.-J. Lee, S.-J. Chen, et al.',
    title: 'A Study of Grid Artifacts Formation and Elimination in Computed Radiographic Images',
    venue: 'Journal of Digital Imaging 19:351, 2006',
    identifier: 'doi:10.1007/s10278-006-0630-8',
  },
  strengths: [0.015, 0.022, 0.034, 0.047, 0.061],
  corrupt: (image, strength, random) => {
    const period = Math.max(2.5, between(random, 4, 8) * scaleOf(image))
    const [angle, phase] = [0.05 * random.symmetric(), Math.PI * random.symmetric()]
    return eachPlane(image, (plane, size) =>
      mapPixels(plane, size, (value, row, column) => {
        const along = column * Math.cos(angle) + row * Math.sin(angle)
        return value + strength * Math.cos((2 * Math.PI * along) / period + phase)
      }),
    )
  },
})

const xrayExposure = corruption({
  name: 'xray-exposure',
  title: 'X-ray: exposure',
  summary: 'Not an attack: too much exposure or too little, as the seed draws, at one of five gammas.',
  equation: 'x^γ, γ = 0.9, 0.8, 0.7, 0.6, 0.4 or 1.1, 1.2, 1.3, 1.4, 1.6',
  source: medMnistC,
  strengths: [
    [0.9, 1.1],
    [0.8, 1.2],
    [0.7, 1.3],
    [0.6, 1.4],
    [0.4, 1.6],
  ],
  corrupt: (image, [low, high]: readonly [number, number], random) => {
    const gamma = drawnSign(random) < 0 ? low : high
    return eachPlane(image, (plane) => plane.map((value) => value ** gamma))
  },
})

export const radiography = [xrayScatter, xrayGrid, xrayExposure]
