/** A criterion that is taken where the user names none. */
export interface CriterionPreset {
  /** The goals that it is of: away from the label, towards anything else, or one word such as `false-positives`. */
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
  readonly labels: 'table' | 'masks'
}
