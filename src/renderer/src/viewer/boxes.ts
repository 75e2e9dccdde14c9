/** A rectangle of a canvas: its upper left corner, and its sides. */
export interface CanvasBox {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

interface Point {
  readonly x: number
  readonly y: number
}

interface Corners {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

/**
 * Where a box of an image lies on the canvas. A view turns by quarters and flips, so that it stays upright.
 */
export function canvasBoxOf({ x0, y0, x1, y1 }: Corners, toCanvas: (pixel: Point) => Point): CanvasBox {
  const [a, b] = [toCanvas({ x: x0, y: y0 }), toCanvas({ x: x1, y: y1 })]
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
  }
}

/** A text at a box: above it or below. */
export interface BoxText {
  readonly box: CanvasBox
  readonly side: 'above' | 'below'
  /** Width of the text, its margins included. */
  readonly width: number
}

/**
 * Where the texts go: at their boxes, inside the canvas, and away from the box as far as texts before them
 * take the room. Undefined for boxes that lie outside.
 */
export function textPlaces(
  texts: readonly BoxText[],
  canvas: { readonly width: number; readonly height: number },
  lineHeight: number,
): (CanvasBox | undefined)[] {
  const taken: CanvasBox[] = []
  // A canvas's sides are not its own properties.
  const whole = { x: 0, y: 0, width: canvas.width, height: canvas.height }
  return texts.map(({ box, side, width }) => {
    if (!overlap(box, whole)) return undefined
    const inside = (y: number): CanvasBox => ({
      x: within(box.x, canvas.width - width),
      y: within(y, canvas.height - lineHeight),
      width,
      height: lineHeight,
    })
    let place = inside(side === 'above' ? box.y - lineHeight : box.y + box.height)
    for (let tries = 0; tries < mostLines; tries++) {
      const other = taken.find((each) => overlap(each, place))
      if (other === undefined) break
      place = inside(side === 'above' ? other.y - lineHeight : other.y + lineHeight)
    }
    taken.push(place)
    return place
  })
}

/**
 * Most lines that a text moves down to find free space: in a crowd, texts over each other say less than none.
 */
const mostLines = 6

function within(value: number, most: number): number {
  return Math.max(0, Math.min(value, most))
}

function overlap(a: CanvasBox, b: CanvasBox): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}
