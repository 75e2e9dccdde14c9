import { seesNeighbours } from '../../../../core/tasks/form.ts'
import type { KnownModel } from '../../state/card-answers.ts'
import { isRandom } from '../../../../core/model/defence-steps.ts'
import type { AttackForm, RunForm } from './attack-form.ts'
import { given, goalSpecOf } from './goals.ts'
import { givenSettings, type SettingHelp } from './setting-text.ts'

/** What an attack is made with besides what the form holds. */
export interface Attacked {
  readonly method: { readonly name: string; readonly settings: readonly SettingHelp[] }
  readonly model: string
  readonly labels: string | undefined
  readonly known: KnownModel | undefined
}

/** The fields of defences, as far as any of the models has one. */
export function defenceAsked(
  { eot, oblivious }: Pick<RunForm, 'eot' | 'oblivious'>,
  cards: readonly Parameters<typeof isRandom>[0][],
) {
  return {
    eot: cards.some(isRandom) ? eot : undefined,
    oblivious: cards.some(({ defence }) => defence !== undefined) ? oblivious : undefined,
  }
}

/** The form as the engine takes it. */
export function attackAsked(form: AttackForm, { method, model, labels, known }: Attacked) {
  const { settings, seed, earlyStop, batch, slices, straightThrough, name } = form
  return {
    ...goalSpecOf(form, model, known),
    model,
    method: method.name,
    seed,
    earlyStop,
    batch,
    slices: known !== undefined && seesNeighbours(known.card) ? slices : undefined,
    straightThrough: known?.isQuantised === true ? straightThrough : undefined,
    ...defenceAsked(form, known === undefined ? [] : [known.card]),
    settings: givenSettings(method.settings, settings[method.name] ?? {}),
    labels: given(labels),
    name: given(name),
  }
}
