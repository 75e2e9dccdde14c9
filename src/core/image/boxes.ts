/**
 * A rectangle of an image: from its upper left corner to its lower right one, in pixels; pixel i reaches from
 * i to i + 1.
 */
export interface Rectangle {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
}

/** Something that was found, or that a label says is there. */
export interface LabelledBox extends Rectangle {
  /** Class index. */
  readonly class: number
}

/** A detection. */
export interface Box extends LabelledBox {
  /** Probability of its class. */
  readonly score: number
}

/** Intersection over union of two rectangles; 0 where either is empty. */
export function boxIou(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0)
  const height = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0)
  if (!(width > 0 && height > 0)) return 0
  const shared = width * height
  return shared / (areaOf(a) + areaOf(b) - shared)
}

/** From which IoU on two boxes are the same thing: the usual 0.5. */
export const sameThing = 0.5

/** Whether two boxes are of one class and overlap by an IoU of at least 0.5. */
export function isSameThing(a: LabelledBox, b: LabelledBox): boolean {
  return a.class === b.class && boxIou(a, b) >= sameThing
}

/** Classes in the order of their indices, each once. */
export function classesOf(boxes: readonly LabelledBox[]): number[] {
  return [...new Set(boxes.map((box) => box.class))].sort((a, b) => a - b)
}

/**
 * Greedy suppression, class by class: of boxes of one class that overlap by more than `iou`, the one with the
 * higher score stays. The `most` highest scores are returned, falling; of equal scores the earlier box counts
 * as higher.
 */
export function suppressed(
  boxes: readonly Box[],
  { iou, most }: { readonly iou: number; readonly most: number },
): Box[] {
  const kept: Box[] = []
  const ofClass = new Map<number, Box[]>()
  for (const box of boxes.toSorted((a, b) => b.score - a.score)) {
    if (kept.length === most) break
    const before = ofClass.get(box.class) ?? []
    if (before.some((higher) => boxIou(higher, box) > iou)) continue
    ofClass.set(box.class, [...before, box])
    kept.push(box)
  }
  return kept
}

function areaOf({ x0, y0, x1, y1 }: Rectangle): number {
  return Math.max(0, x1 - x0) * Math.max(0, y1 - y0)
}
