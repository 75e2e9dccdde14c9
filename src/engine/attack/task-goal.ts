import type { MaskBound } from '../../core/tasks/segmentation/criteria.ts'
import { RadversaryError } from '../../core/errors.ts'
import type {
  ClassificationOutput,
  ModelCard,
  OrdinalOutput,
  RegressionOutput,
  SegmentationOutput,
} from '../../core/model/card.ts'
import { isValueLoss } from '../../core/tasks/regression/losses.ts'
import type { MaskLoss } from '../../core/tasks/segmentation/masks.ts'
import type { GoalSpec } from '../../core/spec/attack-spec.ts'
import { classIndex } from '../../core/tasks/class-names.ts'
import { boxChoice, boxGoals, choiceName } from './box-goal.ts'
import { classGoals, gradeGoals, valueGoals, type GoalMaker, type LabelWishes } from './goal.ts'
import { maskGoals, type MaskChoice } from './mask-goal.ts'

/** What is wanted, read and checked. */
export interface TaskGoal {
  readonly maker: GoalMaker
  /**
   * The class's name, labels with what is wanted of them, `none`, `masks` for those of a file, `vanish`,
   * `false-positives`, or null for an attack away from the label.
   */
  readonly target: string | null
  /** The weights of J's parts, where a task has a choice. */
  readonly loss: Readonly<Record<string, number>> | undefined
}

/** @throws RadversaryError usage for a class, criterion or loss that the model's task has not. */
export function taskGoal(card: ModelCard, request: GoalSpec): TaskGoal {
  switch (card.task) {
    case 'segmentation':
      return segmentationGoal(card, request)
    case 'detection':
      return detectionGoal(card, request)
    case 'ordinal':
      return ordinalGoal(card.output, request)
    case 'regression':
      return regressionGoal(card.output, request)
    case 'classification':
      return classificationGoal(card.output, request)
  }
}

function classificationGoal(head: ClassificationOutput, request: GoalSpec): TaskGoal {
  refuse('classification', request, ['targetMasks', 'criterion', 'loss'])
  const { target } = request
  if (target === undefined) return { maker: classGoals(head, undefined), target: null, loss: undefined }
  if (head.activation !== 'multi-label-sigmoid') {
    const index = classIndex(target, head.classes)
    return { maker: classGoals(head, index), target: nameOf(index, head.classes), loss: undefined }
  }
  const wishes = parseWishes(target, head.classes)
  const words = [...wishes].map(([index, wish]) => `${head.classes[index] ?? ''}=${wish}`)
  return { maker: classGoals(head, wishes), target: words.join(','), loss: undefined }
}

/** `Edema=raise,Mass=lower`; a name alone is raised. */
function parseWishes(text: string, classes: readonly string[]): LabelWishes {
  const wishes = new Map<number, 'raise' | 'lower' | 'leave'>()
  for (const part of classes.includes(text.trim()) ? [text] : text.split(',')) {
    const [, name = part, wish = 'raise'] = /^(.*?)\s*=\s*(raise|lower|leave)\s*$/.exec(part) ?? []
    wishes.set(classIndex(name.trim(), classes), wish as 'raise' | 'lower' | 'leave')
  }
  if ([...wishes.values()].some((wish) => wish !== 'leave')) return wishes
  throw new RadversaryError('usage', `Target: expected a label to raise or lower, got "${text}"`, {
    tip: 'E.g. --target "Edema=raise,Mass=lower,Nodule=leave".',
  })
}

function ordinalGoal(head: OrdinalOutput, request: GoalSpec): TaskGoal {
  refuse('ordinal', request, ['targetMasks', 'loss'])
  const target = request.target === undefined ? undefined : classIndex(request.target, head.classes)
  if (target !== undefined) refuse('a wanted grade', request, ['criterion'])
  const maker = gradeGoals(head, { target, least: leastChange(request.criterion, head.classes.length) })
  return { maker, target: nameOf(target, head.classes), loss: undefined }
}

function leastChange(text: string | undefined, grades: number): number {
  if (text === undefined) return 1
  const least = Number(/^\s*change\s*>=\s*(\d+)\s*$/.exec(text)?.[1])
  if (least >= 1 && least < grades) return least
  throw new RadversaryError(
    'usage',
    `Criterion: expected change>=N, N from 1 to ${grades - 1} grades, got "${text}"`,
    {
      tip: 'E.g. --criterion "change>=2".',
    },
  )
}

function regressionGoal(head: RegressionOutput, request: GoalSpec): TaskGoal {
  refuse('regression', request, ['targetMasks'])
  const target = request.target === undefined ? undefined : Number(request.target)
  if (target !== undefined && (!Number.isFinite(target) || request.target?.trim() === ''))
    throw new RadversaryError(
      'usage',
      `Target: expected a value of ${head.value}, got "${request.target ?? ''}"`,
      {
        tip: `A number in ${head.unit || 'the card’s unit'}, e.g. --target 120.`,
      },
    )
  const { loss = 'mse' } = request
  if (!isValueLoss(loss)) throw new RadversaryError('usage', `Loss: expected mse or huber, got "${loss}"`)
  const tolerance = toleranceOf(request.criterion, target !== undefined) ?? head.tolerance
  return {
    maker: valueGoals(head, { loss, tolerance, target }),
    target: request.target?.trim() ?? null,
    loss: { [loss]: 1 },
  }
}

function toleranceOf(text: string | undefined, isTargeted: boolean): number | undefined {
  if (text === undefined) return undefined
  const pattern = isTargeted ? /^\s*within\s+([\d.]+)\s*$/ : /^\s*change\s*>\s*([\d.]+)\s*$/
  const tolerance = Number(pattern.exec(text)?.[1])
  if (tolerance > 0) return tolerance
  const expected = isTargeted ? 'within N' : 'change>N'
  throw new RadversaryError(
    'usage',
    `Criterion: expected ${expected}, N above 0 in the card’s unit, got "${text}"`,
    {
      tip: `E.g. --criterion "${isTargeted ? 'within 3' : 'change>6'}".`,
    },
  )
}

function refuse(what: string, request: GoalSpec, fields: readonly (keyof GoalSpec)[]): void {
  const foreign = fields.find((field) => request[field] !== undefined)
  if (foreign !== undefined)
    throw new RadversaryError(
      'usage',
      `Goal: expected no ${foreign} for ${what}, got "${request[foreign] ?? ''}"`,
    )
}

function detectionGoal(card: Extract<ModelCard, { task: 'detection' }>, request: GoalSpec): TaskGoal {
  refuse('a detection', request, ['targetMasks', 'loss'])
  const choice = boxChoice(card, request)
  return { maker: boxGoals(card, choice), target: choiceName(choice, card.output.classes), loss: undefined }
}

function segmentationGoal(card: Extract<ModelCard, { task: 'segmentation' }>, request: GoalSpec): TaskGoal {
  const target = maskTarget(card.output, request)
  const bound = parseBound(request.criterion, target !== undefined)
  const loss = parseMaskLoss(request.loss)
  const name = typeof target === 'number' ? nameOf(target, card.output.classes) : (target ?? null)
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

const presets = { away: { measure: 'dice', value: 0.5 }, towards: { measure: 'dice', value: 0.9 } } as const

function parseBound(text: string | undefined, isTargeted: boolean): MaskBound {
  if (text === undefined) return isTargeted ? presets.towards : presets.away
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

function nameOf(index: number | undefined, classes: readonly string[]): string | null {
  return index === undefined ? null : (classes[index] ?? null)
}
