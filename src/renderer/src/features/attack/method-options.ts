import type { ModelCard } from '../../../../core/model/card.ts'
import type { Stacked } from '../../../../core/model/context.ts'
import { seesNeighbours } from '../../../../core/tasks/form.ts'
import type { MethodHelp } from '../../api/types.ts'

interface MethodOptions {
  readonly group: string
  readonly items: { readonly value: string; readonly label: string }[]
}

/** What says whether a method suits a model. */
type Fitness = Pick<MethodHelp, 'stacks'> & { readonly tasks?: readonly ModelCard['task'][] | undefined }

/** What of a card says which methods suit the model. */
export interface Subject extends Stacked, Pick<ModelCard, 'defence'> {
  readonly task: ModelCard['task']
}

/**
 * Those that can attack all of some models: of their tasks and, where slices are seen with their neighbours,
 * made for that.
 */
export function methodsFor<Method extends Fitness>(
  cards: readonly Subject[],
  methods: readonly Method[],
): Method[] {
  const suits = ({ tasks, stacks }: Method, card: Subject) =>
    (tasks === undefined || tasks.includes(card.task)) && (stacks || !seesNeighbours(card))
  return methods.filter((method) => cards.every((card) => suits(method, card)))
}

/** Methods for a list to choose from, by kind. */
export function methodOptions(
  methods: readonly Pick<MethodHelp, 'group' | 'name' | 'title'>[],
): MethodOptions[] {
  const groups = new Map<string, MethodOptions['items']>()
  for (const { group, name, title } of methods) {
    const items = groups.get(group) ?? []
    items.push({ value: name, label: title })
    groups.set(group, items)
  }
  return [...groups].map(([group, items]) => ({ group, items }))
}
