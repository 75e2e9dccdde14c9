import { defineMethod } from '../method-entry.ts'
import { pixelPgd, pixelPgdSettings } from '../pixel-pgd.ts'
import type { Weigh } from '../pixel-weights.ts'

/** Agnihotri et al. 2024: PGD whose loss weighs each pixel by how far it still is from being won. */
export const cosPgd = defineMethod({
  name: 'cospgd',
  title: 'CosPGD',
  summary:
    'PGD against segmentations that weighs each pixel’s loss by the cosine between its prediction and its label.',
  equation:
    'L = mean_i cos(f(x_t)_i, y_i)·J_i (1 − cos towards a wanted mask); x_{t+1} = project_ε(x_t + α·sign(∇L))',
  source: {
    authors: 'S. Agnihotri, S. Jung, M. Keuper',
    title: 'CosPGD: An Efficient White-Box Adversarial Attack for Pixel-Wise Prediction Tasks',
    venue: 'ICML 2024',
    identifier: 'arXiv:2302.02213',
  },
  access: 'white-box',
  stacks: true,
  tasks: ['segmentation'],
  settings: pixelPgdSettings,
  create: (chosen) =>
    pixelPgd({ title: 'CosPGD', weighAt: ({ targeted }) => (targeted ? missing : cosine) }, chosen),
})

/** Cosine of the distributions over classes; a single output is one of yes and no. */
const cosine: Weigh = ({ first, stride, channels }, { p, target }) => {
  if (channels === 1) return cosineOfTwo(p[first] ?? 0, target[first] ?? 0)
  let [product, squaresP, squaresT] = [0, 0, 0]
  for (let k = 0, i = first; k < channels; k++, i += stride) {
    const [a, b] = [p[i] ?? 0, target[i] ?? 0]
    product += a * b
    squaresP += a * a
    squaresT += b * b
  }
  return product / Math.sqrt(squaresP * squaresT)
}

function cosineOfTwo(p: number, t: number): number {
  return (p * t + (1 - p) * (1 - t)) / (Math.hypot(p, 1 - p) * Math.hypot(t, 1 - t))
}

const missing: Weigh = (...at) => 1 - cosine(...at)
