import type { ModelCard } from '../../../../core/model/card.ts'
import { texts } from '../../texts.ts'
import { answerNames } from '../model/answers.ts'

/** Of a detection, beside its classes. */
const boxGoals = [
  { value: 'vanish', label: texts.attack.vanish },
  { value: 'false-positives', label: texts.attack.falsePositives },
]

/** What an attack can go towards; of a value none, since it is written. */
export function goalsFor(card: Pick<ModelCard, 'task' | 'output'> | undefined): { value: string; label: string }[] {
  if (card === undefined || card.task === 'regression') return []
  const classes = answerNames(card.output).classes.map((value) => ({ value, label: texts.attack.towards(value) }))
  return card.task === 'detection' ? [...boxGoals, ...classes] : classes
}

/** What an attack goes towards: what was chosen, or null where another model had that goal. */
export function goalFor(chosen: string | null, card: Pick<ModelCard, 'task' | 'output'> | undefined): string | null {
  const isOffered = card?.task === 'regression' || goalsFor(card).some(({ value }) => value === chosen)
  return isOffered ? chosen : null
}
