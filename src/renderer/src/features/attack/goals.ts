import type { ModelCard } from '../../../../core/model/card.ts'
import { criterionPreset, type TaskForm } from '../../../../core/tasks/form.ts'
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

/** A choice of a list. */
interface Goal {
  readonly value: string
  readonly label: string
}

/** What of a model its goals depend on. */
interface Asked {
  readonly card: Pick<ModelCard, 'output'>
  readonly form: TaskForm
}

/** The goal of a model; null for away from the label. */
export function goalOf(chosen: ChosenGoal | null, model: string | undefined): string | null {
  return chosen !== null && chosen.model === model ? chosen.goal : null
}

/**
 * What a model's attack can go towards, and what it does: a repeated run's goal may be none of those offered
 * (`Edema=raise,Mass=lower`).
 */
export function goalsFor({ card, form: { target } }: Asked, goal: string | null): readonly Goal[] {
  const words = target.kind === 'class' ? target.words.map(inWords) : []
  const offered = [...words, ...answerNames(card.output).classes.map(towards)]
  return goal === null || offered.some(({ value }) => value === goal) ? offered : [...offered, towards(goal)]
}

function towards(value: string): Goal {
  return { value, label: texts.attack.towards(value) }
}

/** What may become of an image beside a class. */
function inWords(value: string): Goal {
  const words: Readonly<Record<string, string>> = texts.attack.words
  return { value, label: words[value] ?? value }
}

/** What of a form an attack on a model is asked: fields that the model's task has not are left out. */
export function goalSpecOf(form: GoalForm, model: string | undefined, known: Asked | undefined): GoalSpec {
  const target = goalOf(form.goal, model) ?? undefined
  if (known === undefined) return { target }
  const aim = { target, targetMasks: takesMasks(known, target) ? given(form.targetMasks) : undefined }
  return {
    ...aim,
    criterion: presetFor(known, aim) && given(form.criterion),
    loss: known.form.losses.length > 0 ? given(form.loss) : undefined,
  }
}

/** An empty field is one that was not given. */
export function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed === '' ? undefined : trimmed
}

/** Whether an attack can go towards masks of a file: instead of towards a class. */
export function takesMasks({ form: { labels } }: Asked, target: string | undefined): boolean {
  return labels.kind === 'masks' && target === undefined
}

/** The criterion that is taken where none is given; undefined where there is no choice. */
export function presetFor(
  { form }: Asked,
  { target, targetMasks }: Pick<GoalSpec, 'target' | 'targetMasks'>,
): string | undefined {
  return criterionPreset(form, target ?? targetMasks ?? null)
}

/** Losses as the form holds them, '' for the task's own one, with their names. */
export function lossesFor({ form: { losses } }: Asked): readonly Goal[] {
  const names: Readonly<Record<string, string>> = texts.attack.losses
  return losses.map((loss, index) => ({ value: index === 0 ? '' : loss, label: names[loss] ?? loss }))
}
