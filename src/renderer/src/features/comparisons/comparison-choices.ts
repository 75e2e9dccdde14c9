import type { TaskForm } from '../../../../core/tasks/form.ts'
import type { MethodHelp } from '../../api/types.ts'
import { methodsFor, seesNeighbours, type Subject } from '../attack/method-options.ts'
import type { ComparisonForm } from './comparison-form.ts'

type Method = Pick<MethodHelp, 'name' | 'group' | 'title' | 'stacks' | 'tasks' | 'compares'>

/** All models and methods that there are. */
interface Known {
  readonly models: readonly {
    readonly name: string
    readonly card: Subject
    readonly form: Pick<TaskForm, 'labels'>
  }[]
  readonly methods: readonly Method[]
}

/** What the form offers, and what of it is ticked: that is what is compared. */
export interface Choices {
  readonly offered: { readonly models: readonly string[]; readonly methods: readonly Method[] }
  readonly chosen: Pick<ComparisonForm, 'models' | 'methods'>
  /** How labels are given for the first of the chosen models. */
  readonly labels: TaskForm['labels'] | undefined
  /** Whether any of them sees neighbouring slices. */
  readonly isOfStacks: boolean
}

/**
 * Offers all models and the methods that suit the chosen ones. Ticks of others wait: they are there again
 * once the models are.
 */
export function choicesOf(ticked: Pick<ComparisonForm, 'models' | 'methods'>, known: Known): Choices {
  const models = ticked.models.flatMap((name) => known.models.find((model) => model.name === name) ?? [])
  const methods = methodsFor(
    models.map(({ card }) => card),
    known.methods.filter(({ compares }) => compares),
  )
  return {
    offered: { models: known.models.map(({ name }) => name), methods },
    chosen: {
      models: models.map(({ name }) => name),
      methods: ticked.methods.filter((name) => isAmong(methods, name)),
    },
    labels: models[0]?.form.labels,
    isOfStacks: models.some(({ card }) => seesNeighbours(card)),
  }
}

/** All ticks after those of the offered methods were changed. */
export function ticksAfter(
  ticks: readonly string[],
  offered: readonly Method[],
  changed: readonly string[],
): string[] {
  return [...ticks.filter((name) => !isAmong(offered, name)), ...changed]
}

function isAmong(methods: readonly Method[], wanted: string): boolean {
  return methods.some(({ name }) => name === wanted)
}
