import { describe, expect, test } from 'vitest'
import { boxIou, suppressed } from '../../image/boxes.ts'
import { parseCard } from '../../model/card.ts'
import { tensor } from '../../tensor/tensor.ts'
import { anchorBoxes, boxPredictionsOf, type DetectionCard, detectorOf } from './detector.ts'
import type { DetectionOutput } from './output.ts'
import { anchorTargets, asClass, asFalsePositives, asLabelled, asNothing } from './targets.ts'

const card = (boxes: object, output: object = {}, fit: object = { kind: 'stretch' }) => {
  const parsed = parseCard({
    schema: 'radversary/model-card/1',
    file: 'm.onnx',
    name: 'm',
    task: 'detection',
    input: { name: 'x', layout: 'NCHW', size: [100, 200], channels: 1 },
    intensity: { kind: 'voi-window' },
    fit,
    interpolation: 'bilinear',
    mean: [0],
    std: [1],
    output: {
      name: 'y',
      layout: 'anchors-last',
      activation: 'sigmoid',
      gives: 'logits',
      classes: ['a', 'b'],
      boxes,
      ...output,
    },
  })
  if (parsed.task !== 'detection') throw new Error('a detection was parsed')
  return parsed satisfies DetectionCard
}

/** [1, 4 + K, A] from anchors, each its four numbers and its logits. */
const logitsOf = (...anchors: number[][]) => {
  const rows = anchors[0]?.length ?? 0
  const values = Array.from({ length: rows }, (_, row) => anchors.map((anchor) => anchor[row] ?? NaN)).flat()
  return tensor([1, rows, anchors.length], Float32Array.from(values))
}

const rounded = (box: object | undefined) =>
  Object.fromEntries(
    Object.entries(box ?? {}).map(([key, value]) => [key, Math.round(Number(value) * 1000) / 1000]),
  )

describe('boxes of a detector in the image’s own pixels', () => {
  // The same rectangle, x from 20 to 60 and y from 10 to 30 of a frame of 100 x 200 pixels, in every form.
  test.each([
    [{ format: 'cxcywh' }, [40, 20, 40, 20]],
    [{ format: 'xyxy' }, [20, 10, 60, 30]],
    [{ format: 'yxyx' }, [30, 60, 10, 20]],
    [{ format: 'xyxy', unit: 'fractions' }, [0.1, 0.1, 0.3, 0.3]],
    [
      { format: 'deltas', anchors: { kind: 'list', boxes: [[30, 10, 50, 50]] } },
      [0, -0.25, Math.log(2), Math.log(0.5)],
    ],
    [
      {
        format: 'deltas',
        anchors: { kind: 'list', boxes: [[30, 10, 50, 50]] },
        variances: [0.1, 0.1, 0.2, 0.2],
      },
      [0, -2.5, 5 * Math.log(2), 5 * Math.log(0.5)],
    ],
  ])('%j', (boxes, values) => {
    const [prediction] = boxPredictionsOf(card(boxes), [100, 200], logitsOf([...values, 0, -9]))
    expect(prediction?.boxes).toHaveLength(1)
    expect(rounded(prediction?.boxes[0])).toEqual({ class: 0, score: 0.5, x0: 20, y0: 10, x1: 60, y1: 30 })
    expect(prediction?.classes).toEqual([0])
  })

  test('padding and scale of the fit are undone, and boxes are cut off at the image', () => {
    const letterbox = card({ format: 'xyxy' }, {}, { kind: 'letterbox' })
    // 400 x 400 into 100 x 200: a quarter of the size, 50 columns of padding on either side.
    const [box] = detectorOf(letterbox, [400, 400], [1, 6, 1]).detections(
      logitsOf([40, 10, 75, 30, 3, -9]).data,
    )
    expect(box).toMatchObject({ x0: 0, y0: 40, x1: 100, y1: 120 })
  })

  test('boxes on padding are none', () => {
    const letterbox = card({ format: 'xyxy' }, {}, { kind: 'letterbox' })
    expect(
      detectorOf(letterbox, [400, 400], [1, 6, 1]).detections(logitsOf([10, 10, 45, 30, 3, -9]).data),
    ).toEqual([])
  })

  test('a softmax’s background is no box, and a prediction without boxes says how sure it is of that', () => {
    const head = card(
      { format: 'xyxy' },
      { activation: 'softmax', classes: ['none', 'a'], background: 'none' },
    )
    const [prediction] = boxPredictionsOf(head, [100, 200], logitsOf([0, 0, 9, 9, 3, 0], [0, 0, 9, 9, 2, 0]))
    expect(prediction).toMatchObject({ boxes: [], classes: [] })
    expect(prediction?.confidence).toBeCloseTo(1 - 1 / (1 + Math.exp(2)), 6)
    expect(prediction?.probabilities[0]).toBeCloseTo(1 / (1 + Math.exp(-2)), 6)
  })

  test('another number of anchors or rows is an error that says what was expected', () => {
    const one = card({ format: 'deltas', anchors: { kind: 'list', boxes: [[0, 0, 9, 9]] } })
    expect(() => detectorOf(one, [100, 200], [1, 6, 2])).toThrow(
      'expected boxes and scores [N, 6, 1], got [1, 6, 2]',
    )
    expect(() => detectorOf(card({ format: 'xyxy' }), [100, 200], [1, 5, 2])).toThrow(
      '[N, 6, 2], got [1, 5, 2]',
    )
  })
})

test('anchors of a grid go row by row, ratio by ratio, size by size', () => {
  const levels = [
    { stride: 50, sizes: [8, 16], ratios: [1, 4] },
    { stride: 100, sizes: [10], ratios: [1] },
  ]
  const boxes = anchorBoxes({ kind: 'grid', levels, offset: 0.5 }, [100, 200])
  const at = (a: number) => [...boxes.subarray(4 * a, 4 * a + 4)]
  expect(boxes).toHaveLength(4 * (2 * 4 * 4 + 2))
  expect(at(0)).toEqual([21, 21, 29, 29])
  expect(at(1)).toEqual([17, 17, 33, 33])
  expect(at(2)).toEqual([23, 17, 27, 33]) // ratio 4: half as wide, twice as high
  expect(at(4)).toEqual([71, 21, 79, 29]) // the next column
  expect(at(33)).toEqual([145, 45, 155, 55]) // the second level's second column
})

test('suppression keeps the higher of overlapping boxes of one class, and as many as are wanted', () => {
  const box = (of: number, score: number, x0: number) => ({
    class: of,
    score,
    x0,
    y0: 0,
    x1: x0 + 10,
    y1: 10,
  })
  const boxes = [box(0, 0.6, 1), box(0, 0.9, 0), box(1, 0.8, 0), box(0, 0.5, 20)]
  expect(boxIou(box(0, 1, 0), box(0, 1, 1))).toBeCloseTo(9 / 11, 12)
  expect(boxIou(box(0, 1, 0), box(0, 1, 10))).toBe(0)
  expect(suppressed(boxes, { iou: 0.5, most: 9 }).map(({ score }) => score)).toEqual([0.9, 0.8, 0.5])
  expect(suppressed(boxes, { iou: 0.82, most: 9 })).toHaveLength(4)
  expect(suppressed(boxes, { iou: 0.5, most: 2 }).map(({ score }) => score)).toEqual([0.9, 0.8])
})

describe('targets of anchors', () => {
  const sigmoid: DetectionOutput = card({ format: 'xyxy' }).output
  const softmax = card(
    { format: 'xyxy' },
    { activation: 'softmax', classes: ['none', 'a', 'b'], background: 'none' },
  ).output
  const rectangle = (x0: number) => ({ x0, y0: 0, x1: x0 + 10, y1: 10 })
  const boxes = [0, 1, 7, 40].map(rectangle)
  const sample = (labels: object[], rows: number) => ({
    boxes,
    labels: labels as never,
    logits: Float32Array.from({ length: rows * 4 }, (_, i) => (i % 4 === 3 ? -i : i)),
  })
  const rowsOf = (target: ReturnType<typeof anchorTargets>) =>
    Array.from({ length: target.shape[1] ?? 0 }, (_, row) => [...target.data.subarray(row * 4, row * 4 + 4)])

  test('anchors that overlap a labelled box are of its class; the rest does not count', () => {
    const rows = rowsOf(anchorTargets(sigmoid, [sample([{ ...rectangle(0), class: 1 }], 6)], asLabelled))
    expect(rows[0]).toEqual([0.5, 0.5, 0, 0])
    expect(rows.slice(4)).toEqual([[0, 0, 0, 0], [1, 1, 0, 0]]) // prettier-ignore
  })

  test('a labelled box that no anchor overlaps by half gets the best one', () => {
    const rows = rowsOf(anchorTargets(sigmoid, [sample([{ ...rectangle(46), class: 0 }], 6)], asLabelled))
    expect([rows[0], rows[4]]).toEqual([[0, 0, 0, 1], [0, 0, 0, 1]]) // prettier-ignore
  })

  test('nothing is no class of sigmoids and the background of a softmax', () => {
    const rows = rowsOf(anchorTargets(sigmoid, [sample([], 6)], asLabelled))
    expect([rows[0], rows[4], rows[5]]).toEqual([[0.25, 0.25, 0.25, 0.25], [0, 0, 0, 0], [0, 0, 0, 0]]) // prettier-ignore
    const softly = rowsOf(anchorTargets(softmax, [sample([], 7)], asNothing))
    expect(softly[4]).toEqual([1, 1, 1, 1])
    // The likelier object of anchors 0 to 2 has e^8 / (1 + e^4 + e^8) = 0.9818, that of anchor 3 e^-4 / (1 +
    // e^-4 + e^-8) = 0.0180.
    expect(softly[0]?.map((weight) => Math.round(1e4 * weight))).toEqual([3313, 3313, 3313, 61])
  })

  test('another class is wanted only of boxes that are not of it', () => {
    const labels = [{ ...rectangle(0), class: 1 }, { ...rectangle(40), class: 2 }] // prettier-ignore
    const rows = rowsOf(anchorTargets(softmax, [sample(labels, 7)], asClass(2)))
    expect([rows[0], rows[6]]).toEqual([[0.5, 0.5, 0, 0], [1, 1, 0, 0]]) // prettier-ignore
  })

  test('false positives are wanted where no box is labelled, of the object that scores most', () => {
    const rows = rowsOf(
      anchorTargets(softmax, [sample([{ ...rectangle(0), class: 1 }], 7)], asFalsePositives),
    )
    expect([rows[0], rows[5], rows[6]]).toEqual([[0, 0, 0.5, 0.5], [0, 0, 0, 1], [0, 0, 1, 0]]) // prettier-ignore
  })
})
