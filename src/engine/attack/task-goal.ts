import type { MaskBound } from '../../core/attacks/mask-criteria.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { ModelCard, SegmentationOutput } from '../../core/model/card.ts'
import type { MaskLoss } from '../../core/model/segmentation.ts'
import { classIndex } from '../classes.ts'
import { classGoals, type GoalMaker } from './goal.ts'
import { maskGoals, type MaskChoice } from './mask-goal.ts'

/** What a user wants of an attack, in words; what is undefined is the task's default. */
export interface GoalRequest {
  /** The class wanted, by name or index; `none` where classes may overlap, for nothing at all. */
  readonly target?: string | undefined
  /** Of a segmentation: PNG masks or DICOM SEG of what is wanted. */
  readonly targetMasks?: string | undefined
  /** Of a segmentation: `dice<0.5`, `iou<0.5`, and with something wanted `dice>=0.9`, `iou>=0.9`. */
  readonly criterion?: string | undefined
  /** Of a segmentation: `cross-entropy`, `dice`, or weights such as `cross-entropy=0.5,dice=0.5`. */
  readonly loss?: string | undefined
}

/** What is wanted, read and checked. */
export interface TaskGoal {
  readonly maker: GoalMaker
  /** The class's name, `none`, `masks` for those of a file, or null for an attack away from the label. */
  readonly target: string | null
  /** Of a segmentation: the weights of J's parts. */
  readonly loss: MaskLoss | undefined
}

/** @throws RadversaryError usage for a class, criterion or loss that the model's task has not. */
export function taskGoal(card: ModelCard, request: GoalRequest): TaskGoal {
  if (card.task === 'segmentation') return segmentationGoal(card, request)
  const { target, targetMasks, criterion, loss } = request
  const foreign = Object.entries({ targetMasks, criterion, loss }).find(([, value]) => value !== undefined)
  if (foreign !== undefined)
    throw new RadversaryError('usage', `Goal: expected a segmentation for ${foreign[0]}, got a classification`)
  const { classes } = card.output
  const index = target === undefined ? undefined : classIndex(target, classes)
  return { maker: classGoals(card.output, index), target: nameOf(index, classes), loss: undefined }
}

function segmentationGoal(card: Extract<ModelCard, { task: 'segmentation' }>, request: GoalRequest): TaskGoal {
  const target = maskTarget(card.output, request)
  const bound = parseBound(request.criterion, target !== undefined)
  const loss = parseMaskLoss(request.loss)
  const name = typeof target === 'number' ? nameOf(target, card.output.classes) : (target ?? null)
  return { maker: maskGoals(card, { loss, bound, target }), target: name, loss }
}

function maskTarget(head: SegmentationOutput, { target, targetMasks }: GoalRequest): MaskChoice['target'] {
  if (target !== undefined && targetMasks !== undefined)
    throw new RadversaryError('usage', 'Goal: expected a wanted class or wanted masks, got both')
  if (targetMasks !== undefined) return 'masks'
  if (target === undefined) return undefined
  if (target === 'none' && head.activation === 'multi-label-sigmoid' && !head.classes.includes(target)) return 'none'
  return classIndex(target, head.classes)
}

const presets = { away: { measure: 'dice', value: 0.5 }, towards: { measure: 'dice', value: 0.9 } } as const

function parseBound(text: string | undefined, isTargeted: boolean): MaskBound {
  if (text === undefined) return isTargeted ? presets.towards : presets.away
  const relation = isTargeted ? '>=' : '<'
  const [, measure, given, number] = /^\s*(dice|iou)\s*(<|>=)\s*([\d.]+)\s*$/i.exec(text) ?? []
  const value = Number(number)
  if (given === relation && value > 0 && value <= 1) return { measure: measure?.toLowerCase() === 'iou' ? 'iou' : 'dice', value }
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
  const weights = parts.flatMap((part) => (part === null ? [] : [[part[1] ?? '', Number(part[2] ?? 1)] as const]))
  const isSound = weights.length === parts.length && new Set(weights.map(([name]) => name)).size === parts.length
  const values = weights.map(([, weight]) => weight)
  if (isSound && values.every(Number.isFinite) && values.some((weight) => weight > 0)) return Object.fromEntries(weights)
  throw new RadversaryError('usage', `Loss: expected cross-entropy, dice or both with weights, got "${text}"`, {
    tip: 'E.g. --loss dice, or --loss cross-entropy=0.5,dice=0.5.',
  })
}

function nameOf(index: number | undefined, classes: readonly string[]): string | null {
  return index === undefined ? null : (classes[index] ?? null)
}
