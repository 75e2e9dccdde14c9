import { RadversaryError } from '../../core/errors.ts'
import { namesOf, type ModelCard } from '../../core/model/card.ts'
import { contextOf, seriesChannels } from '../../core/model/context.ts'
import type { Combination } from '../../core/spec/presets.ts'
import type { OpenedModel } from './open-model.ts'

/**
 * Several models as one, the first of which says what answers mean. @throws RadversaryError usage for models
 * that can't be combined
 */
export function ensembleOf(
  [first, ...others]: readonly [OpenedModel, ...OpenedModel[]],
  combination: Combination,
): OpenedModel {
  if (others.length === 0) return first
  for (const { card, path } of [first, ...others]) checkMember(card, first.card, path)
  return { ...first, ensemble: { combination, others } }
}

/** What has to be the same of all, in words. */
const shared: readonly (readonly [string, (card: ModelCard) => unknown])[] = [
  ['task', ({ task }) => task],
  ['classes', namesOf],
  ['activation', ({ output }) => ('activation' in output ? output.activation : undefined)],
  ['intensity', ({ intensity }) => intensity],
  ['neighbouring slices', contextOf],
  ['series', ({ input }) => seriesChannels(input)],
]

function checkMember(card: ModelCard, first: ModelCard, file: string): void {
  if (card.task === 'detection') throw refusal('models whose answers can be averaged', 'a detector', file)
  if (card.inputs !== undefined)
    throw refusal('models of images alone', 'one with inputs beside the image', file)
  const other = shared.find(([, of]) => JSON.stringify(of(card)) !== JSON.stringify(of(first)))
  if (other === undefined) return
  const [what, of] = other
  throw refusal(
    `the same ${what} (${JSON.stringify(of(first))}) in all cards`,
    JSON.stringify(of(card)),
    file,
  )
}

function refusal(expected: string, got: string, file: string): RadversaryError {
  return new RadversaryError('usage', `Ensemble: expected ${expected}, got ${got}`, {
    file,
    tip: 'Judge it on what is made on the others instead: --judge.',
  })
}
