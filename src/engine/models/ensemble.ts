import { entry } from '../../core/entry.ts'
import { type ModelCard, namesOf } from '../../core/model/card.ts'
import { voteActivation } from '../../core/model/combined-logits.ts'
import { ensembleModel } from '../../core/model/ensemble.ts'
import type { Runtime } from '../../core/model/runtime.ts'
import type { Combination } from '../../core/spec/presets.ts'
import { outputs } from '../../core/tasks/outputs.ts'
import { logitsThemselves } from './connect-volume.ts'
import type { PixelModel } from './pixel-model.ts'
import { RadversaryError } from '../../core/errors.ts'
import { contextOf, seriesChannels } from '../../core/model/context.ts'
import type { OpenedModel } from './open-model.ts'

interface Combined {
  readonly runtime: Runtime
  readonly combination: Combination
  /** The first member's. */
  readonly card: ModelCard
}

/** Several models as one, each by its own preprocessing; disposed of together. */
export function ensembleOnPixels(
  members: readonly PixelModel[],
  { runtime, combination, card }: Combined,
): PixelModel {
  const first = entry(members, 0)
  const grid = outputs[card.task].isDense ? ['rows', 'columns'] : []
  let made: ReturnType<typeof logitsThemselves> | undefined
  const head = (classes: number) => (made ??= logitsThemselves([classes, ...grid], runtime))
  return {
    context: first.context,
    series: first.series,
    forShape: (shape, around) =>
      ensembleModel({
        members: members.map((member) => member.forShape(shape, around)),
        head,
        combination,
        activation: voteActivation(card),
      }),
    inner: () => undefined,
    dispose: async () => {
      await Promise.all([...members, ...(made ? [await made] : [])].map((model) => model.dispose()))
    },
  }
}

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
