import type { FigureLayout, Mark, TextMark } from './figure-layout.ts'

/** What a figure is saved as. */
export const figureFormats = ['png', 'tiff', 'svg'] as const
export type FigureFormat = (typeof figureFormats)[number]

export const millimetresPerInch = 25.4
const millimetresPerPoint = millimetresPerInch / 72
const fonts = 'Arial, Helvetica, "Liberation Sans", sans-serif'
/** Around letters with a halo, as a part of their size. */
const haloWidth = 0.25

/** Pixels of a length at a resolution. */
export function pixelsOf(millimetres: number, dpi: number): number {
  return Math.round((millimetres / millimetresPerInch) * dpi)
}

/**
 * Writes a figure as SVG 1.1: letters, bars and lines as such, pictures as PNG within.
 * @param pictures One PNG data URL a part.
 */
export function figureSvg(
  { width, height, marks }: Pick<FigureLayout, 'width' | 'height' | 'marks'>,
  pictures: readonly string[],
): string {
  const size = `width="${round(width)}mm" height="${round(height)}mm"`
  const body = marks.map((mark, index) => svgMark(mark, index, pictures)).join('\n')
  const box = `viewBox="0 0 ${round(width)} ${round(height)}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${box}>\n${body}\n</svg>\n`
}

function round(millimetres: number): number {
  return Math.round(millimetres * 1000) / 1000
}

function svgMark(mark: Mark, index: number, pictures: readonly string[]): string {
  if (mark.kind === 'text') return svgText(mark)
  const place = (['x', 'y', 'width', 'height'] as const)
    .map((name) => `${name}="${round(mark[name])}"`)
    .join(' ')
  if (mark.kind === 'fill') return `<rect ${place} fill="${mark.colour}"/>`
  if (mark.kind === 'picture')
    return `<image ${place} preserveAspectRatio="none" href="${pictures[mark.part] ?? ''}"/>`
  const stops = mark.stops.map(([at, colour]) => `<stop offset="${at}" stop-color="${colour}"/>`).join('')
  const id = `bar-${index}`
  return `<linearGradient id="${id}">${stops}</linearGradient><rect ${place} fill="url(#${id})"/>`
}

function svgText({ x, y, text, points, colour, anchor, isBold, halo }: TextMark): string {
  const size = round(points * millimetresPerPoint)
  const style = [
    `font-family='${fonts}'`,
    `font-size="${size}"`,
    isBold ? 'font-weight="bold"' : '',
    `fill="${colour}"`,
    `text-anchor="${anchor}"`,
    halo === undefined
      ? ''
      : `stroke="${halo}" stroke-width="${round(size * haloWidth)}" paint-order="stroke"`,
  ]
  const attributes = style.filter((each) => each !== '').join(' ')
  return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped(text)}</text>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** What of a canvas's context a figure needs. */
export type FigureContext = Pick<
  CanvasRenderingContext2D,
  'fillRect' | 'drawImage' | 'fillText' | 'strokeText' | 'createLinearGradient' | 'scale' | 'save' | 'restore'
> & {
  fillStyle: CanvasRenderingContext2D['fillStyle']
  strokeStyle: CanvasRenderingContext2D['strokeStyle']
  lineWidth: number
  lineJoin: CanvasLineJoin
  font: string
  textAlign: CanvasTextAlign
}

/** Draws a figure's marks on a canvas, in its pixels. */
export function drawFigure(
  context: FigureContext,
  { marks }: Pick<FigureLayout, 'marks'>,
  pictures: readonly CanvasImageSource[],
  dpi: number,
): void {
  const scale = dpi / millimetresPerInch
  for (const mark of marks) {
    if (mark.kind === 'text') {
      drawText(context, mark, scale)
      continue
    }
    // Edges on whole pixels: else they are blurred, and thin lines of paper show between neighbours.
    const [x, y] = [Math.round(mark.x * scale), Math.round(mark.y * scale)]
    const width = Math.max(Math.round((mark.x + mark.width) * scale) - x, 1)
    const height = Math.max(Math.round((mark.y + mark.height) * scale) - y, 1)
    const picture = mark.kind === 'picture' ? pictures[mark.part] : undefined
    if (picture !== undefined) context.drawImage(picture, x, y, width, height)
    if (mark.kind === 'picture') continue
    context.fillStyle = mark.kind === 'fill' ? mark.colour : gradientOf(context, mark.stops, x, width)
    context.fillRect(x, y, width, height)
  }
}

function gradientOf(
  context: FigureContext,
  stops: readonly (readonly [at: number, colour: string])[],
  x: number,
  width: number,
): CanvasGradient {
  const gradient = context.createLinearGradient(x, 0, x + width, 0)
  for (const [at, colour] of stops) gradient.addColorStop(at, colour)
  return gradient
}

function drawText(context: FigureContext, mark: TextMark, scale: number): void {
  const size = mark.points * millimetresPerPoint * scale
  context.font = `${mark.isBold ? 'bold ' : ''}${size}px ${fonts}`
  context.textAlign = mark.anchor === 'middle' ? 'center' : mark.anchor
  const [x, y] = [mark.x * scale, mark.y * scale]
  if (mark.halo !== undefined) {
    context.strokeStyle = mark.halo
    context.lineWidth = size * haloWidth
    context.lineJoin = 'round'
    context.strokeText(mark.text, x, y)
  }
  context.fillStyle = mark.colour
  context.fillText(mark.text, x, y)
}

const tiff = { short: 3, long: 4, rational: 5 } as const

/**
 * Writes pixels as TIFF 6.0 baseline RGB: 8 bits a sample, uncompressed, one strip, with its resolution.
 * By hand, since the library that reads TIFF writes a place on the earth into each.
 * @param rgba [height, width, 4], on an opaque ground: alpha is left out.
 */
export function tiffOf(
  rgba: Uint8ClampedArray,
  width: number,
  height: number,
  dpi: number,
): Uint8Array<ArrayBuffer> {
  const pixels = width * height
  const entries = [
    [256, tiff.long, width],
    [257, tiff.long, height],
    [258, tiff.short, 'bits'],
    [259, tiff.short, 1],
    [262, tiff.short, 2],
    [273, tiff.long, 'strip'],
    [277, tiff.short, 3],
    [278, tiff.long, height],
    [279, tiff.long, pixels * 3],
    [282, tiff.rational, 'resolution'],
    [283, tiff.rational, 'resolution'],
    [296, tiff.short, 2],
  ] as const
  const after = 8 + 2 + entries.length * 12 + 4
  const places = { bits: after, resolution: after + 6, strip: after + 14 }
  const bytes = new Uint8Array(places.strip + pixels * 3)
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode('II'))
  view.setUint16(2, 42, true)
  view.setUint32(4, 8, true)
  view.setUint16(8, entries.length, true)
  entries.forEach(([tag, type, value], i) => {
    const at = 10 + i * 12
    view.setUint16(at, tag, true)
    view.setUint16(at + 2, type, true)
    view.setUint32(at + 4, value === 'bits' ? 3 : 1, true)
    view.setUint32(at + 8, typeof value === 'number' ? value : places[value], true)
  })
  for (const sample of [0, 1, 2]) view.setUint16(places.bits + 2 * sample, 8, true)
  view.setUint32(places.resolution, dpi, true)
  view.setUint32(places.resolution + 4, 1, true)
  copyColours(rgba, bytes.subarray(places.strip))
  return bytes
}

function copyColours(rgba: Uint8ClampedArray, rgb: Uint8Array): void {
  const source = new DataView(rgba.buffer, rgba.byteOffset, rgba.byteLength)
  const target = new DataView(rgb.buffer, rgb.byteOffset, rgb.byteLength)
  for (let pixel = 0; 3 * pixel < rgb.length; pixel++)
    for (let sample = 0; sample < 3; sample++)
      target.setUint8(3 * pixel + sample, source.getUint8(4 * pixel + sample))
}
