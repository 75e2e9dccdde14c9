import { entry } from '../../core/entry.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { voteActivation } from '../../core/model/combined-logits.ts'
import { ensembleModel } from '../../core/model/ensemble.ts'
import type { Runtime } from '../../core/model/runtime.ts'
import type { Combination } from '../../core/spec/presets.ts'
import { outputs } from '../../core/tasks/outputs.ts'
import { logitsThemselves } from './logits-head.ts'
import type { PixelModel } from './pixel-model.ts'

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
