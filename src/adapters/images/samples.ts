import type { SourceImages } from '../../core/image/source-images.ts'
import { throughPalette, withoutAlpha } from '../../core/math/pictures.ts'

type Samples = Uint8Array | Uint16Array

/** What decoded samples say of a picture. */
type Picture = Pick<SourceImages, 'samplesPerPixel' | 'photometric' | 'bitsStored' | 'signed' | 'notices'> & {
  readonly values: Samples
}

/**
 * A picture of interleaved samples: greys or colours, without the transparency that may follow them.
 * @param channels 1 to 4; of 2 and 4 the last is transparency
 */
export function pictureOf(samples: Samples, channels: number, bitsStored: number): Picture {
  const kept = channels >= 3 ? 3 : 1
  const colours = kept === 3 ? ({ samplesPerPixel: 3, photometric: 'RGB' } as const) : grey
  const rest = { ...colours, bitsStored, signed: false }
  if (kept === channels) return { ...rest, values: samples, notices: [] }
  const count = (samples.length / channels) * kept
  const into = samples instanceof Uint16Array ? new Uint16Array(count) : new Uint8Array(count)
  const { transparent } = withoutAlpha<Samples>(samples, into, [channels, kept], 2 ** bitsStored - 1)
  return { ...rest, values: into, notices: transparent ? [alphaLeftOut] : [] }
}

const grey = { samplesPerPixel: 1, photometric: 'MONOCHROME2' } as const
/** What is said of transparency. */
const alphaLeftOut = 'Transparency (alpha) was left out; pixels have the colours that are stored beneath it.'

/**
 * Indices of a palette as its colours, or as greys where it has nothing else.
 * @param palette [red, green, blue] each, with the transparency that may follow (255: none)
 */
export function fromPalette(indices: Samples, palette: readonly (readonly number[])[]): Picture {
  const isGrey = palette.every(([red, green, blue]) => red === green && green === blue)
  const samples = isGrey ? 1 : 3
  const entries = Uint8Array.from(palette.flatMap((colour) => colour.slice(0, samples)))
  const values = throughPalette<Samples>(indices, entries, new Uint8Array(indices.length * samples), samples)
  const colours = isGrey ? grey : ({ samplesPerPixel: 3, photometric: 'RGB' } as const)
  const transparent = palette.some(([, , , alpha = 255]) => alpha < 255)
  const notices = [
    `A palette's indices became its ${isGrey ? 'greys' : 'colours'}.`,
    ...(transparent ? [alphaLeftOut] : []),
  ]
  return { ...colours, bitsStored: 8, signed: false, values, notices }
}
