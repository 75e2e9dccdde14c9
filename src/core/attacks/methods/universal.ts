import { z } from 'zod'
import { entry, valueFor } from '../../entry.ts'
import { internalError } from '../../errors.ts'
import { extentOf, tensor, type Shape, type Tensor } from '../../tensor/tensor.ts'
import type { AttackProblem, CleanImages, LearningProgress, UnnamedMethod } from '../attack.ts'
import { l2Ball, linfBall, type Ball, type RowInterval } from '../balls.ts'
import { batchModel } from '../batch-model.ts'
import {
  accumulate,
  addScaled,
  clampTo,
  clip,
  normL2,
  scaleBy,
  toScaledSign,
  zeroWhereFrozen,
} from '../../math/kernels.ts'
import type { Epoch, LearnedPerturbation } from '../learned.ts'
import { lossOf } from '../likelihood.ts'
import { defineMethod } from '../method-entry.ts'
import type { PixelInterval } from '../../image/float-image.ts'
import { randomSource, type RandomSource } from '../../random.ts'
import { rowOf } from '../rows.ts'
import { epsilon, epsilonL2, optionalStepSize, stepSize } from '../settings.ts'

const source = {
  authors: 'A. Shafahi, M. Najibi, Z. Xu, J. Dickerson, L. S. Davis, T. Goldstein',
  title: 'Universal Adversarial Training',
  venue: 'AAAI 2020',
  identifier: 'arXiv:1811.11304',
}

/** Settings of methods by which images share one change. */
export const shared = {
  epochs: z.int().min(1).default(10).describe('Passes over all images of the group.'),
  miniBatch: z
    .int()
    .min(1)
    .default(8)
    .describe(
      'Images whose gradients make one step; they are drawn anew in every epoch, and no more than these are held in memory.',
    ),
  over: z
    .enum(['series', 'cohort'])
    .default('series')
    .describe(
      'Which images share the perturbation: those of each series, or all that are attacked; of different sizes, those of each size.',
    ),
  lossBound: z
    .number()
    .positive()
    .default(9)
    .describe(
      'β: an image whose cross-entropy has reached it is not followed any further. As in the paper. Other losses have no bound.',
    ),
}

type Shared = z.output<z.ZodObject<typeof shared>>

/**
 * One perturbation for all images within an Linf budget: Shafahi et al. 2020, algorithm 1, with sign steps.
 */
export const universal = defineMethod({
  name: 'universal',
  title: 'Universal (Linf)',
  summary:
    'One and the same perturbation for all images of a series or a cohort: sign steps on their mean loss; the budget bounds every pixel.',
  equation:
    'v ← project_ε(v + α·sign(Σ_{x in B} ∇min(J(f(x + v), y), β))), B a mini-batch; every image becomes clip(x + v)',
  source,
  access: 'white-box',
  stacks: false,
  settings: z.strictObject({ epsilon, stepSize: stepSize(1 / 255), ...shared }),
  create: ({ epsilon, stepSize, ...settings }) =>
    universalMethod(linfBall(epsilon), settings, (v, gradient) => {
      toScaledSign(gradient, stepSize)
      addScaled(v, v, gradient, 1)
      clampTo(v, Math.fround(epsilon))
    }),
})

/** The same within an L2 budget: steps of a set length along the gradient. */
export const universalL2 = defineMethod({
  name: 'universal-l2',
  title: 'Universal (L2)',
  summary:
    'One and the same perturbation for all images of a series or a cohort: steps up their mean loss; the budget bounds its Euclidean norm.',
  equation:
    'v ← project_ε(v + α·g / ‖g‖₂), g = Σ_{x in B} ∇min(J(f(x + v), y), β), B a mini-batch; every image becomes clip(x + v)',
  source,
  access: 'white-box',
  stacks: false,
  settings: z.strictObject({ epsilon: epsilonL2, stepSize: optionalStepSize('epsilon / 10'), ...shared }),
  create: ({ epsilon, stepSize = epsilon / 10, ...settings }) =>
    universalMethod(l2Ball(epsilon), settings, (v, gradient) => {
      const length = normL2(gradient)
      if (length > 0) scaleBy(gradient, stepSize / length)
      addScaled(v, v, gradient, 1)
      const norm = normL2(v)
      if (norm > epsilon) scaleBy(v, epsilon / norm)
    }),
})

/** What one image becomes by what all share. */
export interface Change {
  /** x ← the image, changed by v; bounds are held after it. */
  readonly apply: (x: Float32Array, image: Float32Array, v: Float32Array) => void
  /** Adds the gradient by v of what has this gradient by x. */
  readonly pull: (sum: Float32Array, gradient: Float32Array) => void
}

/** How images share something: a perturbation, or a patch. */
interface Sharing {
  /** What is shared before anything is learned, for images [1, C, H, W]. */
  readonly start: (shape: Shape) => Tensor
  /** @param random of this image in this epoch, 0 for the attack itself */
  readonly changeOf: (shape: Shape, box: RowInterval, random: RandomSource) => Change
  /** v ← project(v + step(gradient)); the gradient becomes the step. */
  readonly ascend: (v: Float32Array, gradient: Float32Array) => void
}

type Plan = Shared & Sharing

const added: Change = {
  apply: (x, image, v) => {
    addScaled(x, image, v, 1)
  },
  pull: (sum, gradient) => {
    accumulate(sum, 1, gradient, 1)
  },
}

function universalMethod(ball: Ball, settings: Shared, ascend: Plan['ascend']): UnnamedMethod {
  return sharedMethod(ball, settings, { start: (shape) => tensor(shape), changeOf: () => added, ascend })
}

/** A method that learns what images share, and then changes each by it. */
export function sharedMethod(ball: Ball, settings: Shared, sharing: Sharing): UnnamedMethod {
  return {
    ball,
    steps: settings.epochs,
    restarts: 1,
    randomStart: false,
    prepare: {
      over: settings.over,
      perPixel: true,
      learn: (images) => learn({ ...settings, ...sharing }, images),
      apply: (learned) => {
        if (learned.kind !== 'perturbation') throw internalError('a perturbation was to be learned')
        return withShared(ball, learned.v.data, sharing)
      },
    },
    begin: () => {
      throw internalError('a shared perturbation was applied before it was learned')
    },
  }
}

/**
 * Algorithm 1 of Shafahi et al. 2020 (arXiv 1811.11304): stochastic gradient ascent on the mean loss of all
 * images, as a function of the one perturbation that is added to each. With early stop it ends after an epoch
 * in which every image met its criterion.
 */
async function* learn(
  plan: Plan,
  group: CleanImages,
): AsyncGenerator<LearningProgress, LearnedPerturbation, void> {
  const v = plan.start(group.shape)
  const epochs: Epoch[] = []
  for (let epoch = 1; epoch <= plan.epochs; epoch++) {
    const found = await runEpoch(epoch, { plan, group, v: v.data })
    epochs.push(found)
    const { images, fooled } = found
    const note = `epoch ${epoch} of ${plan.epochs}, ${fooled} of ${images} images fooled`
    yield { phase: 'learning the shared perturbation', done: epoch, total: plan.epochs, note }
    if (group.earlyStop && fooled === images) break
  }
  return { kind: 'perturbation', v, epochs }
}

interface Learning {
  readonly plan: Plan
  readonly group: CleanImages
  readonly v: Float32Array
}

/** One step of v after each mini-batch. */
async function runEpoch(epoch: number, { plan, group, v }: Learning): Promise<Epoch> {
  const gradient = new Float32Array(v.length)
  let [images, loss, fooled] = [0, 0, 0]
  const parts = group.shuffled(epoch, plan.miniBatch, ({ problem }) =>
    partOfStep(problem, plan, { v, epoch }),
  )
  for await (const miniBatch of parts) {
    gradient.fill(0)
    for (const part of miniBatch) {
      accumulate(gradient, 1, part.gradient, 1)
      images += part.images
      loss += part.loss
      fooled += part.fooled
    }
    plan.ascend(v, gradient)
  }
  return { epoch, images, loss: loss / images, fooled }
}

/** What the images of a part of a mini-batch say of the perturbation as it is. */
interface PartOfStep {
  /** Σ ∇_v J(f(x + v), y) over the images whose loss is below β. */
  readonly gradient: Float32Array
  readonly images: number
  /** Σ J(f(x + v), y). */
  readonly loss: number
  /** Images that meet their criterion, before rounding. */
  readonly fooled: number
}

async function partOfStep(
  problem: AttackProblem,
  plan: Plan,
  { v, epoch }: { readonly v: Float32Array; readonly epoch: number },
): Promise<PartOfStep> {
  const { images, bounds, targets, targeted, criterion, seeds } = problem
  const samples = Array.from({ length: extentOf(images.shape, 0) }, (_, sample) => sample)
  const points = tensor(images.shape)
  const boxes = samples.map((sample) => boxOf(bounds, sample))
  const changes = samples.map((sample) =>
    plan.changeOf(oneOf(images), entry(boxes, sample), randomSource(entry(seeds, sample), epoch)),
  )
  for (const sample of samples)
    perturb(rowOf(points, sample), rowOf(images, sample), v, {
      change: entry(changes, sample),
      box: entry(boxes, sample),
    })
  const terms = [{ target: targets, weight: targeted ? -1 : 1 }]
  const { logits, gradient } = await batchModel(problem).gradient(points, samples, { terms })
  const sum = new Float32Array(v.length)
  let [loss, fooled] = [0, 0]
  for (const sample of samples) {
    const own = lossOf(problem.loss, logits.of(sample), rowOf(targets, sample))
    loss += own
    fooled += Number(criterion.isMet(logits.of(sample), sample))
    if (isAtBound(problem, plan, own)) continue
    const { lower, upper } = entry(boxes, sample)
    zeroWhereFrozen(gradient.of(sample), lower, upper)
    entry(changes, sample).pull(sum, gradient.of(sample))
  }
  return { gradient: sum, images: samples.length, loss, fooled }
}

/** Shape [1, C, H, W] of one image of a batch. */
function oneOf({ shape }: Tensor): Shape {
  return [1, ...shape.slice(1)]
}

function boxOf({ lower, upper }: PixelInterval, sample: number): RowInterval {
  return { lower: rowOf(lower, sample), upper: rowOf(upper, sample) }
}

/**
 * Equation 4: min(J, β) has no gradient from β on, so that no single image, whose cross-entropy has no upper
 * end, is followed at the cost of all others. Other losses, and a loss that is lowered towards a wanted
 * class, end by themselves.
 */
function isAtBound(
  { loss, targeted }: Pick<AttackProblem, 'loss' | 'targeted'>,
  plan: Plan,
  value: number,
): boolean {
  return loss === 'cross-entropy' && !targeted && value >= plan.lossBound
}

/** x ← the image changed by v, as far as its pixels can be stored and may change. */
function perturb(
  x: Float32Array,
  image: Float32Array,
  v: Float32Array,
  { change, box: { lower, upper } }: { readonly change: Change; readonly box: RowInterval },
): void {
  change.apply(x, image, v)
  clip(x, lower, upper)
}

/** Once what is shared is known, what is left is to change each image by it. */
function withShared(ball: Ball, v: Float32Array, { changeOf }: Sharing): UnnamedMethod {
  return {
    ball,
    steps: 1,
    restarts: 1,
    randomStart: false,
    begin: (state) => () => {
      const { x, images } = state
      const moved = new Map<number, Float32Array>()
      for (const sample of state.active()) {
        const box = boxOf(state.box, sample)
        const change = changeOf(oneOf(images), box, state.random(sample))
        const [row, image] = [rowOf(x, sample), rowOf(images, sample)]
        perturb(row, image, v, { change, box })
        const step = row.slice()
        addScaled(step, row, image, -1)
        moved.set(sample, step)
      }
      return Promise.resolve({ direction: { of: (sample) => valueFor(moved, sample) } })
    },
  }
}
