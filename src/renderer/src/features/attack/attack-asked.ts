import { seesNeighbours } from '../../../../core/tasks/form.ts'
import type { KnownModel } from '../../state/card-answers.ts'
import type { AttackForm } from './attack-form.ts'
import { given, goalSpecOf } from './goals.ts'
import { givenSettings, type SettingHelp } from './setting-text.ts'

/** What an attack is made with besides what the form holds. */
export interface Attacked {
  readonly method: { readonly name: string; readonly settings: readonly SettingHelp[] }
  readonly model: string
  readonly labels: string | undefined
  readonly known: KnownModel | undefined
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
    settings: givenSettings(method.settings, settings[method.name] ?? {}),
    labels: given(labels),
    name: given(name),
  }
}
