import { float32At } from '../../math/at.ts'
import { entry } from '../../entry.ts'
import { RadversaryError } from '../../errors.ts'
import { type Box, classesOf, type Rectangle, suppressed } from '../../image/boxes.ts'
import type { ModelCard } from '../../model/card.ts'
import { fitPlan } from '../../model/preprocessing/fit.ts'
import { boxToImage } from '../../model/preprocessing/grids.ts'
import type { ImageSize } from '../../tensor/resample.ts'
import { extentOf, type Tensor } from '../../tensor/tensor.ts'
import type { BoxPrediction } from '../answers.ts'
import { anchorLossOfHead, anchorMaxima, anchorProbabilities, boxRows } from './losses.ts'
import type { Anchors, DetectionOutput } from './output.ts'

/**
 * Anchors [A, 4] as x0, y0, x1, y1 in pixels of the model's input. Grids go level by level, row by row, and
 * at each place ratio by ratio (height to width) and size by size, as RetinaNet's (Lin et al., ICCV 2017) do:
 * width size/√ratio, height size·√ratio, centred at (column + offset)·stride.
 */
export function anchorBoxes(anchors: Anchors, [rows, columns]: ImageSize): Float64Array {
  if (anchors.kind === 'list') return Float64Array.from(anchors.boxes.flat())
  return Float64Array.from(
    anchors.levels.flatMap(({ stride, sizes, ratios }) => {
      const shapes = ratios.flatMap((ratio) =>
        sizes.map((size) => [size / Math.sqrt(ratio), size * Math.sqrt(ratio)] as const),
      )
      const centres = (extent: number) =>
        Array.from({ length: Math.ceil(extent / stride) }, (_, i) => (i + anchors.offset) * stride)
      return centres(rows).flatMap((y) =>
        centres(columns).flatMap((x) =>
          shapes.flatMap(([w, h]) => [x - w / 2, y - h / 2, x + w / 2, y + h / 2]),
        ),
      )
    }),
  )
}

export type DetectionCard = Pick<ModelCard, 'input' | 'fit'> & { readonly output: DetectionOutput }

/** The classes that are looked for: all but the background. */
export function objectsOf(head: DetectionOutput): number[] {
  const background = head.activation === 'softmax' ? head.classes.indexOf(head.background) : -1
  return head.classes.map((_, k) => k).filter((k) => k !== background)
}

/** Reads a detector's logits [4 + K, A] as boxes of images of one size, in their own pixels. */
export interface Detector {
  /** The box of every anchor. */
  boxesOfAnchors(logits: Float32Array): Rectangle[]
  /** What is found: boxes whose scores reach the threshold, after suppression, the highest score first. */
  detections(logits: Float32Array): Box[]
}

/**
 * Made once for images of one size. Throws `tensor-invalid` for logits of another shape than [N, 4 + K, A].
 */
export function detectorOf(
  card: DetectionCard,
  image: ImageSize,
  shape: readonly (number | null)[],
): Detector {
  const anchors = anchorsOf(card)
  const count = checkedCount(card, anchors, shape)
  const place = decoder(card, anchors)
  const plan = fitPlan(card.fit, image, card.input.size)
  const inImage = (logits: Float32Array, a: number) =>
    boxToImage(
      plan,
      place(
        [0, 1, 2, 3].map((row) => float32At(logits, row * count + a)),
        a,
      ),
    )
  const { output: head } = card
  return {
    boxesOfAnchors: (logits) => Array.from({ length: count }, (_, a) => inImage(logits, a)),
    detections: (logits) => {
      const p = anchorProbabilities(anchorLossOfHead(head), logits)
      const found: Box[] = []
      for (const k of objectsOf(head))
        for (let a = 0; a < count; a++) {
          const score = float32At(p, (boxRows + k) * count + a)
          if (score >= head.threshold) found.push({ class: k, score, ...inImage(logits, a) })
        }
      const visible = found.filter(({ x0, y0, x1, y1 }) => x1 > x0 && y1 > y0)
      return suppressed(visible, { iou: head.nmsIou, most: head.maxDetections })
    },
  }
}

function anchorsOf({ output: { boxes }, input }: DetectionCard): Float64Array | undefined {
  return boxes.format === 'deltas' ? anchorBoxes(boxes.anchors, input.size) : undefined
}

function checkedCount(
  { output }: DetectionCard,
  known: Float64Array | undefined,
  shape: readonly (number | null)[],
): number {
  const rows = boxRows + output.classes.length
  const anchors = shape[2]
  const expected = known === undefined ? anchors : known.length / 4
  if (shape.length === 3 && shape[1] === rows && typeof anchors === 'number' && anchors === expected)
    return anchors
  const wanted = `[N, ${rows}, ${expected ?? 'anchors'}]`
  throw new RadversaryError(
    'tensor-invalid',
    `Head: expected boxes and scores ${wanted}, got [${shape.join(', ')}]`,
    {
      tip: "Compare output.classes, output.layout and output.boxes of the model card with the model's output.",
    },
  )
}

/** How four numbers of an anchor become a rectangle of the model's input, in pixels. */
function decoder(
  { output: { boxes }, input }: DetectionCard,
  anchors: Float64Array | undefined,
): (values: readonly number[], anchor: number) => Rectangle {
  if (boxes.format === 'deltas')
    return (values, a) =>
      movedAnchor(anchors?.subarray(4 * a, 4 * a + 4) ?? new Float64Array(), values, boxes.variances)
  const [rows, columns] = boxes.unit === 'fractions' ? input.size : [1, 1]
  const inPixels = ({ x0, y0, x1, y1 }: Rectangle) => ({
    x0: x0 * columns,
    y0: y0 * rows,
    x1: x1 * columns,
    y1: y1 * rows,
  })
  switch (boxes.format) {
    case 'cxcywh':
      return ([x = NaN, y = NaN, w = NaN, h = NaN]) => inPixels(around(x, y, w, h))
    case 'xyxy':
      return ([x0 = NaN, y0 = NaN, x1 = NaN, y1 = NaN]) => inPixels({ x0, y0, x1, y1 })
    case 'yxyx':
      return ([y0 = NaN, x0 = NaN, y1 = NaN, x1 = NaN]) => inPixels(inOrder({ x0, y0, x1, y1 }))
  }
}

/**
 * Deltas of Faster R-CNN (Ren et al. 2015, equation 2): centre moved by fractions of the anchor's sides,
 * logarithms of how they grow.
 */
function movedAnchor(
  anchor: Float64Array,
  deltas: readonly number[],
  variances: readonly number[],
): Rectangle {
  const [x0 = NaN, y0 = NaN, x1 = NaN, y1 = NaN] = anchor
  const [dx = NaN, dy = NaN, dw = NaN, dh = NaN] = deltas.map((delta, i) => delta * entry(variances, i))
  const [w, h] = [x1 - x0, y1 - y0]
  return around(x0 + w / 2 + dx * w, y0 + h / 2 + dy * h, w * Math.exp(dw), h * Math.exp(dh))
}

function around(x: number, y: number, w: number, h: number): Rectangle {
  return { x0: x - w / 2, y0: y - h / 2, x1: x + w / 2, y1: y + h / 2 }
}

/** ONNX's NonMaxSuppression takes corners of either diagonal. */
function inOrder({ x0, y0, x1, y1 }: Rectangle): Rectangle {
  return { x0: Math.min(x0, x1), y0: Math.min(y0, y1), x1: Math.max(x0, x1), y1: Math.max(y0, y1) }
}

/**
 * One prediction per sample of logits [N, 4 + K, A]. `classes` are those of its boxes, `probabilities` the
 * highest score of each class at any anchor (of a background the lowest), `confidence` the mean score of the
 * boxes or, where there are none, 1 minus the highest score.
 */
export function boxPredictionsOf(
  card: DetectionCard,
  image: ImageSize,
  { shape, data }: Tensor,
): BoxPrediction[] {
  const count = extentOf(shape, 0)
  const detector = detectorOf(card, image, shape)
  const loss = anchorLossOfHead(card.output)
  const size = data.length / count
  return Array.from({ length: count }, (_, n) => {
    const logits = data.subarray(n * size, (n + 1) * size)
    const probabilities = anchorMaxima(loss, anchorProbabilities(loss, logits))
    const boxes = detector.detections(logits)
    const highest = Math.max(...objectsOf(card.output).map((k) => entry(probabilities, k)))
    const mean = boxes.reduce((sum, { score }) => sum + score, 0) / boxes.length
    return {
      kind: 'boxes',
      classes: classesOf(boxes),
      confidence: boxes.length > 0 ? mean : 1 - highest,
      probabilities,
      boxes,
    }
  })
}
