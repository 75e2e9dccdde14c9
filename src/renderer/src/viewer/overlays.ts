import cornerstone from 'cornerstone-core'
import type { EnabledElement } from 'cornerstone-core'
import type { Box, LabelledBox } from '../../../core/image/boxes.ts'
import type { MaskRuns } from '../../../core/image/mask.ts'
import { percent } from '../../../core/number-texts.ts'
import { type CanvasBox, canvasBoxOf, textPlaces } from './boxes.ts'
import { type Painting, paintValues } from './colormap.ts'
import type { Frame } from './frame.ts'
import { maskPixels, type ShownClass } from './mask-pixels.ts'
import type { RegionShape } from './region.ts'
import type { Line } from './volume/planes.ts'

/**
 * A perturbation or a gradient painted over, or instead of, an image of the same size; the limit is in the
 * frame's units.
 */
export interface Overlay extends Painting {
  readonly frame: Frame
  /** 0 to 1. */
  readonly opacity: number
  /** What the strongest colour means, with its unit. */
  readonly meaning: string
}

/** Draws an overlay over what is there. */
export function drawOverlay(
  overlay: Overlay,
  element: EnabledElement,
  context: CanvasRenderingContext2D,
): void {
  context.save()
  cornerstone.setToPixelCoordinateSystem(element, context)
  context.globalAlpha = overlay.opacity
  context.drawImage(painted(overlay), 0, 0)
  context.restore()
}

interface Painted {
  readonly key: string
  readonly canvas: HTMLCanvasElement
}

/**
 * Pixels of painted overlays that are kept for all viewports: scrolling back and forth paints nothing anew.
 */
const mostPixels = 32 * 1024 * 1024

let keptPixels = 0
const kept = new Map<Frame, readonly Painted[]>()

function painted({ frame, ...painting }: Overlay): HTMLCanvasElement {
  const key = `${painting.colours} ${painting.scale} ${painting.use} ${painting.limit}`
  const known = kept.get(frame) ?? []
  const found = known.find((each) => each.key === key)
  if (found !== undefined) return found.canvas
  const canvas = paint(frame, painting)
  forget(frame)
  // Alone and over the image; other limits come while the magnification is dragged, and don't come again.
  keep(frame, [...known.slice(-1), { key, canvas }])
  // A map keeps the order of insertion: what was painted long ago goes first.
  for (const old of kept.keys()) if (keptPixels > mostPixels && old !== frame) forget(old)
  return canvas
}

function keep(frame: Frame, canvases: readonly Painted[]): void {
  kept.set(frame, canvases)
  keptPixels += canvases.length * frame.rows * frame.columns
}

function forget(frame: Frame): void {
  keptPixels -= (kept.get(frame)?.length ?? 0) * frame.rows * frame.columns
  kept.delete(frame)
}

function paint({ rows, columns, samples, values }: Frame, painting: Painting): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = columns
  canvas.height = rows
  const context = canvas.getContext('2d')
  if (context === null || !(values instanceof Float32Array)) return canvas
  const pixels = new ImageData(columns, rows)
  paintValues(values, pixels.data, { ...painting, samples })
  context.putImageData(pixels, 0, 0)
  return canvas
}

const regionColour = '#ffd43b'

/**
 * Draws outlines of the region that an attack may change.
 * @param unit Pixels of the canvas that a line of width 1 takes: 1 on the screen, more in print.
 */
export function drawRegion(
  shapes: readonly RegionShape[],
  element: EnabledElement,
  context: CanvasRenderingContext2D,
  unit: number,
): void {
  context.save()
  cornerstone.setToPixelCoordinateSystem(element, context)
  const thin = unit / element.viewport.scale
  context.strokeStyle = regionColour
  context.lineWidth = 1.5 * thin
  context.setLineDash([6, 4].map((length) => length * thin))
  for (const { kind, left, top, right, bottom } of shapes) {
    const [width, height] = [right - left, bottom - top]
    context.beginPath()
    if (kind === 'rectangle') context.rect(left, top, width, height)
    else context.ellipse(left + width / 2, top + height / 2, width / 2, height / 2, 0, 0, 2 * Math.PI)
    context.stroke()
  }
  context.restore()
}

/** Where another viewport's plane cuts an image, in its pixels. */
export interface CrosshairLine extends Line {
  /** #rrggbb */
  readonly colour: string
}

/** Draws the planes of other viewports. */
export function drawCrosshair(
  lines: readonly CrosshairLine[],
  { element, viewport }: EnabledElement,
  context: CanvasRenderingContext2D,
  unit: number,
): void {
  if (lines.length === 0 || viewport.scale === 0) return
  context.save()
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.lineWidth = unit
  context.globalAlpha = 0.85
  for (const { from, to, colour } of lines) {
    const [a, b] = [from, to].map((point) => cornerstone.pixelToCanvas(element, { ...point }))
    if (a === undefined || b === undefined) continue
    context.strokeStyle = colour
    context.beginPath()
    context.moveTo(a.x, a.y)
    context.lineTo(b.x, b.y)
    context.stroke()
  }
  context.restore()
}

/**
 * What a model says before an attack, as outlines, and after it, as areas; painted over an image of the same
 * size.
 */
export interface MaskOverlay {
  readonly outline: MaskRuns
  readonly fill: MaskRuns | undefined
  readonly classes: readonly ShownClass[]
  /** Opacity of the areas, 0 to 1. */
  readonly opacity: number
}

/** Draws masks over what is there. */
export function drawMasks(
  { outline, fill, classes, opacity }: MaskOverlay,
  element: EnabledElement,
  context: CanvasRenderingContext2D,
): void {
  context.save()
  cornerstone.setToPixelCoordinateSystem(element, context)
  if (fill !== undefined) {
    context.globalAlpha = opacity
    context.drawImage(paintedMask(fill, classes, 'area'), 0, 0)
  }
  context.globalAlpha = 1
  context.drawImage(paintedMask(outline, classes, 'outline'), 0, 0)
  context.restore()
}

/** Canvases live as long as the run's results do. */
const paintedMasks = new WeakMap<MaskRuns, Partial<Record<'area' | 'outline', HTMLCanvasElement>>>()

function paintedMask(
  runs: MaskRuns,
  classes: readonly ShownClass[],
  part: 'area' | 'outline',
): HTMLCanvasElement {
  const known = paintedMasks.get(runs)
  const found = known?.[part]
  if (found !== undefined) return found
  const canvas = document.createElement('canvas')
  canvas.width = runs.columns
  canvas.height = runs.rows
  canvas
    .getContext('2d')
    ?.putImageData(new ImageData(maskPixels(runs, classes, part), runs.columns, runs.rows), 0, 0)
  paintedMasks.set(runs, { ...known, [part]: canvas })
  return canvas
}

/** Where boxes come from; each has a line of its own. */
export type BoxOrigin = 'annotated' | 'before' | 'after'

/** A box that was found, and the index of the annotated one that it finds, where that is known. */
export interface FoundBox extends Box {
  readonly finds?: number | null
}

/**
 * A detector's boxes over an image, in its own pixels; undefined where there is no such list to show, empty
 * where nothing was found.
 */
export interface BoxOverlay {
  /** By the labels file. */
  readonly annotated: readonly LabelledBox[] | undefined
  /** What the model finds in the image as it is. */
  readonly before: readonly FoundBox[]
  /** What it finds after the attack. */
  readonly after: readonly FoundBox[] | undefined
  /** By index. */
  readonly classes: readonly ShownClass[]
}

/** Lengths of dashes and gaps, in pixels of the screen. */
export const boxDashes = {
  annotated: [2, 3],
  before: [8, 5],
  after: [],
} as const satisfies Record<BoxOrigin, readonly number[]>

interface Drawn {
  readonly origin: BoxOrigin
  readonly place: CanvasBox
  readonly colour: string
  readonly text: string
}

/**
 * Draws boxes and what they are: lines and letters keep their size and stay upright, however the image is
 * shown.
 */
export function drawBoxes(
  overlay: BoxOverlay,
  { element, canvas }: EnabledElement,
  context: CanvasRenderingContext2D,
  unit: number,
): void {
  const all = drawnBoxes(overlay, (pixel) => {
    const { x, y } = cornerstone.pixelToCanvas(element, pixel)
    return { x: x / unit, y: y / unit }
  })
  context.save()
  context.setTransform(unit, 0, 0, unit, 0, 0)
  for (const box of all) drawLine(box, context)
  drawTexts(all, { width: canvas.width / unit, height: canvas.height / unit }, context)
  context.restore()
}

/**
 * What was there first is drawn first: a box that the attack left alone shows as the one after it. What an
 * annotated box is need not be written where the text of the box that finds it says so.
 */
function drawnBoxes(overlay: BoxOverlay, toCanvas: Parameters<typeof canvasBoxOf>[1]): Drawn[] {
  const origins = ['before', 'annotated', 'after'] as const
  return origins.flatMap((origin) =>
    (overlay[origin] ?? []).map((box: LabelledBox & Partial<Box>, index) => {
      const known = overlay.classes.find(({ index }) => index === box.class)
      const score = box.score === undefined ? '' : ` ${percent(box.score, 0)}`
      const place = canvasBoxOf(box, toCanvas)
      const isSaid = origin === 'annotated' && overlay.before.some(({ finds }) => finds === index)
      const text = isSaid ? '' : `${known?.name ?? String(box.class)}${score}`
      return { origin, place, colour: known?.colour ?? '#ffffff', text }
    }),
  )
}

/** On a dark line that is broader, so that it stands out from bright ground too. */
function drawLine(
  { origin, place: { x, y, width, height }, colour }: Drawn,
  context: CanvasRenderingContext2D,
): void {
  const strokes = [
    ['rgb(0 0 0 / 70%)', 4, []],
    [colour, 2, boxDashes[origin]],
  ] as const
  for (const [style, lineWidth, dash] of strokes) {
    context.strokeStyle = style
    context.lineWidth = lineWidth
    context.setLineDash([...dash])
    context.strokeRect(x, y, width, height)
  }
}

const [font, lineHeight, margin] = ['12px sans-serif', 15, 3]

/** White on dark: the class is known by its name, the colours are the lines'. */
function drawTexts(
  drawn: readonly Drawn[],
  canvas: Pick<HTMLCanvasElement, 'width' | 'height'>,
  context: CanvasRenderingContext2D,
): void {
  const all = drawn.filter(({ text }) => text !== '')
  context.font = font
  context.textBaseline = 'middle'
  const texts = all.map(({ origin, place, text }) => ({
    box: place,
    side: origin === 'after' ? ('below' as const) : ('above' as const),
    width: context.measureText(text).width + 2 * margin,
  }))
  textPlaces(texts, canvas, lineHeight).forEach((place, i) => {
    if (place === undefined) return
    context.fillStyle = 'rgb(0 0 0 / 70%)'
    context.fillRect(place.x, place.y, place.width, place.height)
    context.fillStyle = '#fff'
    context.fillText(all[i]?.text ?? '', place.x + margin, place.y + lineHeight / 2)
  })
}
