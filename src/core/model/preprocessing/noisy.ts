import { fillNormal, type RandomSource } from '../../attacks/random.ts'
import { addScaled } from '../../math/planes.ts'
import { sampleOf, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { DefenceStep } from '../defence.ts'
import { defenceText } from '../defence-steps.ts'
import type { DifferentiableModel } from '../ports.ts'
import { preprocessingFor, seenCard, type ImageShape, type PreprocessingCard } from './chain.ts'
import { composeSteps } from './step.ts'

/** A classifier seen through noise that is drawn anew for each copy of an image. */
export interface NoisyModel {
  /** Logits [copies, K] of noisy copies of an image [1, C, H, W] in relative intensity. */
  predict(x: Tensor, copies: number, random: RandomSource): Promise<Tensor>
}

export type NoiseStep = Extract<DefenceStep, { readonly kind: 'noise' }>

/** The card's chain with noise where `noise` says; the card's own defence comes after it. */
export function noisyModel(
  model: DifferentiableModel,
  card: PreprocessingCard,
  shape: ImageShape,
  noise: NoiseStep,
): NoisyModel {
  const seen = seenCard(model, card, shape)
  const { steps } = preprocessingFor({ ...seen, defence: [noise, ...(card.defence ?? [])] }, shape)
  const at = steps.findIndex(({ name }) => name === defenceText(noise))
  const [before, after] = [composeSteps(steps.slice(0, at)), composeSteps(steps.slice(at + 1))]
  return {
    predict: (x, copies, random) => {
      const clean = before.apply(x)
      const noisy = tensor([copies, ...clean.shape.slice(1)])
      for (let copy = 0; copy < copies; copy++) {
        const row = sampleOf(noisy, copy).data
        const drawn = new Float32Array(row.length)
        fillNormal(drawn, random)
        row.set(clean.data)
        addScaled(row, noise.sigma, drawn)
      }
      return model.predict(after.apply(noisy))
    },
  }
}
