import { entry } from '../../entry.ts'
import { z } from 'zod'
import { internalError, RadversaryError } from '../../errors.ts'
import { extentOf, tensor } from '../../tensor/tensor.ts'
import type { Rows, AttackState } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { deviations, fitFeatures, unfit } from '../fit-features.ts'
import { likeliest, type GaussianMixture } from '../gaussian-mixture.ts'
import { accumulate } from '../../math/kernels.ts'
import type { FittedFeatures } from '../learned.ts'
import { defineMethod } from '../method-entry.ts'
import { rowOf } from '../rows.ts'
import { epsilon, randomStart, stepSize, steps } from '../settings.ts'
import { signIteration } from '../sign-iteration.ts'

/** PGD that hides in the features of clean images: Yao et al. 2021, section 3.2. */
export const hfc = defineMethod({
  name: 'hfc',
  title: 'HFC (hierarchical feature constraint)',
  summary:
    'PGD that also draws inner features to those of clean images of the class it goes for, to hide from detectors that watch them.',
  equation:
    'x_{t+1} = project_ε(x_t + α·sign(∇(J(f(x_t), y) − λ·Σ_l mean((z_l − μ_k)² / σ_k²)))), k the likeliest component of layer l’s mixture',
  source: {
    authors: 'Q. Yao, Z. He, Y. Lin, K. Ma, Y. Zheng, S. K. Zhou',
    title: 'A Hierarchical Feature Constraint to Camouflage Medical Adversarial Attacks',
    venue: 'MICCAI 2021',
    identifier: 'arXiv:2012.09501',
  },
  access: 'white-box',
  stacks: false,
  tasks: ['classification'],
  settings: z.strictObject({
    epsilon,
    stepSize: stepSize(1 / 255),
    steps: steps(20),
    tensors: z
      .string()
      .default('')
      .describe(
        'Names of inner tensors [N, C, …] of the ONNX graph, parted by commas; a feature is a channel’s mean. At least one has to be named.',
      ),
    components: z
      .int()
      .min(1)
      .default(1)
      .describe(
        'Components of the Gaussian mixture of each class and tensor, at most. The paper takes 64 for thousands of clean images.',
      ),
    hidingWeight: z
      .number()
      .min(0)
      .default(1)
      .describe(
        'λ: weight of the features’ squared distance, in standard deviations and averaged over a tensor’s features. As in the authors’ code.',
      ),
    randomStart: randomStart(false),
  }),
  create: ({ tensors, components, hidingWeight, epsilon, stepSize, steps, randomStart }) => {
    const common = { ball: linfBall(epsilon), steps, restarts: 1, randomStart, inner: namesIn(tensors) }
    return {
      ...common,
      prepare: {
        over: 'cohort',
        perPixel: false,
        learn: (images) => fitFeatures(components, images),
        apply: (fitted) => {
          if (fitted.kind !== 'features') throw internalError('features were to be fitted')
          const gradientOf = (state: AttackState) => () => hiddenGradient(state, fitted.classes, hidingWeight)
          return {
            ...common,
            begin: (state) => signIteration(state, stepSize, { gradient: gradientOf(state) }),
            featureDeviation: (problem, points, of) => deviations(fitted, { problem, points, of }),
          }
        },
      },
      begin: () => {
        throw internalError('features of clean images were not fitted')
      },
    }
  },
})

function namesIn(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/** ∇(J − λ·Σ_l mean((z_l − μ_k)² / σ_k²)); k is chosen at x_t, and no gradient flows through the choice. */
async function hiddenGradient(
  state: AttackState,
  classes: FittedFeatures['classes'],
  weight: number,
): Promise<Rows> {
  const inner = state.innerFeatures()
  const { sizes } = inner
  const gradient = await state.evaluate([state.deviation])
  const features = await inner.features()
  const slopes = tensor([extentOf(state.x.shape, 0), sizes.reduce((sum, size) => sum + size, 0)])
  for (const sample of state.active()) {
    const mixtures = classes.get(classOf(state, sample, classes)) ?? []
    writeSlopes(rowOf(slopes, sample), features.of(sample), mixtures)
  }
  const ofFeatures = await inner.gradient(slopes)
  for (const sample of state.active()) {
    const sum = gradient.of(sample)
    accumulate(sum, 1, ofFeatures.of(sample), -weight)
    state.freeze(sum, sample)
  }
  return gradient
}

/** 2 (z − μ_k) / (σ_k² C) of each tensor's C features, one after the other. */
function writeSlopes(
  slopes: Float32Array,
  features: Float32Array,
  mixtures: readonly GaussianMixture[],
): void {
  let first = 0
  for (const mixture of mixtures) {
    const size = entry(mixture, 0).mean.length
    const component = likeliest(features.subarray(first, first + size), mixture)
    for (let d = 0; component !== undefined && d < size; d++) {
      const difference = entry(features, first + d) - entry(component.mean, d)
      slopes[first + d] = (2 * difference) / (entry(component.variance, d) * size)
    }
    first += size
  }
}

/** The wanted class or, away from the label, the likeliest of the others of which there are clean images. */
function classOf(state: AttackState, sample: number, fitted: ReadonlyMap<number, unknown>): number {
  const [target, logits] = [rowOf(state.deviation.target, sample), state.logits(sample)]
  const isBinary = state.loss === 'binary-cross-entropy' && target.length === 1
  if (state.loss !== 'cross-entropy' && !isBinary) throw unfit('labels that don’t exclude each other')
  const [values, label] = isBinary
    ? [[0, entry(logits, 0)], Number(entry(target, 0) > 0.5)]
    : [[...logits], target.indexOf(1)]
  if (state.targeted) return fitted.has(label) ? label : nobody()
  const others = [...values.keys()].filter((k) => k !== label && fitted.has(k))
  return others.reduce(
    (best, k) => (entry(values, k) > entry(values, best) ? k : best),
    others[0] ?? nobody(),
  )
}

function nobody(): never {
  throw new RadversaryError('usage', 'HFC: expected clean images of the class it goes for, got none', {
    tip: 'Attack a study in which the model finds that class too.',
  })
}
