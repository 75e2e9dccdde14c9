import { create } from 'zustand'
import { readingsOf } from '../../../../core/image/budget.ts'
import type { EvaluationSpec } from '../../../../core/spec/comparison-spec.ts'
import { attackPresets } from '../../../../core/spec/presets.ts'
import { protocols, type ProtocolName } from '../../../../core/spec/protocols.ts'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { engine } from '../../api/client.ts'
import type { KnownModel } from '../../state/card-answers.ts'
import { askIntensity } from '../../state/intensity-question.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { drawnRegion } from '../../viewer/region.ts'
import { defenceAsked } from '../attack/attack-asked.ts'
import type { RunForm } from '../attack/attack-form.ts'
import { partsOf } from '../comparisons/comparison-form.ts'
import { given, type GoalForm, goalSpecOf } from '../attack/goals.ts'
import { sizeProblem } from '../attack/setting-text.ts'
import { beginJob } from '../jobs/kept-jobs.ts'

/** What the form holds; kept while the dialog is closed. */
interface EvaluationForm extends GoalForm, RunForm, Pick<EvaluationSpec, 'protocol' | 'pictures'> {
  /** Undefined before any was ticked: the model that is worked with. */
  readonly models: EvaluationSpec['models'] | undefined
  /** Empty: the protocol's. */
  readonly epsilon: string
  /** A labels file, empty for none; undefined for the one beside the study. */
  readonly labels: string | undefined
  /** Columns of the labels file, separated by spaces or semicolons. */
  readonly subgroups: string
}

const { seed, earlyStop } = attackPresets

export const useEvaluationForm = create<EvaluationForm>(() => ({
  models: undefined,
  protocol: 'standard',
  pictures: true,
  epsilon: '',
  labels: undefined,
  subgroups: '',
  goal: null,
  seed,
  earlyStop,
}))

export const changeEvaluationForm: (change: Partial<EvaluationForm>) => void = useEvaluationForm.setState

/** Protocols as a list offers them. */
export const protocolNames = Object.keys(protocols) as ProtocolName[]

/** What is evaluated, by which labels, and what is known of the first model, whose goal is asked for. */
interface Evaluated {
  readonly models: EvaluationSpec['models']
  readonly labels: string
  readonly known: KnownModel | undefined
  readonly isOfStacks: boolean
  readonly isQuantised: boolean
  /** Cards of the models, whose defences attacks may have to see through. */
  readonly defended: Parameters<typeof defenceAsked>[1]
}

/**
 * Writes the evaluation down and begins it in the background; false where its user declines to apply a card
 * that does not suit. What is wrong with the form is thrown.
 */
export async function startEvaluation(study: StudyInfo, evaluated: Evaluated): Promise<boolean> {
  const { models } = evaluated
  const asked = evaluationAsked(useEvaluationForm.getState(), evaluated)
  const intensity = await askIntensity({ study: study.id, models })
  if (intensity === 'cancelled') return false
  const { region } = useUi.getState()
  const { id } = await engine.evaluations.create.mutate({
    ...asked,
    study: study.id,
    region: region && drawnRegion(region),
    forceIntensity: intensity === 'forced',
    forceReferences: intensity === 'forced' ? true : undefined,
  })
  await beginJob('evaluations', id)
  return true
}

/** The form as the engine takes it. */
function evaluationAsked(
  form: EvaluationForm,
  { models, labels, known, isOfStacks, isQuantised, defended }: Evaluated,
) {
  const { protocol, epsilon, subgroups, pictures, seed, earlyStop, batch } = form
  const columns = partsOf(subgroups)
  return {
    ...goalSpecOf(form, models[0], known),
    models: [...models],
    protocol,
    epsilon: given(epsilon),
    subgroups: columns.length === 0 ? undefined : columns,
    pictures,
    seed,
    earlyStop,
    batch,
    labels: given(labels),
    slices: isOfStacks ? form.slices : undefined,
    straightThrough: isQuantised ? form.straightThrough : undefined,
    ...defenceAsked(form, defended),
  }
}

/** Why an evaluation can't be started as the form has it; empty where it can. */
export function evaluationProblems(models: readonly string[], epsilon: string): string[] {
  const budget = budgetProblem(epsilon)
  return [
    ...(models.length === 0 ? [texts.comparisons.needs.models] : []),
    ...(budget === undefined ? [] : [budget]),
  ]
}

/** What is wrong with the budget; an empty one is the protocol's. */
export function budgetProblem(text: string): string | undefined {
  return text.trim() === '' ? undefined : sizeProblem(text, readingsOf(text))
}
