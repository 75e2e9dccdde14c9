import { create } from 'zustand'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import type { AttackSpec } from '../../../../core/spec/attack-spec.ts'
import { attackPresets } from '../../../../core/spec/presets.ts'
import type { GoalForm } from './goals.ts'

type RunRequest = RunInfo['request']

export type Scope = 'study' | 'series' | 'slice'

/** What belongs to a run rather than to a method. */
export interface RunForm extends Pick<AttackSpec, 'seed' | 'earlyStop' | 'slices'> {
  /** Undefined: the preset. */
  readonly batch?: AttackSpec['batch'] | undefined
}

/** An attack as it is being filled in: the spec's fields, and what a form has in the place of others. */
export interface AttackForm extends GoalForm, RunForm, Pick<AttackSpec, 'method'> {
  /** Texts of settings by method and name; what is left out is at its preset. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Path of a labels file, empty for none. Undefined: the one beside the study, where there is one. */
  readonly labels: string | undefined
  /** In the place of `images`. */
  readonly scope: Scope
  readonly name: string
}

const { method, seed, earlyStop } = attackPresets
const initial: AttackForm = {
  method,
  seed,
  earlyStop,
  settings: {},
  goal: null,
  labels: undefined,
  scope: 'study',
  name: '',
}

export const useAttackForm = create<AttackForm>(() => initial)

export function changeForm(change: Partial<AttackForm>): void {
  useAttackForm.setState(change)
}

export function changeSetting(method: string, name: string, text: string): void {
  useAttackForm.setState(({ settings }) => ({
    settings: { ...settings, [method]: { ...settings[method], [name]: text } },
  }))
}

/** Fills the form with what a run was started with. */
export function fillForm({ model, target, settings, labels, ...spec }: RunRequest): void {
  const { method, seed, earlyStop, batch, slices, targetMasks, criterion, loss, name } = spec
  const texts = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)]))
  useAttackForm.setState((form) => ({
    method,
    seed,
    earlyStop,
    batch,
    slices,
    targetMasks,
    criterion,
    loss,
    name,
    labels: labels ?? '',
    goal: target === undefined ? null : { model, goal: target },
    settings: { ...form.settings, [method]: texts },
  }))
}
