import type { ModelCard } from '../../../../core/model/card.ts'
import { texts } from '../../texts.ts'
import { answerNames } from '../model/answers.ts'

type Card = Pick<ModelCard, 'task' | 'output'>

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

/** What an attack can go towards; of a value none, since it is written. A repeated run may have another goal of the model: it is among them. */
export function goalsFor(card: Card | undefined, chosen: string | null): readonly Goal[] {
  if (card === undefined || card.task === 'regression') return []
  const classes = answerNames(card.output).classes.map(towards)
  const offered = [...(wordsOf[card.task] ?? []), ...classes]
  const isOffered = offered.some(({ value }) => value === chosen)
  return chosen === null || isOffered || !namesClassesOf(chosen, card) ? offered : [...offered, towards(chosen)]
}

/** What an attack goes towards: what was chosen, or null where another model had that goal. */
export function goalFor(chosen: string | null, card: Card | undefined): string | null {
  const isOffered = card?.task === 'regression' || goalsFor(card, chosen).some(({ value }) => value === chosen)
  return isOffered ? chosen : null
}

function towards(value: string): Goal {
  return { value, label: texts.attack.towards(value) }
}

/** As the command line takes them: by index, `class:NAME` of boxes, `none` of masks, `Edema=raise,Mass=lower` where labels may overlap. */
function namesClassesOf(goal: string, { task, output }: Card): boolean {
  const { classes } = answerNames(output)
  const known = new Set([...classes, ...classes.map((_, index) => String(index)), ...(task === 'segmentation' ? ['none'] : [])])
  return goal.split(',').every((part) => known.has(part.replace(/^class:|=\s*(raise|lower|leave)\s*$/g, '').trim()))
}
