import type { ModelCard } from '../../../../core/model/card.ts'
import type { GoalSpec } from '../../../../core/spec/attack-spec.ts'
import { texts } from '../../texts.ts'
import { answerNames } from '../../state/card-answers.ts'

/** What an attack goes towards, as on the command line, chosen for one model: to another it is none. */
export interface ChosenGoal {
  readonly model: string
  readonly goal: string
}

/** What an attack is after, as it is being filled in: a goal is one model's. */
export interface GoalForm extends Pick<GoalSpec, 'targetMasks' | 'criterion' | 'loss'> {
  /** Null for an attack away from the label. */
  readonly goal: ChosenGoal | null
}

interface Goal {
  readonly value: string
  readonly label: string
}

/** Beside the classes. */
const wordsOf: Readonly<Partial<Record<ModelCard['task'], readonly Goal[]>>> = {
  detection: [
    { value: 'vanish', label: texts.attack.vanish },
    { value: 'false-positives', label: texts.attack.falsePositives },
  ],
}

/** The goal of a model; null for away from the label. */
export function goalOf(chosen: ChosenGoal | null, model: string | undefined): string | null {
  return chosen !== null && chosen.model === model ? chosen.goal : null
}

/**
 * What a model's attack can go towards, and what it does: a repeated run's goal may be none of those offered
 * (`Edema=raise,Mass=lower`).
 */
export function goalsFor(
  { task, output }: Pick<ModelCard, 'task' | 'output'>,
  goal: string | null,
): readonly Goal[] {
  const offered = [...(wordsOf[task] ?? []), ...answerNames(output).classes.map(towards)]
  return goal === null || offered.some(({ value }) => value === goal) ? offered : [...offered, towards(goal)]
}

function towards(value: string): Goal {
  return { value, label: texts.attack.towards(value) }
}

type Asked = Pick<ModelCard, 'task' | 'output'>

/** What of a form an attack on a model is asked: fields that the model's task has not are left out. */
export function goalSpecOf(form: GoalForm, model: string | undefined, card: Asked | undefined): GoalSpec {
  const target = goalOf(form.goal, model) ?? undefined
  if (card === undefined) return { target }
  const aim = { target, targetMasks: takesMasks(card, target) ? given(form.targetMasks) : undefined }
  return {
    ...aim,
    criterion: criterionPreset(card, aim) && given(form.criterion),
    loss: lossesFor(card) && given(form.loss),
  }
}

/** An empty field is one that was not given. */
export function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed === '' ? undefined : trimmed
}

/** Whether an attack can go towards masks of a file: instead of towards a class. */
export function takesMasks({ task }: Pick<Asked, 'task'>, target: string | undefined): boolean {
  return task === 'segmentation' && target === undefined
}

/** The criterion that is taken where none is given; undefined where there is no choice. */
export function criterionPreset(
  { task, output }: Asked,
  { target, targetMasks }: Pick<GoalSpec, 'target' | 'targetMasks'>,
): string | undefined {
  const isTargeted = target !== undefined || targetMasks !== undefined
  if (task === 'segmentation') return isTargeted ? 'dice>=0.9' : 'dice<0.5'
  if (task === 'ordinal') return isTargeted ? undefined : 'change>=1'
  if (task === 'detection') return target === 'false-positives' ? 'boxes>=1' : undefined
  if (!('tolerance' in output)) return undefined
  return isTargeted ? `within ${output.tolerance}` : `change>${output.tolerance}`
}

/** Losses by what the form holds, '' for the preset; undefined where there is no choice. */
export function lossesFor({ task }: Pick<Asked, 'task'>): Readonly<Record<string, string>> | undefined {
  if (task === 'segmentation') return texts.attack.losses
  return task === 'regression' ? texts.attack.valueLosses : undefined
}
