import { addNormal, type RandomSource } from '../../random.ts'
import { extents4, sampleOf, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { DefenceStep } from '../defence.ts'
import { defenceText } from '../defence-steps.ts'
import type { DifferentiableModel } from '../ports.ts'
import { preprocessingFor, seenCard, type ImageShape, type PreprocessingCard } from './chain.ts'
import { composeSteps } from './step.ts'

/** A classifier that sees one image through noise, drawn anew for each copy: logits [copies, K]. */
export type NoisyModel = (copies: number, random: RandomSource) => Promise<Tensor>

export type NoiseStep = Extract<DefenceStep, { readonly kind: 'noise' }>

/**
 * The model of an image [1, C, H, W] in relative intensity, with noise in the card's chain where `noise`
 * says; the card's own defence comes after it.
 */
export function noisyModel(
  model: DifferentiableModel,
  card: PreprocessingCard,
  x: Tensor,
  noise: NoiseStep,
): NoisyModel {
  const [, channels, rows, columns] = extents4(x.shape, 'Noise')
  const shape: ImageShape = [channels, rows, columns]
  const seen = seenCard(model, card, shape)
  const { steps } = preprocessingFor({ ...seen, defence: [noise, ...(card.defence ?? [])] }, shape)
  const at = steps.findIndex(({ name }) => name === defenceText(noise))
  const after = composeSteps(steps.slice(at + 1))
  const clean = composeSteps(steps.slice(0, at)).apply(x)
  return (copies, random) => {
    const noisy = tensor([copies, ...clean.shape.slice(1)])
    for (let copy = 0; copy < copies; copy++) {
      const row = sampleOf(noisy, copy).data
      row.set(clean.data)
      addNormal(row, noise.sigma, random)
    }
    return model.predict(after.apply(noisy))
  }
}
