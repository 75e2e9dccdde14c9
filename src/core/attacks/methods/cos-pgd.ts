import { z } from 'zod'
import type { StepTaken, Walk } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { lossOfPixels, weightedGradient, type Weigh } from '../pixel-weights.ts'
import { epsilon, randomStart, restarts, stepSize, steps } from '../settings.ts'
import { signIteration } from '../sign-iteration.ts'

/** Agnihotri et al. 2024: PGD whose loss weighs each pixel by how far it still is from being won. */
export const cosPgd = defineMethod({
  title: 'CosPGD',
  summary: 'PGD against segmentations that weighs each pixel’s loss by the cosine between its prediction and its label.',
  equation: 'L = mean_i cos(f(x_t)_i, y_i)·J_i (1 − cos towards a wanted mask); x_{t+1} = project_ε(x_t + α·sign(∇L))',
  source: {
    authors: 'S. Agnihotri, S. Jung, M. Keuper',
    title: 'CosPGD: An Efficient White-Box Adversarial Attack for Pixel-Wise Prediction Tasks',
    venue: 'ICML 2024',
    identifier: 'arXiv:2302.02213',
  },
  tasks: ['segmentation'],
  settings: z.strictObject({
    epsilon,
    stepSize: stepSize(2 / 255),
    steps: steps(20),
    restarts,
    randomStart: randomStart(true),
  }),
  create: ({ epsilon, stepSize, steps, restarts, randomStart }) => ({
    name: 'cospgd',
    ball: linfBall(epsilon),
    steps,
    restarts: randomStart ? restarts : 1,
    randomStart,
    begin: (walk) => cosPgdIteration(walk, stepSize),
  }),
})

function cosPgdIteration(walk: Walk, stepSize: number): () => Promise<StepTaken> {
  const loss = lossOfPixels(walk, 'CosPGD')
  const weigh: Weigh = walk.targeted ? (...at) => 1 - cosine(...at) : cosine
  return signIteration(walk, stepSize, { gradient: () => weightedGradient(walk, loss, weigh) })
}

/** Of the distributions over classes; a single output is one of yes and no. */
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
