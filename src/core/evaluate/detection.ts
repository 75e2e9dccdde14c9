import { entry } from '../entry.ts'
import { boxIou, sameThing, type Box, type LabelledBox } from '../image/boxes.ts'

/** What was found in one image, and what is there. */
export interface DetectedImage {
  readonly found: readonly Box[]
  readonly labels: readonly LabelledBox[]
}

/** One class over all images. */
export interface ClassPrecision {
  /** Class index. */
  readonly class: number
  /** Labelled boxes. */
  readonly boxes: number
  /**
   * Area under precision over recall, interpolated at all points (PASCAL VOC since 2010), IoU 0.5; null where
   * no box is labelled.
   */
  readonly averagePrecision: number | null
}

/** How detections agree with labelled boxes, IoU at least 0.5. */
export interface DetectionAgreement {
  readonly images: number
  readonly boxes: number
  /** Mean over the classes that have labelled boxes; null where none has. */
  readonly meanAveragePrecision: number | null
  /** Labelled boxes that are found, of all; null where none is labelled. */
  readonly recall: number | null
  readonly falsePositivesPerImage: number
  readonly classes: readonly ClassPrecision[]
}

/** One image's counts: labelled boxes that are found, and boxes that find none. */
export interface DetectionCounts {
  readonly found: number
  readonly falsePositives: number
}

interface Ranked {
  readonly score: number
  readonly right: boolean
}

/** @param classes indices of the classes that are looked for */
export function detectionAgreement(
  images: readonly DetectedImage[],
  classes: readonly number[],
): DetectionAgreement {
  const counts = images.map((image) => detectionCounts(image))
  const boxes = images.reduce((sum, { labels }) => sum + labels.length, 0)
  const found = counts.reduce((sum, each) => sum + each.found, 0)
  const wrong = counts.reduce((sum, each) => sum + each.falsePositives, 0)
  const ofClasses = classes.map((k) => classPrecision(images, k))
  const precisions = ofClasses.flatMap(({ averagePrecision }) => averagePrecision ?? [])
  return {
    images: images.length,
    boxes,
    meanAveragePrecision:
      precisions.length === 0 ? null : precisions.reduce((sum, each) => sum + each, 0) / precisions.length,
    recall: boxes === 0 ? null : found / boxes,
    falsePositivesPerImage: images.length === 0 ? 0 : wrong / images.length,
    classes: ofClasses,
  }
}

export function detectionCounts(image: DetectedImage): DetectionCounts {
  const ranked = judged(image)
  const found = ranked.filter(({ right }) => right).length
  return { found, falsePositives: ranked.length - found }
}

function classPrecision(images: readonly DetectedImage[], k: number): ClassPrecision {
  const ofClass = images.map(({ found, labels }) => ({
    found: found.filter((box) => box.class === k),
    labels: labels.filter((label) => label.class === k),
  }))
  const boxes = ofClass.reduce((sum, { labels }) => sum + labels.length, 0)
  const ranked = ofClass.flatMap(judged).sort((a, b) => b.score - a.score)
  return { class: k, boxes, averagePrecision: boxes === 0 ? null : averagePrecision(ranked, boxes) }
}

function judged(image: DetectedImage): Ranked[] {
  const finds = labelsFound(image)
  return image.found.map(({ score }, i) => ({ score, right: finds[i] !== undefined }))
}

/**
 * The index of the labelled box that each box finds, undefined for false positives: the highest score first,
 * each box takes the label of its class that it overlaps most, of those that are left.
 */
export function labelsFound({ found, labels }: DetectedImage): (number | undefined)[] {
  const left = new Set(labels.keys())
  const finds = new Map<Box, number>()
  for (const box of found.toSorted((a, b) => b.score - a.score)) {
    const best = bestLabel(box, labels, left)
    if (best === undefined) continue
    left.delete(best)
    finds.set(box, best)
  }
  return found.map((box) => finds.get(box))
}

function bestLabel(box: Box, labels: readonly LabelledBox[], left: ReadonlySet<number>): number | undefined {
  let [best, least]: [number | undefined, number] = [undefined, sameThing]
  for (const index of left) {
    const label = labels[index]
    if (label?.class !== box.class || boxIou(label, box) < least) continue
    best = index
    least = boxIou(label, box)
  }
  return best
}

/** Σ over right boxes of the best precision at their recall or a greater one, over the labelled boxes. */
function averagePrecision(ranked: readonly Ranked[], boxes: number): number {
  let hits = 0
  const precisions = ranked.map(({ right }, i) => (hits += Number(right)) / (i + 1))
  let [best, sum] = [0, 0]
  for (let i = ranked.length - 1; i >= 0; i--) {
    best = Math.max(best, entry(precisions, i))
    if (ranked[i]?.right === true) sum += best
  }
  return sum / boxes
}
