import type { ModelCard } from '../../../../core/model/card.ts'
import type { MethodHelp } from '../../api/types.ts'

interface MethodOptions {
  readonly group: string
  readonly items: { readonly value: string; readonly label: string }[]
}

/** What says whether a method suits a model. */
type Fitness = Pick<MethodHelp, 'stacks'> & { readonly tasks?: readonly ModelCard['task'][] | undefined }

/** What of a card says which methods suit the model. */
export interface Subject {
  readonly task: ModelCard['task']
  readonly input: { readonly slices?: unknown; readonly volume?: unknown }
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

/** Whether a model's prediction of a slice depends on the slices beside it. */
export function seesNeighbours({ input }: Pick<Subject, 'input'>): boolean {
  return input.slices !== undefined || input.volume !== undefined
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
