import type { Criterion, Hyperplane } from '../../attacks/decision-boundary.ts'
import { entry } from '../../entry.ts'
import { internalError, RadversaryError } from '../../errors.ts'
import type { GoalSpec } from '../../spec/attack-spec.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import type { FrameLabel, ValueAnswer } from '../answers.ts'
import { type Goal, type GoalMaker, refuse, type TaskGoal } from '../goal.ts'
import { isValueLoss, type ValueLoss } from './losses.ts'
import type { RegressionOutput } from './output.ts'

type Scale = Pick<RegressionOutput, 'scale' | 'offset' | 'unit'>

/** The predicted value differs from the label's by more than the tolerance, in the card's unit. */
function valueChanged(head: Scale, labels: readonly number[], tolerance: number): Criterion {
  return {
    name: `value changed by more than ${inUnit(tolerance, head)}`,
    isMet: (logits, sample) => Math.abs(valueOf(head, logits) - entry(labels, sample)) > tolerance,
    boundary: (sample) => ({
      need: 'any',
      planes: [
        above(head, entry(labels, sample) + tolerance),
        below(head, entry(labels, sample) - tolerance),
      ],
    }),
  }
}

/** The predicted value is the wanted one, to the tolerance. */
function valueReached(head: Scale, wanted: readonly number[], tolerance: number): Criterion {
  return {
    name: `value reached to ${inUnit(tolerance, head)}`,
    isMet: (logits, sample) => Math.abs(valueOf(head, logits) - entry(wanted, sample)) <= tolerance,
    boundary: (sample) => ({
      need: 'all',
      planes: [
        above(head, entry(wanted, sample) - tolerance),
        below(head, entry(wanted, sample) + tolerance),
      ],
    }),
  }
}

function valueOf({ scale, offset }: Scale, logits: Float32Array): number {
  return scale * entry(logits, 0) + offset
}

function above({ scale, offset }: Scale, bar: number): Hyperplane {
  return { terms: [[0, scale]], offset: offset - bar }
}

function below({ scale, offset }: Scale, bar: number): Hyperplane {
  return { terms: [[0, -scale]], offset: bar - offset }
}

function inUnit(value: number, { unit }: Scale): string {
  return unit === '' ? String(value) : `${value} ${unit}`
}

/** What outputs [N, 1] say of each sample, in the card's unit. Throws `tensor-invalid` for other outputs. */
export function valuePredictions(head: RegressionOutput, { shape, data }: Tensor): ValueAnswer[] {
  if (shape.length !== 2 || shape[1] !== 1)
    throw new RadversaryError('tensor-invalid', `Head: expected outputs [N, 1], got [${shape.join(', ')}]`, {
      tip: "Compare task and output of the model card with the model's output.",
    })
  return Array.from(data, (z) => ({ kind: 'value', value: head.scale * z + head.offset }))
}

/** Model outputs [N, 1] from values in the card's unit. */
function valueTargets({ scale, offset }: RegressionOutput, values: readonly number[]): Tensor {
  return tensor(
    [values.length, 1],
    Float32Array.from(values, (value) => (value - offset) / scale),
  )
}

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
