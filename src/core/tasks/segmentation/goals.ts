import type { Criterion } from '../../attacks/decision-boundary.ts'
import { entry } from '../../entry.ts'
import { internalError, RadversaryError } from '../../errors.ts'
import { meanOverlap, type Overlap, overlapsOf } from '../../evaluate/segments.ts'
import { areasOf, type Mask, uniformMask } from '../../image/mask.ts'
import type { CardOf } from '../../model/card.ts'
import type { GoalSpec } from '../../spec/attack-spec.ts'
import type { FrameLabel, MaskLabel } from '../answers.ts'
import { classIndex } from '../class-names.ts'
import { type GoalMaker, nameAt, type TaskGoal } from '../goal.ts'
import {
  decidedMask,
  denseLoss,
  denseSize,
  maskGridFor,
  type MaskLoss,
  maskTargetsOf,
  thingsOf,
} from './masks.ts'
import type { SegmentationOutput } from './output.ts'

/** How masks are compared, and the least or the most that is asked for. */
interface MaskBound {
  readonly measure: keyof Overlap
  readonly value: number
}

/** What judging masks takes. All masks lie on one grid, that of the images. */
interface MaskJudge {
  /** Per sample. */
  readonly labels: readonly Mask[]
  /** The mask that one sample's logits say. */
  readonly read: (logits: Float32Array) => Mask
  /** How many classes there are, and those that count: all but the background. */
  readonly classes: number
  readonly things: readonly number[]
}

/**
 * The mean overlap with the label, over the things that either shows, is below the bound. Where the label
 * shows none, any that is predicted is enough; where neither shows one, it is not met.
 */
export function overlapBelow(
  { labels, read, classes, things }: MaskJudge,
  { measure, value }: MaskBound,
): Criterion {
  return {
    name: `mean ${measure} below ${value}`,
    isMet: (logits, sample) => {
      const label = labels[sample]
      const overlap = label && meanOverlap(overlapsOf(read(logits), label, classes), measure, things)
      return overlap !== undefined && overlap !== null && overlap < value
    },
  }
}

/**
 * The mean overlap with the wanted mask is at least the bound. A wanted mask without things has no overlap:
 * it is reached where at most 1 − bound of the area that the label gives to things is still predicted as
 * such.
 */
export function maskReached(
  judge: MaskJudge & { readonly wanted: readonly Mask[] },
  { measure, value }: MaskBound,
): Criterion {
  const { labels, wanted, read, classes, things } = judge
  const areaOf = (mask: Mask | undefined) =>
    mask === undefined ? 0 : sumOver(areasOf(mask, classes), things)
  return {
    name: `mean ${measure} with the wanted mask at least ${value}`,
    isMet: (logits, sample) => {
      const goal = wanted[sample]
      if (goal === undefined) return false
      const predicted = read(logits)
      if (areaOf(goal) === 0) return areaOf(predicted) <= (1 - value) * areaOf(labels[sample])
      return (meanOverlap(overlapsOf(predicted, goal, classes), measure, things) ?? 0) >= value
    },
  }
}

function sumOver(areas: readonly number[], classes: readonly number[]): number {
  return classes.reduce((sum, k) => sum + entry(areas, k), 0)
}

/** What an attack on a segmentation is after. */
export interface MaskChoice {
  readonly loss: MaskLoss
  readonly bound: MaskBound
  /**
   * What is wanted: one class everywhere (`none`: nothing at all, where classes may overlap), or the masks of
   * a file; away from the label where undefined.
   */
  readonly target: number | 'none' | 'masks' | undefined
}

type SegmentationCard = Pick<CardOf<'segmentation'>, 'input' | 'fit' | 'output'>

/** Away from the labels' masks, or towards what is wanted; masks are judged on the images' own grid. */
function maskGoals(card: SegmentationCard, { loss, bound, target }: MaskChoice): GoalMaker {
  const head = card.output
  const shared = { classes: head.classes.length, things: thingsOf(head) }
  const isTargeted = target !== undefined
  const criterionOf = (judge: Omit<MaskJudge, keyof typeof shared>, wanted: readonly Mask[]): Criterion =>
    isTargeted
      ? maskReached({ ...judge, ...shared, wanted }, bound)
      : overlapBelow({ ...judge, ...shared }, bound)
  return {
    criterion: criterionOf({ labels: [], read: unread }, []).name,
    of: (frameLabels, { image, logits }) => {
      const dense = denseSize(head, logits)
      const grid = maskGridFor(card, image, dense)
      const given = frameLabels.map(maskLabel)
      const labels = given.map(({ mask }) => mask)
      const wanted = isTargeted ? given.map((label) => wantedOf(head, label, target)) : []
      const read = (values: Float32Array) => grid.toImage(decidedMask(head, values, dense))
      return {
        loss: denseLoss(head, loss),
        targets: maskTargetsOf(
          head,
          (isTargeted ? wanted : labels).map((mask) => grid.toOutput(mask)),
          dense,
        ),
        targeted: isTargeted,
        criterion: criterionOf({ labels, read }, wanted),
      }
    },
  }
}

function unread(): never {
  throw internalError('a criterion was asked before there were labels')
}

function maskLabel(label: FrameLabel): MaskLabel {
  if (label.kind === 'mask') return label
  throw internalError('a segmentation has a label without a mask')
}

/** With overlapping classes, a class that is wanted is added to the label; the others stay as they are. */
function wantedOf(
  { classes }: SegmentationOutput,
  { mask, wanted }: MaskLabel,
  target: NonNullable<MaskChoice['target']>,
): Mask {
  if (target === 'masks') {
    if (wanted !== undefined) return wanted
    throw new RadversaryError(
      'labels-invalid',
      'Masks: expected a wanted mask for every image, got none for this one',
    )
  }
  const everywhere = uniformMask(mask, classes.length, target === 'none' ? undefined : target)
  if (!mask.overlapping || target === 'none') return everywhere
  return { ...mask, values: mask.values.map((value, i) => value | entry(everywhere.values, i)) }
}

/** @throws RadversaryError usage for a class, criterion or loss that the head has not. */
export function segmentationGoal(card: CardOf<'segmentation'>, request: GoalSpec): TaskGoal {
  const target = maskTarget(card.output, request)
  const bound = parseBound(request.criterion, target !== undefined)
  const loss = parseMaskLoss(request.loss)
  const name = typeof target === 'number' ? nameAt(target, card.output.classes) : (target ?? null)
  return { maker: maskGoals(card, { loss, bound, target }), target: name, loss }
}

function maskTarget(head: SegmentationOutput, { target, targetMasks }: GoalSpec): MaskChoice['target'] {
  if (target !== undefined && targetMasks !== undefined)
    throw new RadversaryError('usage', 'Goal: expected a wanted class or wanted masks, got both')
  if (targetMasks !== undefined) return 'masks'
  if (target === undefined) return undefined
  if (target === 'none' && head.activation === 'multi-label-sigmoid' && !head.classes.includes(target))
    return 'none'
  return classIndex(target, head.classes)
}

/** Criteria that are taken where none is given. */
export const maskPresets = {
  away: { measure: 'dice', value: 0.5 },
  towards: { measure: 'dice', value: 0.9 },
} as const

function parseBound(text: string | undefined, isTargeted: boolean): MaskBound {
  if (text === undefined) return isTargeted ? maskPresets.towards : maskPresets.away
  const relation = isTargeted ? '>=' : '<'
  const [, measure, given, number] = /^\s*(dice|iou)\s*(<|>=)\s*([\d.]+)\s*$/i.exec(text) ?? []
  const value = Number(number)
  if (given === relation && value > 0 && value <= 1)
    return { measure: measure?.toLowerCase() === 'iou' ? 'iou' : 'dice', value }
  const goal = isTargeted ? 'an attack towards a mask' : 'an attack away from the label'
  throw new RadversaryError(
    'usage',
    `Criterion: expected dice${relation}N or iou${relation}N, N above 0 and at most 1, got "${text}"`,
    {
      tip: `For ${goal}, e.g. --criterion "dice${relation}${isTargeted ? 0.9 : 0.5}".`,
    },
  )
}

function parseMaskLoss(text: string | undefined): MaskLoss {
  if (text === undefined) return { 'cross-entropy': 1 }
  const parts = text.split(',').map((part) => /^\s*(cross-entropy|dice)\s*(?:=\s*([\d.]+)\s*)?$/.exec(part))
  const weights = parts.flatMap((part) =>
    part === null ? [] : [[part[1] ?? '', Number(part[2] ?? 1)] as const],
  )
  const isSound =
    weights.length === parts.length && new Set(weights.map(([name]) => name)).size === parts.length
  const values = weights.map(([, weight]) => weight)
  if (isSound && values.every(Number.isFinite) && values.some((weight) => weight > 0))
    return Object.fromEntries(weights)
  throw new RadversaryError(
    'usage',
    `Loss: expected cross-entropy, dice or both with weights, got "${text}"`,
    {
      tip: 'E.g. --loss dice, or --loss cross-entropy=0.5,dice=0.5.',
    },
  )
}
