import type { ModelCard } from '../../../../core/model/card.ts'
import { texts } from '../../texts.ts'
import { answerNames } from '../../state/card-answers.ts'

/** What an attack goes towards, as on the command line, chosen for one model: to another it is none. */
export interface ChosenGoal {
  readonly model: string
  readonly goal: string
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
