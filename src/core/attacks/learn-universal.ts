import type { AttackProblem, UniversalPlan } from './attack.ts'
import { batchModel } from './batch-model.ts'
import { accumulate, zeroWhereFrozen } from './kernels.ts'
import { lossOf } from './likelihood.ts'
import { rowOf } from './rows.ts'
import { perturb, SharedPerturbation } from './shared-perturbation.ts'
import { tensor } from '../tensor/tensor.ts'

/** What the images of a part of a mini-batch say of the perturbation as it is. */
export interface PartOfStep {
  /** Σ ∇J(f(x + v), y) over the images whose loss is below β, [C·H·W]. */
  readonly gradient: Float32Array
  readonly images: number
  /** Σ J(f(x + v), y). */
  readonly loss: number
  /** Images that meet their criterion, before rounding. */
  readonly fooled: number
}

/**
 * Does the work on each part of a mini-batch, at the same time or not, and gives back what came of it in the
 * parts' order.
 */
export type MiniBatch = (work: (part: AttackProblem) => Promise<PartOfStep>) => Promise<readonly PartOfStep[]>

/** A group of images of one size. */
export interface ImageGroup {
  /** C·H·W */
  readonly size: number
  readonly earlyStop: boolean
  /**
   * All images once, in the order of this epoch, which counts from 1; nothing of a mini-batch is kept once it
   * is done.
   */
  miniBatches(epoch: number): AsyncIterable<MiniBatch>
}

/** One pass over the group: each image as it was when its turn came. */
export interface Epoch {
  /** Counts from 1. */
  readonly epoch: number
  readonly images: number
  /** Mean J. */
  readonly loss: number
  /** Images that met their criterion, before rounding. */
  readonly fooled: number
}

/**
 * Algorithm 1 of Shafahi et al. 2020 (arXiv 1811.11304): stochastic gradient ascent on the mean loss of all
 * images, as a function of the one perturbation that is added to each. With early stop it ends after an epoch
 * in which every image met its criterion. Yields an event per epoch and returns v, [C·H·W]. Throws
 * `cancelled`, and what the model throws.
 */
export async function* learnUniversal(
  plan: UniversalPlan,
  group: ImageGroup,
): AsyncGenerator<Epoch, Float32Array, void> {
  const shared = new SharedPerturbation(plan, group.size)
  for (let epoch = 1; epoch <= plan.epochs; epoch++) {
    let [images, loss, fooled] = [0, 0, 0]
    for await (const miniBatch of group.miniBatches(epoch)) {
      for (const part of await miniBatch((problem) => partOfStep(problem, plan, shared.values))) {
        shared.add(part.gradient)
        images += part.images
        loss += part.loss
        fooled += part.fooled
      }
      shared.step()
    }
    yield { epoch, images, loss: loss / images, fooled }
    if (group.earlyStop && fooled === images) break
  }
  return shared.values
}

async function partOfStep(problem: AttackProblem, plan: UniversalPlan, v: Float32Array): Promise<PartOfStep> {
  const { images, bounds, targets, targeted, criterion } = problem
  const samples = Array.from({ length: images.shape[0] ?? 0 }, (_, sample) => sample)
  const points = tensor(images.shape)
  const boxOf = (sample: number) => ({
    lower: rowOf(bounds.lower, sample),
    upper: rowOf(bounds.upper, sample),
  })
  for (const sample of samples) perturb(rowOf(points, sample), rowOf(images, sample), v, boxOf(sample))
  const terms = [{ target: targets, weight: targeted ? -1 : 1 }]
  const { logits, gradient } = await batchModel(problem).gradient(points, samples, { terms })
  const sum = new Float32Array(v.length)
  let [loss, fooled] = [0, 0]
  for (const sample of samples) {
    const own = lossOf(problem.loss, logits.of(sample), rowOf(targets, sample))
    loss += own
    fooled += Number(criterion.isMet(logits.of(sample), sample))
    if (isAtBound(problem, plan, own)) continue
    const { lower, upper } = boxOf(sample)
    zeroWhereFrozen(gradient.of(sample), lower, upper)
    accumulate(sum, 1, gradient.of(sample), 1)
  }
  return { gradient: sum, images: samples.length, loss, fooled }
}

/**
 * Equation 4: min(J, β) has no gradient from β on, so that no single image, whose cross-entropy has no upper
 * end, is followed at the cost of all others. Other losses, and a loss that is lowered towards a wanted
 * class, end by themselves.
 */
export function isAtBound(
  { loss, targeted }: Pick<AttackProblem, 'loss' | 'targeted'>,
  plan: UniversalPlan,
  value: number,
): boolean {
  return loss === 'cross-entropy' && !targeted && value >= plan.lossBound
}
