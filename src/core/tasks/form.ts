import { contextOf, type Stacked } from '../model/context.ts'

/** A criterion that is taken where the user names none. */
export interface CriterionPreset {
  /**
   * The goals that it is of: away from the label, towards anything else, or one word such as
   * `false-positives`.
   */
  readonly of: string
  readonly criterion: string
}

/** What a form asks of an attack on a task's models, beside budget and method. */
export interface TaskForm {
  /** A goal is a class, one of `words`, or a number. */
  readonly target:
    | { readonly kind: 'class'; readonly words: readonly string[] }
    | { readonly kind: 'value'; readonly name: string; readonly unit: string }
  readonly criteria: readonly CriterionPreset[]
  /** The task's own one is first; none where there is no choice. */
  readonly losses: readonly string[]
  /** How labels are given, and the name of the file or folder that is looked for beside a study. */
  readonly labels: { readonly kind: 'table' | 'masks'; readonly file: string }
}

/** The criterion that a goal has where the user names none; undefined where there is no choice. */
export function criterionPreset({ criteria }: TaskForm, goal: string | null): string | undefined {
  const names = goal === null ? ['away'] : [goal, 'towards']
  return names.flatMap((name) => criteria.filter(({ of }) => of === name))[0]?.criterion
}

/** Whether a model's prediction of a slice depends on others of its stack. */
export function seesNeighbours(card: Stacked): boolean {
  return contextOf(card) > 0
}
