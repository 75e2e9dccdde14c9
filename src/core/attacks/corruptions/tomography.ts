import { float32At, float64At } from '../../math/at.ts'
import type { PlaneSize } from '../../math/defences.ts'
import { projected, reconstructed, type Beams } from '../../math/projection.ts'
import { fillNormal, type RandomSource } from '../../random.ts'
import { corruption, scaleOf } from '../methods/corruption.ts'
import { between, eachPlane } from './planes.ts'

/**
 * Artefacts of computed tomography: an error of the line integrals of 180 parallel views, reconstructed by
 * filtered back projection and added to the image, so that what is right stays as it is.
 *
 * Approximation: attenuation is taken for the relative intensity of the window, and a ray through the whole
 * width of an image of ones for an optical depth of 6 (some 30 cm of water at 70 keV).
 */

const views = 180
const depthOfWidth = 6

/** What is wrong with optical depths, [views · bins], in their place; `depths` are the right ones. */
type DepthError = (depths: Float64Array, beams: Beams) => Float64Array

function withDepthError(plane: Float32Array, size: PlaneSize, errorOf: DepthError): Float32Array {
  const beams = { rows: size.rows, columns: size.columns, views }
  const depth = depthOfWidth / Math.max(size.rows, size.columns)
  const depths = projected(plane, beams).map((sum) => sum * depth)
  const error = reconstructed(errorOf(depths, beams), beams)
  return plane.map((value, i) => value + float32At(error, i) / depth)
}

const ctLowDose = corruption({
  name: 'ct-low-dose',
  title: 'CT: low dose',
  summary: 'Not an attack: too few photons behind each ray, at one of five doses.',
  equation:
    'x + FBP(−ln(N / λ)), λ = N₀·e^{−p}, N Poisson with mean λ (as a normal number, at least 1), p the optical depth; N₀ is that of a ray through 224 pixels and grows with the square of the size',
  source: {
    authors: 'L. Yu, M. Shiung, D. Jondal, C. H. McCollough',
    title:
      'Development and Validation of a Practical Lower-Dose-Simulation Tool for Optimizing Computed Tomography Scan Protocols',
    venue: 'Journal of Computer Assisted Tomography 36:477, 2012',
    identifier: 'doi:10.1097/RCT.0b013e318258e891',
  },
  strengths: [550000, 250000, 100000, 55000, 31000],
  corrupt: (image, photons, random) =>
    eachPlane(image, (plane, size) =>
      withDepthError(plane, size, (depths) => {
        const noise = normals(depths.length, random)
        return depths.map((depth, ray) => {
          const mean = photons * scaleOf(image) ** 2 * Math.exp(-depth)
          return -Math.log(Math.max(1, mean + Math.sqrt(mean) * float32At(noise, ray)) / mean)
        })
      }),
    ),
})

function normals(count: number, random: RandomSource): Float32Array {
  const drawn = new Float32Array(count)
  fillNormal(drawn, random)
  return drawn
}

const ctBeamHardening = corruption({
  name: 'ct-beam-hardening',
  title: 'CT: beam hardening',
  summary: 'Not an attack: cups and dark bands of rays that harden on their way, at one of five strengths.',
  equation: 'x + FBP(−s·p² / 6), p the optical depth: a detector that nobody corrected for hardening',
  source: {
    authors: 'R. A. Brooks, G. Di Chiro',
    title: 'Beam Hardening in X-Ray Reconstructive Tomography',
    venue: 'Physics in Medicine and Biology 21:390, 1976',
    identifier: 'doi:10.1088/0031-9155/21/3/004',
  },
  strengths: [0.14, 0.22, 0.34, 0.47, 0.59],
  corrupt: (image, strength) =>
    eachPlane(image, (plane, size) =>
      withDepthError(plane, size, (depths) => depths.map((depth) => (-strength * depth ** 2) / depthOfWidth)),
    ),
})

const ctRing = corruption({
  name: 'ct-ring',
  title: 'CT: rings',
  summary: 'Not an attack: rings of detector elements that are off, at one of five strengths.',
  equation:
    'x + FBP(e_bin), one error for all views of a bin and, half a turn later, of the opposite one, normal with standard deviation s',
  source: {
    authors: 'J. Sijbers, A. Postnov',
    title: 'Reduction of Ring Artefacts in High Resolution Micro-CT Reconstructions',
    venue: 'Physics in Medicine and Biology 49:N247, 2004',
    identifier: 'doi:10.1088/0031-9155/49/14/N06',
  },
  strengths: [0.0057, 0.0087, 0.0137, 0.019, 0.0254],
  corrupt: (image, strength, random) =>
    eachPlane(image, (plane, size) =>
      withDepthError(plane, size, (depths) => {
        const bins = depths.length / views
        const errors = normals(Math.ceil(bins / 2), random)
        return depths.map((_, ray) => {
          const bin = ray % bins
          return strength * float32At(errors, Math.min(bin, bins - 1 - bin))
        })
      }),
    ),
})

interface Rod {
  readonly row: number
  readonly column: number
  readonly radius: number
}

const ctMetal = corruption({
  name: 'ct-metal',
  title: 'CT: metal streaks',
  summary: 'Not an attack: streaks of two dense rods in the middle of the image, at one of five strengths.',
  equation:
    'x + FBP(−ln(e^{−p−q} + 0.002·s) − p − q) and rods of value 1, q = 8·s·(chord / diameter) the rods’ optical depth: what scatters fills the shadow of the metal',
  source: {
    authors: 'B. De Man, J. Nuyts, P. Dupont, G. Marchal, P. Suetens',
    title: 'Metal Streak Artifacts in X-Ray Computed Tomography: a Simulation Study',
    venue: 'IEEE Transactions on Nuclear Science 46:691, 1999',
    identifier: 'doi:10.1109/23.775600',
  },
  strengths: [0.31, 0.37, 0.45, 0.52, 0.58],
  corrupt: (image, strength, random) => {
    const places = [0, 1].map(() => [between(random, 0.3, 0.7), between(random, 0.3, 0.7)] as const)
    return eachPlane(image, (plane, size) => {
      const radius = Math.max(1, 0.015 * size.rows)
      const rods = places.map(([down, across]) => ({
        row: down * size.rows,
        column: across * size.columns,
        radius,
      }))
      const dense = rodsOf(rods, size)
      const streaked = withDepthError(plane, size, (depths, beams) => {
        const metal = projected(dense, beams)
        return depths.map((depth, ray) => {
          const whole = depth + (8 * strength * float64At(metal, ray)) / (2 * radius)
          return float64At(metal, ray) === 0 ? 0 : -Math.log(Math.exp(-whole) + 0.002 * strength) - whole
        })
      })
      return streaked.map((value, i) => Math.max(value, float32At(dense, i)))
    })
  },
})

/** 1 within a rod, 0 elsewhere. */
function rodsOf(rods: readonly Rod[], { rows, columns }: PlaneSize): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns]
    return Number(rods.some((rod) => Math.hypot(row - rod.row, column - rod.column) <= rod.radius))
  })
}

export const tomography = [ctLowDose, ctBeamHardening, ctRing, ctMetal]
