import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import type { ActiveSlice } from '../../state/use-active-slice.ts'
import { seriesOf } from '../../state/ui-store.ts'
import type { Scope } from './attack-form.ts'
import { seesNeighbours, type Subject } from './method-options.ts'

/** Where an attack is to be made. */
export interface ScopeContext {
  readonly card: Pick<Subject, 'input'> | undefined
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
