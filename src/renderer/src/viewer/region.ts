/** A shape drawn on an image, in pixels: corners of the box around it. */
export interface RegionShape {
  readonly kind: 'rectangle' | 'ellipse'
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** Where an attack may change an image: the union of shapes on images of one size. */
export interface Region {
  readonly rows: number
  readonly columns: number
  readonly shapes: readonly RegionShape[]
}

interface Corner {
  readonly x: number
  readonly y: number
}

/** A shape between two corners, in whichever order they were dragged. */
export function shapeBetween(kind: RegionShape['kind'], a: Corner, b: Corner): RegionShape {
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)]
  const [top, bottom] = [Math.min(a.y, b.y), Math.max(a.y, b.y)]
  return { kind, left, top, right, bottom }
}

/** 1 for each pixel [rows, columns] whose centre lies in a shape. */
export function regionMask({ rows, columns, shapes }: Region): Uint8Array {
  const mask = new Uint8Array(rows * columns)
  for (const shape of shapes)
    for (const { x, y } of pixelsIn({ rows, columns }, shape)) mask[y * columns + x] = 1
  return mask
}

/** Pixels of an image whose centres lie in a shape. */
export function pixelsIn({ rows, columns }: Omit<Region, 'shapes'>, shape: RegionShape): Corner[] {
  const [firstRow, lastRow] = [
    Math.max(0, Math.floor(shape.top)),
    Math.min(rows - 1, Math.ceil(shape.bottom)),
  ]
  const [firstColumn, lastColumn] = [
    Math.max(0, Math.floor(shape.left)),
    Math.min(columns - 1, Math.ceil(shape.right)),
  ]
  const found: Corner[] = []
  for (let y = firstRow; y <= lastRow; y++)
    for (let x = firstColumn; x <= lastColumn; x++)
      if (contains(shape, x + 0.5, y + 0.5)) found.push({ x, y })
  return found
}

function contains({ kind, left, top, right, bottom }: RegionShape, x: number, y: number): boolean {
  if (kind === 'rectangle') return x >= left && x <= right && y >= top && y <= bottom
  const [a, b] = [(right - left) / 2, (bottom - top) / 2]
  return ((x - left) / a - 1) ** 2 + ((y - top) / b - 1) ** 2 <= 1
}

/** How many pixels of how many. */
export function regionSize(region: Region): { readonly pixels: number; readonly fraction: number } {
  const pixels = regionMask(region).reduce((sum, value) => sum + value, 0)
  return { pixels, fraction: pixels / (region.rows * region.columns) }
}

/** A region as requests have it. */
export function drawnRegion(region: Region): { rows: number; columns: number; mask: string } {
  return { rows: region.rows, columns: region.columns, mask: toBase64(regionMask(region)) }
}

/** Bytes as base64, in pieces that a call's arguments can hold. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(text)
}
