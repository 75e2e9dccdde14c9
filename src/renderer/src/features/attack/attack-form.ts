import type { Stacked } from '../../../../core/model/context.ts'
import { seesNeighbours } from '../../../../core/tasks/form.ts'
import { create } from 'zustand'
import type { AttackSpec } from '../../../../core/spec/attack-spec.ts'
import { attackPresets } from '../../../../core/spec/presets.ts'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { seriesOf } from '../../state/ui-store.ts'
import type { ActiveSlice } from '../../state/use-active-slice.ts'
import type { GoalForm } from './goals.ts'

type RunRequest = RunInfo['request']

export type Scope = 'study' | 'series' | 'slice'

/** What belongs to a run rather than to a method. */
export interface RunForm extends Pick<
  AttackSpec,
  'seed' | 'earlyStop' | 'slices' | 'straightThrough' | 'eot' | 'oblivious'
> {
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
  const { method, seed, earlyStop, batch, slices, straightThrough, targetMasks, criterion, loss } = spec
  const { eot, oblivious } = spec
  const texts = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)]))
  useAttackForm.setState((form) => ({
    method,
    seed,
    earlyStop,
    batch,
    slices,
    straightThrough,
    eot,
    oblivious,
    targetMasks,
    criterion,
    loss,
    // What is changed would make its name wrong.
    name: '',
    labels: labels ?? '',
    goal: target === undefined ? null : { model, goal: target },
    settings: { ...form.settings, [method]: texts },
  }))
}

/** Where an attack is to be made. */
export interface ScopeContext {
  readonly card: Stacked | undefined
  readonly studies: readonly StudyInfo[]
  readonly slice: ActiveSlice | undefined
}

const scopes: readonly Scope[] = ['study', 'series', 'slice']

/**
 * What can be attacked: a model that sees slices with their neighbours takes whole stacks, as a series or an
 * image of several frames is.
 */
export function scopesFor({ card, studies, slice }: ScopeContext): readonly Scope[] {
  const image = seriesOf(studies, slice)?.images.find(({ index }) => index === slice?.image)
  const isPartOfStack = card !== undefined && seesNeighbours(card) && image?.frames === 1
  return isPartOfStack ? scopes.filter((scope) => scope !== 'slice') : scopes
}

/** What is attacked: what was chosen or, where that can't be, what is around it. */
export function scopeFor(chosen: Scope, place: ScopeContext): Scope {
  return scopesFor(place).includes(chosen) ? chosen : 'series'
}
