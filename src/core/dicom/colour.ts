import { RadversaryError } from '../errors.ts'
import type { StoredValues } from './image.ts'

/** Pixel-interleaved samples of one width. */
export type Words = Uint8Array | Uint16Array | Uint32Array

/**
 * YBR_FULL to RGB (PS3.3 C.7.6.3.1.2), in place. Chrominance is zero at half the range; results are rounded
 * and clamped.
 * @param pixels [pixels, 3] of luminance, blue and red chrominance.
 */
export function ybrToRgb(pixels: StoredValues, bitsStored: number): void {
  const zero = 2 ** (bitsStored - 1)
  const top = 2 ** bitsStored - 1
  const store = (value: number) => Math.min(Math.max(Math.round(value), 0), top)
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    const luminance = pixels[at] ?? 0
    const blue = (pixels[at + 1] ?? 0) - zero
    const red = (pixels[at + 2] ?? 0) - zero
    pixels[at] = store(luminance + 1.402 * red)
    pixels[at + 1] = store(luminance - 0.344136 * blue - 0.714136 * red)
    pixels[at + 2] = store(luminance + 1.772 * blue)
  }
}

/**
 * YBR_FULL_422 (two luminances, then the chrominance that the two pixels share) to three samples for every
 * pixel. Rows are whole pairs: of the last pair of odd columns the second pixel is left out.
 */
export function expand422<Samples extends Words>(halved: Samples, full: Samples, columns: number): Samples {
  const rowWords = 4 * Math.ceil(columns / 2)
  for (let pixel = 0; 3 * pixel < full.length; pixel++) {
    const [row, column] = [Math.floor(pixel / columns), pixel % columns]
    const pair = row * rowWords + 4 * (column >> 1)
    full[3 * pixel] = halved[pair + (column & 1)] ?? 0
    full[3 * pixel + 1] = halved[pair + 2] ?? 0
    full[3 * pixel + 2] = halved[pair + 3] ?? 0
  }
  return full
}

/** Samples that lie plane by plane, pixel by pixel. */
export function interleave<Samples extends Words>(
  planes: Samples,
  interleaved: Samples,
  samplesPerPixel: number,
): Samples {
  const pixels = planes.length / samplesPerPixel
  for (let sample = 0; sample < samplesPerPixel; sample++)
    for (let pixel = 0; pixel < pixels; pixel++)
      interleaved[pixel * samplesPerPixel + sample] = planes[sample * pixels + pixel] ?? 0
  return interleaved
}

/** What a photometric interpretation asks of the decoder. */
export type ColourModel = 'monochrome' | 'rgb' | 'ybr' | 'palette'

const colourModels: Readonly<
  Record<string, { readonly model: ColourModel; readonly samplesPerPixel: 1 | 3 }>
> = {
  MONOCHROME1: { model: 'monochrome', samplesPerPixel: 1 },
  MONOCHROME2: { model: 'monochrome', samplesPerPixel: 1 },
  'PALETTE COLOR': { model: 'palette', samplesPerPixel: 1 },
  RGB: { model: 'rgb', samplesPerPixel: 3 },
  YBR_FULL: { model: 'ybr', samplesPerPixel: 3 },
  YBR_FULL_422: { model: 'ybr', samplesPerPixel: 3 },
  YBR_ICT: { model: 'ybr', samplesPerPixel: 3 },
  YBR_RCT: { model: 'ybr', samplesPerPixel: 3 },
}

/** The photometric interpretations that `decodeFrame` reads. */
export const readablePhotometricInterpretations: readonly string[] = Object.keys(colourModels)

/**
 * @throws RadversaryError dicom-unsupported, naming the photometric interpretation, for one that we don't
 * read.
 */
export function colourModelOf(
  {
    photometricInterpretation,
    samplesPerPixel,
  }: { readonly photometricInterpretation: string | undefined; readonly samplesPerPixel: number },
  file: string | undefined,
): { readonly model: ColourModel; readonly samplesPerPixel: 1 | 3 } {
  const known = colourModels[photometricInterpretation ?? '']
  if (known?.samplesPerPixel === samplesPerPixel) return known
  throw new RadversaryError(
    'dicom-unsupported',
    `Photometric interpretation ${nameInMessage(photometricInterpretation)}: expected one of ${readablePhotometricInterpretations.join(', ')} ` +
      `with its samples per pixel, got ${samplesPerPixel} samples of this one`,
    { tip: 'Convert the image to RGB or MONOCHROME2 and open that.', file },
  )
}

/** A damaged header may have anything for its photometric interpretation; only what may be one is told. */
export function nameInMessage(photometricInterpretation: string | undefined): string {
  if (photometricInterpretation === undefined) return '(none)'
  return /^[A-Z0-9_ ]{1,16}$/.test(photometricInterpretation) ? photometricInterpretation : '(damaged)'
}
