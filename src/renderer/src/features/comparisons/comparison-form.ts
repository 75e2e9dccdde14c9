import { readingsOf } from '../../../../core/image/budget.ts'
import { create } from 'zustand'
import { comparedMethods } from '../../../../core/spec/compared-methods.ts'
import type { ComparisonSpec } from '../../../../core/spec/comparison-spec.ts'
import { attackPresets, comparisonPresets } from '../../../../core/spec/presets.ts'
import { seesNeighbours, type TaskForm } from '../../../../core/tasks/form.ts'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { engine } from '../../api/client.ts'
import type { MethodHelp } from '../../api/types.ts'
import type { KnownModel } from '../../state/card-answers.ts'
import { askIntensity } from '../../state/intensity-question.ts'
import { useUi } from '../../state/ui-store.ts'
import { drawnRegion } from '../../viewer/region.ts'
import { defenceAsked } from '../attack/attack-asked.ts'
import type { RunForm } from '../attack/attack-form.ts'
import { given, type GoalForm, goalSpecOf } from '../attack/goals.ts'
import { sizeProblem } from '../attack/setting-text.ts'
import { texts } from '../../texts.ts'
import { methodsFor, type Subject } from '../attack/method-options.ts'
import { beginJob } from '../jobs/kept-jobs.ts'

/** What the form holds; kept while the dialog is closed. What of it is compared, `choicesOf` says. */
interface ComparisonForm extends GoalForm, RunForm, Pick<ComparisonSpec, 'transfer'> {
  /** Undefined before any was ticked: the model that is worked with. */
  readonly models: ComparisonSpec['models'] | undefined
  readonly methods: readonly string[]
  /** Separated by spaces or semicolons. */
  readonly budgets: string
  readonly budgetsL2: string
  /** METHOD.SETTING=VALUE texts, separated as budgets are. */
  readonly settings: string
  /** METHOD.SETTING=VALUE,VALUE texts, separated as budgets are. */
  readonly sweeps: string
  /** A labels file, empty for none; undefined for the one beside the study. */
  readonly labels: string | undefined
}

const { seed, earlyStop } = attackPresets
const { methods, budgets } = comparisonPresets

export const useComparisonForm = create<ComparisonForm>(() => ({
  models: undefined,
  methods,
  budgets: budgets.Linf.join(' '),
  budgetsL2: '',
  settings: '',
  sweeps: '',
  // A page that compares models means to see what transfers.
  transfer: true,
  labels: undefined,
  goal: null,
  seed,
  earlyStop,
}))

export const changeComparisonForm: (change: Partial<ComparisonForm>) => void = useComparisonForm.setState

/** Names of models and methods that are ticked. */
interface Ticks {
  readonly models: ComparisonSpec['models']
  readonly methods: readonly string[]
}

/** What is compared, by which labels, and what is known of the first model, whose goal is asked for. */
interface Compared extends Ticks {
  readonly labels: string
  readonly known: KnownModel | undefined
  readonly isOfStacks: boolean
  /** Whether gradients of one can go straight through its rounding. */
  readonly isQuantised: boolean
  /** Cards of the models, which may have defences. */
  readonly defended: readonly Pick<Subject, 'defence'>[]
}

/**
 * Writes the comparison down and sets it to work in the background; false where its user declines to apply a
 * card that does not suit. What is wrong with the form is thrown.
 */
export async function startComparison(study: StudyInfo, compared: Compared): Promise<boolean> {
  const { models } = compared
  const form = useComparisonForm.getState()
  const asked = comparisonAsked(form, compared)
  const intensity = await askIntensity({ study: study.id, models })
  if (intensity === 'cancelled') return false
  const { region } = useUi.getState()
  const { id } = await engine.comparisons.create.mutate({
    ...asked,
    study: study.id,
    region: region && drawnRegion(region),
    forceIntensity: intensity === 'forced',
    forceReferences: intensity === 'forced' ? true : undefined,
  })
  await beginJob('comparisons', id)
  return true
}

/** The form as the engine takes it. @throws RadversaryError usage for settings of another shape. */
export function comparisonAsked(
  form: ComparisonForm,
  { models, methods, labels, known, isOfStacks, isQuantised, defended }: Compared,
) {
  const { budgets, budgetsL2, settings, sweeps, transfer, seed, earlyStop, batch } = form
  return {
    ...goalSpecOf(form, models[0], known),
    models: [...models],
    seed,
    earlyStop,
    batch,
    transfer: transfer && models.length > 1,
    methods: comparedMethods(methods, partsOf(settings), partsOf(sweeps)),
    budgets: { Linf: partsOf(budgets), L2: partsOf(budgetsL2) },
    labels: given(labels),
    slices: isOfStacks ? form.slices : undefined,
    straightThrough: isQuantised ? form.straightThrough : undefined,
    ...defenceAsked(form, defended),
  }
}

/** '8/255; 20HU' and '8/255 20HU' are two parts; a number and its unit stand together. */
export function partsOf(text: string): string[] {
  return text.split(/[\s;]+/).filter((part) => part !== '')
}

type Method = Pick<MethodHelp, 'name' | 'group' | 'title' | 'stacks' | 'tasks' | 'compares'>

/** All models and methods that there are. */
interface Known {
  readonly models: readonly {
    readonly name: string
    readonly card: Subject
    readonly form: Pick<TaskForm, 'labels'>
    readonly isQuantised?: boolean
  }[]
  readonly methods: readonly Method[]
}

/** What the form offers, and what of it is ticked: that is what is compared. */
export interface Choices {
  readonly offered: { readonly models: readonly string[]; readonly methods: readonly Method[] }
  readonly chosen: Ticks
  /** How labels are given for the first of the chosen models. */
  readonly labels: TaskForm['labels'] | undefined
  /** Whether any of them sees neighbouring slices. */
  readonly isOfStacks: boolean
  /** Whether gradients of one can go straight through its rounding. */
  readonly isQuantised: boolean
  readonly defended: Compared['defended']
}

/**
 * Offers all models and the methods that suit the chosen ones. Ticks of others wait: they are there again
 * once the models are.
 */
export function choicesOf(ticked: Ticks, known: Known): Choices {
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
    isQuantised: models.some(({ isQuantised }) => isQuantised === true),
    defended: models.map(({ card }) => card),
  }
}

/** Why a comparison can't be started as the form has it; empty where it can. */
export function comparisonProblems(
  { models, methods }: Choices['chosen'],
  { budgets, budgetsL2 }: Pick<ComparisonForm, 'budgets' | 'budgetsL2'>,
): string[] {
  const { models: someModel, methods: someMethod } = texts.comparisons.needs
  return [
    ...(models.length === 0 ? [someModel] : []),
    ...(methods.length === 0 ? [someMethod] : []),
    ...[budgetsProblem(budgets), budgetsProblem(budgetsL2, true)].filter((problem) => problem !== undefined),
  ]
}

/**
 * What is wrong with the first wrong one of some budgets. Those of the Euclidean norm of all pixels are often
 * above 1.
 */
export function budgetsProblem(text: string, areOfNorm = false): string | undefined {
  for (const part of partsOf(text)) {
    const problem = sizeProblem(part, areOfNorm ? undefined : readingsOf(part))
    if (problem !== undefined) return `${part}: ${problem}`
  }
  return undefined
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
