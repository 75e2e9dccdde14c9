interface PreviewPixels {
  readonly rows: number
  readonly columns: number
  readonly channels: number
  /** Bytes [rows, columns, channels], base64. */
  readonly pixels: string
}

/** Grey or colour bytes as opaque RGBA. */
export function previewRgba({
  rows,
  columns,
  channels,
  pixels,
}: PreviewPixels): Uint8ClampedArray<ArrayBuffer> {
  const bytes = atob(pixels)
  const rgba = new Uint8ClampedArray(rows * columns * 4).fill(255)
  for (let pixel = 0; pixel < rows * columns; pixel++)
    for (let channel = 0; channel < 3; channel++)
      rgba[4 * pixel + channel] = bytes.charCodeAt(pixel * channels + Math.min(channel, channels - 1))
  return rgba
}
