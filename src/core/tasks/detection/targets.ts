import { float32At } from '../../math/at.ts'
import { entry } from '../../entry.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import { anchorLossOfHead, anchorProbabilities, boxRows } from './losses.ts'
import { boxIou, sameThing, type LabelledBox, type Rectangle } from '../../image/boxes.ts'
import { objectsOf } from './detector.ts'
import type { DetectionOutput } from './output.ts'

/** What a target says of an anchor: its class (undefined: nothing) where it counts; null where it doesn't. */
type Said = number | undefined | null

/** How much each anchor counts, of those that do. */
type Weigh = (head: DetectionOutput, sample: AnchoredSample) => (anchor: number) => number

const alike: Weigh = () => () => 1

/**
 * By what the model takes it for in the clean image: its highest score of an object, as in SMIA's smoothed
 * targets.
 */
const byScore: Weigh = (head, { logits }) => {
  const p = anchorProbabilities(anchorLossOfHead(head), logits)
  return (anchor) => entry(p, anchor)
}

/** One sample as targets are made of it. */
export interface AnchoredSample {
  /** Box of each anchor. */
  readonly boxes: readonly Rectangle[]
  /** [4 + K, A]: what the model says of the clean image. */
  readonly logits: Float32Array
  readonly labels: readonly LabelledBox[]
}

/** Which classes a sample's anchors should have, which of them count, and how much. */
export interface SayAnchors {
  readonly say: (head: DetectionOutput, sample: AnchoredSample) => Said[]
  readonly weigh: Weigh
}

/** Anchors of labelled boxes are what the label says; without labelled boxes every anchor is nothing. */
export const asLabelled: SayAnchors = {
  weigh: alike,
  say: (_, sample) =>
    sample.labels.length === 0
      ? sample.boxes.map(() => undefined)
      : matched(sample).map((label) => (label === undefined ? null : label.class)),
}

/** Every anchor is nothing, above all those that are something in the clean image. */
export const asNothing: SayAnchors = { weigh: byScore, say: (_, { boxes }) => boxes.map(() => undefined) }

/** Anchors of labelled boxes of other classes are of one class. */
export function asClass(wanted: number): SayAnchors {
  const say: SayAnchors['say'] = (_, sample) =>
    matched(sample).map((label) => (label === undefined || label.class === wanted ? null : wanted))
  return { weigh: alike, say }
}

/** Anchors that overlap no labelled box are the object that they are most like. */
export const asFalsePositives: SayAnchors = {
  weigh: alike,
  say: (head, { boxes, logits, labels }) =>
    boxes.map((box, a) =>
      labels.some((label) => boxIou(label, box) >= sameThing)
        ? null
        : likeliestObject(head, logits, a, boxes.length),
    ),
}

function likeliestObject(head: DetectionOutput, logits: Float32Array, anchor: number, count: number): number {
  const scoreOf = (k: number) => float32At(logits, (boxRows + k) * count + anchor)
  return objectsOf(head).reduce((best, k) => (scoreOf(k) > scoreOf(best) ? k : best))
}

/**
 * Targets [N, 4 + K, A] for the loss: what anchors should be in one-hot or multi-hot rows 4 and on, weights
 * that add up to 1 in row 0. Where no anchor counts, all is zero, and so is the loss.
 */
export function anchorTargets(
  head: DetectionOutput,
  samples: readonly AnchoredSample[],
  { say, weigh }: SayAnchors,
): Tensor {
  const rows = boxRows + head.classes.length
  const count = entry(samples, 0).boxes.length
  const targets = tensor([samples.length, rows, count])
  const background = head.activation === 'softmax' ? head.classes.indexOf(head.background) : undefined
  samples.forEach((sample, n) => {
    const row = targets.data.subarray(n * rows * count, (n + 1) * rows * count)
    const said = say(head, sample)
    const weight = weigh(head, sample)
    const total = said.reduce<number>((sum, one, a) => sum + (one === null ? 0 : weight(a)), 0)
    said.forEach((one, a) => {
      if (one === null) return
      row[a] = weight(a) / total
      const shown = one ?? background
      if (shown !== undefined) row[(boxRows + shown) * count + a] = 1
    })
  })
  return targets
}

/**
 * The labelled box of each anchor: the one that its own box overlaps most, by an IoU of at least 0.5; and the
 * best anchor of every labelled box, however little it overlaps, as in SSD (Liu et al., ECCV 2016, section
 * 2.2).
 */
function matched({ boxes, labels }: AnchoredSample): (LabelledBox | undefined)[] {
  const matches = boxes.map((box) => bestOf(labels, (label) => boxIou(label, box), sameThing))
  for (const label of labels) {
    if (matches.includes(label)) continue
    const overlaps = boxes.map((box) => boxIou(label, box))
    const best = overlaps.indexOf(overlaps.reduce((a, b) => Math.max(a, b), 0))
    if (entry(overlaps, best) > 0) matches[best] = label
  }
  return matches
}

function bestOf<T>(items: readonly T[], valueOf: (item: T) => number, least: number): T | undefined {
  let best: { readonly item: T; readonly value: number } | undefined
  for (const item of items) {
    const value = valueOf(item)
    if (value >= least && (best === undefined || value > best.value)) best = { item, value }
  }
  return best?.item
}
