/** Pixel-interleaved samples of one width. */
export type Words = Uint8Array | Uint16Array | Uint32Array

/** Stored values of a frame. */
type Samples = Words | Int8Array | Int16Array | Int32Array

/**
 * YBR_FULL to RGB (PS3.3 C.7.6.3.1.2), in place. Chrominance is zero at half the range; results are rounded
 * and clamped.
 * @param pixels [pixels, 3] of luminance, blue and red chrominance.
 */
export function ybrToRgb(pixels: Samples, bitsStored: number): void {
  const zero = 2 ** (bitsStored - 1)
  const top = 2 ** bitsStored - 1
  const store = (value: number) => Math.min(Math.max(Math.round(value), 0), top)
  for (let at = 0; at + 2 < pixels.length; at += 3) {
    const luminance = pixels[at]
    const blue = pixels[at + 1] - zero
    const red = pixels[at + 2] - zero
    pixels[at] = store(luminance + 1.402 * red)
    pixels[at + 1] = store(luminance - 0.344136 * blue - 0.714136 * red)
    pixels[at + 2] = store(luminance + 1.772 * blue)
  }
}

/**
 * YBR_FULL_422 (two luminances, then the chrominance that the two pixels share) to three samples for every
 * pixel. Rows are whole pairs: of the last pair of odd columns the second pixel is left out.
 */
export function expand422<Kind extends Words>(halved: Kind, full: Kind, columns: number): Kind {
  const rowWords = 4 * Math.ceil(columns / 2)
  for (let pixel = 0; 3 * pixel < full.length; pixel++) {
    const [row, column] = [Math.floor(pixel / columns), pixel % columns]
    const pair = row * rowWords + 4 * (column >> 1)
    full[3 * pixel] = halved[pair + (column & 1)]
    full[3 * pixel + 1] = halved[pair + 2]
    full[3 * pixel + 2] = halved[pair + 3]
  }
  return full
}

/** Samples that lie plane by plane, pixel by pixel. */
export function interleave<Kind extends Words>(
  planes: Kind,
  interleaved: Kind,
  samplesPerPixel: number,
): Kind {
  const pixels = planes.length / samplesPerPixel
  for (let sample = 0; sample < samplesPerPixel; sample++)
    for (let pixel = 0; pixel < pixels; pixel++)
      interleaved[pixel * samplesPerPixel + sample] = planes[sample * pixels + pixel]
  return interleaved
}
