import { create } from 'zustand'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import type { ChosenGoal } from './goals.ts'

type RunRequest = RunInfo['request']

export type Scope = 'study' | 'series' | 'slice'

/** An attack as it is being filled in. */
export interface AttackForm {
  readonly method: string
  /** Texts of settings by method and name; what is left out is at its preset. */
  readonly settings: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Null for an attack away from the label. */
  readonly goal: ChosenGoal | null
  /** Criterion of success, written as on the command line; empty: the preset. */
  readonly criterion: string
  readonly loss: string
  /** Path of a labels file. Undefined: the one beside the study, where there is one. */
  readonly labels: string | undefined
  readonly scope: Scope
  readonly seed: number
  readonly earlyStop: boolean
  readonly name: string
}

const initial: AttackForm = {
  method: 'smia',
  settings: {},
  goal: null,
  criterion: '',
  loss: '',
  labels: undefined,
  scope: 'study',
  seed: 0,
  earlyStop: false,
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
export function fillForm({
  method,
  settings,
  target,
  criterion,
  loss,
  labels,
  seed,
  earlyStop,
  model,
  name,
}: RunRequest): void {
  const texts = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)]))
  useAttackForm.setState((form) => ({
    ...{ method, seed, earlyStop, name, criterion: criterion ?? '', loss: loss ?? '', labels: labels ?? '' },
    goal: target === undefined ? null : { model, goal: target },
    settings: { ...form.settings, [method]: texts },
  }))
}
