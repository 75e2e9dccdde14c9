import type { GoalSpec } from '../../spec/attack-spec.ts'
import { internalError, RadversaryError } from '../../errors.ts'
import type { FrameLabel } from '../answers.ts'
import { refuse, type Goal, type GoalMaker, type TaskGoal } from '../goal.ts'
import { valueChanged, valueReached } from './criteria.ts'
import { isValueLoss, type ValueLoss } from './losses.ts'
import type { RegressionOutput } from './output.ts'
import { valueTargets } from './values.ts'

/** What an attack on numbers is after: away from the labels by more than the tolerance, or to a value. */
export interface ValueChoice {
  readonly loss: ValueLoss
  readonly tolerance: number
  readonly target: number | undefined
}

/**
 * Where the label is the prediction itself, J is flat at the image: so it is taken against a value that is a
 * thousandth of the tolerance lower, and the first step goes up.
 */
function valueGoals(head: RegressionOutput, { loss, tolerance, target }: ValueChoice): GoalMaker {
  const goalOf = (labels: readonly FrameLabel[]): Goal => {
    const values = labels.map((label) => target ?? labelledValue(label))
    const isTargeted = target !== undefined
    return {
      loss,
      targeted: isTargeted,
      targets: valueTargets(
        head,
        values.map((value) => (isTargeted ? value : value - tolerance / 1000)),
      ),
      criterion: isTargeted ? valueReached(head, values, tolerance) : valueChanged(head, values, tolerance),
    }
  }
  return { criterion: goalOf([]).criterion.name, of: goalOf }
}

function labelledValue(label: FrameLabel): number {
  if (label.kind === 'value') return label.value
  throw internalError('a number has a label without a value')
}

/** @throws RadversaryError usage for a value, criterion or loss that is none. */
export function regressionGoal(head: RegressionOutput, request: GoalSpec): TaskGoal {
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
