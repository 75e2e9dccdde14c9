import cornerstone, { type EnabledElement } from 'cornerstone-core'
import type { Box, LabelledBox } from '../../../core/model/boxes.ts'
import { placeOf, textPlaces, type Place } from './box-places.ts'
import type { ShownClass } from './mask-pixels.ts'

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
  readonly place: Place
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
): void {
  const all = drawnBoxes(overlay, (pixel) => cornerstone.pixelToCanvas(element, pixel))
  context.save()
  context.setTransform(1, 0, 0, 1, 0, 0)
  for (const box of all) drawLine(box, context)
  drawTexts(all, canvas, context)
  context.restore()
}

/**
 * What was there first is drawn first: a box that the attack left alone shows as the one after it. What an
 * annotated box is need not be written where the text of the box that finds it says so.
 */
function drawnBoxes(overlay: BoxOverlay, toCanvas: Parameters<typeof placeOf>[1]): Drawn[] {
  const origins = ['before', 'annotated', 'after'] as const
  return origins.flatMap((origin) =>
    (overlay[origin] ?? []).map((box: LabelledBox & Partial<Box>, index) => {
      const known = overlay.classes.find(({ index }) => index === box.class)
      const score = box.score === undefined ? '' : ` ${Math.round(100 * box.score)} %`
      const place = placeOf(box, toCanvas)
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

/** White on dark: the class is told by its name, the colours are the lines'. */
function drawTexts(
  drawn: readonly Drawn[],
  canvas: HTMLCanvasElement,
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
