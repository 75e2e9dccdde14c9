import { RadversaryError } from '../errors.ts'
import type { LossKind, LossSpec } from './ports.ts'

export interface LossPart {
  readonly kind: LossKind
  readonly weight: number
}

/**
 * A loss as the weighted losses that it consists of, one for a plain loss; weights of 0 are left out. Throws
 * `usage` where none is left.
 */
export function lossParts(kind: LossSpec['kind']): LossPart[] {
  if (typeof kind === 'string') return [{ kind, weight: 1 }]
  const parts = (Object.entries(kind) as [LossKind, number][]).filter(([, weight]) => weight !== 0)
  if (parts.length > 0) return parts.map(([part, weight]) => ({ kind: part, weight }))
  throw new RadversaryError(
    'usage',
    'Loss: expected a mixture with at least one weight that is not 0, got none',
  )
}

/** A loss in words: `dice`, or `0.5 cross-entropy + 0.5 dice`. */
export function lossName(kind: LossSpec['kind']): string {
  if (typeof kind === 'string') return kind
  return lossParts(kind)
    .map((part) => `${part.weight} ${part.kind}`)
    .join(' + ')
}
