import { methodNamed } from '../../core/attacks/attack-methods.ts'
import type { AttackEvidence } from '../../core/evaluate/warnings.ts'
import { parseBudget } from '../../core/image/budget.ts'
import type { ConfiguredMethod } from './method-settings.ts'

/** The norm that a method bounds, and its budget as it was given; null where it has none. */
export interface Bound {
  readonly norm: AttackEvidence['norm']
  readonly budget: string | null
}

/** Any images' scale: which norm a method bounds does not depend on it. */
const anyScale = { widthHu: 1, levelWidth: 1 }

export function boundOf(method: ConfiguredMethod): Bound {
  const { norm } = method.forScale(anyScale).ball
  const { epsilon } = method.settings
  const isGiven = typeof epsilon === 'number' || typeof epsilon === 'string'
  return { norm, budget: norm === 'none' || !isGiven ? null : String(epsilon) }
}

/** Names of an ensemble's members, in the order in which they run; undefined of other methods. */
export function memberNamesOf(method: ConfiguredMethod): string[] | undefined {
  return method.forScale(anyScale).members?.map(({ name }) => name)
}

/** What the checks of runs and comparisons look at. */
export function evidenceOf({
  method,
  budget,
  ...rest
}: Bound &
  Pick<AttackEvidence, 'method' | 'task' | 'target' | 'slices' | 'counted' | 'defence'>): AttackEvidence {
  return {
    ...rest,
    method,
    access: methodNamed(method).access,
    budget: budget === null ? null : parseBudget(budget),
  }
}
