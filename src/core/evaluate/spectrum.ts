import { entry } from '../entry.ts'
import { blockDct } from '../tensor/block-dct.ts'
import { extents4, type Tensor } from '../tensor/tensor.ts'

/** Side of the blocks that are transformed, pixels. */
const side = 64

/** Bands of equal width, by the radius of a frequency: from 0 to √2 / 2 cycles a pixel, the finest chequers. */
export const spectrumBands = 16

/**
 * Shares of a perturbation's energy by spatial frequency, [16], low frequencies first, that add up to 1: cosine
 * coefficients of blocks of 64 x 64 pixels, all channels together. All 0 where nothing changed.
 * @param change [1, C, H, W]
 */
export function radialSpectrum(change: Tensor): number[] {
  const [, channels, rows, columns] = extents4(change.shape)
  const coefficients = change.data.slice()
  blockDct([channels, rows, columns], side).forward(coefficients)
  const bands = new Float64Array(spectrumBands)
  const [down, across] = [frequenciesAlong(rows), frequenciesAlong(columns)]
  coefficients.forEach((value, i) => {
    const [row, column] = [Math.floor(i / columns) % rows, i % columns]
    const radius = Math.hypot(down(row), across(column))
    const band = Math.min(spectrumBands - 1, Math.floor((radius / Math.SQRT2) * spectrumBands))
    bands[band] = entry(bands, band) + value ** 2
  })
  const energy = bands.reduce((sum, band) => sum + band, 0)
  return Array.from(bands, (band) => (energy === 0 ? 0 : band / energy))
}

/** Frequency of a coefficient by its place along an axis, in halves of a cycle a pixel: 0 to 1. */
function frequenciesAlong(extent: number): (at: number) => number {
  const whole = Math.floor(extent / side) * side
  return (at) => (at < whole ? (at % side) / side : (at - whole) / (extent - whole))
}
