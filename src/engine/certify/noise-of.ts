import { RadversaryError } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { contextOf } from '../../core/model/context.ts'
import { defenceOfCard } from '../../core/model/defence.ts'
import { isDrawn } from '../../core/model/defence-steps.ts'
import type { NoiseStep } from '../../core/model/preprocessing/noisy.ts'

/** What is asked of the noise; what is left out is as the card's noise has it. */
export interface AskedNoise {
  readonly sigma?: number | undefined
  readonly at?: NoiseStep['at'] | undefined
}

/** A classifier whose input is smoothed. */
export interface Smoothed {
  readonly noise: NoiseStep
  /** The card without the noise: the classifier that is smoothed. */
  readonly card: ModelCard
}

/**
 * The smoothing of a card's model. The noise comes first, so that what is certified is of the image; other
 * steps of a defence are of the classifier. @throws RadversaryError usage for a model that is not certified
 */
export function smoothedBy(card: ModelCard, { sigma, at }: AskedNoise): Smoothed {
  refuseOthers(card)
  const own = card.defence?.find((step) => step.kind === 'noise')
  const [noise] = defenceOfCard.parse([
    {
      kind: 'noise',
      at: at ?? own?.at ?? 'input',
      ...(own && { sigma: own.sigma }),
      ...(sigma !== undefined && { sigma }),
    },
  ])
  const others = card.defence?.filter((step) => step.kind !== 'noise') ?? []
  if (noise?.kind !== 'noise') throw refusal('a noise step', 'another')
  if (others.some(isDrawn)) throw refusal('a defence without other random steps', 'one with them')
  if (noise.at === 'input' && others.some((step) => step.at === 'image'))
    throw refusal('noise before all other steps (--at image)', 'noise at the input after steps at the image')
  return { noise, card: { ...card, defence: others.length === 0 ? undefined : others } }
}

function refuseOthers(card: ModelCard): void {
  const { task, output, inputs, clip, normalisation = [] } = card
  const isOfOneClass =
    task === 'ordinal' || (task === 'classification' && output.activation !== 'multi-label-sigmoid')
  if (!isOfOneClass) throw refusal('a model that gives one class', `one for ${task}`)
  if (contextOf(card) > 0) throw refusal('a model of single images', 'one that sees neighbouring slices')
  if (inputs !== undefined) throw refusal('a model of images alone', 'one with inputs beside the image')
  if (clip === false || normalisation.some((step) => step.at === 'image'))
    throw refusal(
      'values of 0 to 1 where noise is added',
      'a card that is not clipped, or normalised at the image',
    )
}

function refusal(expected: string, got: string): RadversaryError {
  return new RadversaryError('usage', `Certification: expected ${expected}, got ${got}`, {
    tip: 'docs/certification.md says which models are certified.',
  })
}
