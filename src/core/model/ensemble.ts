import { entry } from '../entry.ts'
import { RadversaryError } from '../errors.ts'
import { addScaled } from '../math/planes.ts'
import type { Combination } from '../spec/presets.ts'
import { extentOf, type Tensor } from '../tensor/tensor.ts'
import type { BesideImages } from './beside.ts'
import { meanOf, meanSlope, votedLogits, votedSlope } from './combined-logits.ts'
import type { DifferentiableModel, LossAndGradient, LossSpec } from './ports.ts'
import type { VolumeSpace } from '../dicom/stack-space.ts'

/** Models of the same answers that are attacked as one. */
export interface EnsembleParts {
  readonly members: readonly DifferentiableModel[]
  /** Logits of so many classes to themselves: its gradient is that of a loss by the logits. */
  readonly head: (classes: number) => Promise<DifferentiableModel>
  readonly combination: Combination
  /** The activation of the card's output. */
  readonly activation: string | undefined
}

/**
 * Models as one (Y. Dong et al., CVPR 2018, arXiv:1710.06081, section 3.3): the loss of the mean of their
 * logits, the loss of the mean of their probabilities, or the mean of their losses. Answers are the mean
 * logits where these are combined, else the mean probabilities. Throws `model-unsupported` for outputs of
 * other sizes.
 */
export function ensembleModel(parts: EnsembleParts): DifferentiableModel {
  return new Ensemble(parts)
}

class Ensemble implements DifferentiableModel {
  readonly input: DifferentiableModel['input']
  readonly output: DifferentiableModel['output']

  constructor(private readonly parts: EnsembleParts) {
    const first = entry(parts.members, 0)
    this.input = first.input
    this.output = first.output
  }

  async predict(x: Tensor, beside?: BesideImages, space?: VolumeSpace): Promise<Tensor> {
    return this.combined(await this.answers(x, beside, space))
  }

  lossAndGradient(
    x: Tensor,
    loss: LossSpec,
    beside?: BesideImages,
    space?: VolumeSpace,
  ): Promise<LossAndGradient> {
    return this.parts.combination === 'losses'
      ? this.meanOfLosses(x, loss, beside, space)
      : this.lossOfMean(x, loss, beside, space)
  }

  async dispose(): Promise<void> {
    await Promise.all(this.parts.members.map((model) => model.dispose()))
  }

  private async answers(x: Tensor, beside?: BesideImages, space?: VolumeSpace): Promise<Tensor[]> {
    const all: Tensor[] = []
    for (const member of this.parts.members) all.push(await member.predict(x, beside, space))
    checkSizes(all)
    return all
  }

  private combined(all: readonly Tensor[]): Tensor {
    const { combination, activation } = this.parts
    return combination === 'logits' ? meanOf(all) : votedLogits(all, activation)
  }

  private async meanOfLosses(
    x: Tensor,
    loss: LossSpec,
    beside?: BesideImages,
    space?: VolumeSpace,
  ): Promise<LossAndGradient> {
    const all: LossAndGradient[] = []
    for (const member of this.parts.members) all.push(await member.lossAndGradient(x, loss, beside, space))
    checkSizes(all.map(({ logits }) => logits))
    const mean = new Float32Array(entry(all, 0).loss.length)
    for (const each of all) addScaled(mean, 1 / all.length, each.loss)
    return {
      loss: mean,
      logits: this.combined(all.map(({ logits }) => logits)),
      gradient: meanOf(all.map(({ gradient }) => gradient)),
    }
  }

  /** Forwards for the mean, then each member's vector-Jacobian product. */
  private async lossOfMean(
    x: Tensor,
    spec: LossSpec,
    beside?: BesideImages,
    space?: VolumeSpace,
  ): Promise<LossAndGradient> {
    const { members, head, combination, activation } = this.parts
    const all = await this.answers(x, beside, space)
    const logits = this.combined(all)
    const { loss, gradient: slope } = await (
      await head(extentOf(logits.shape, 1))
    ).lossAndGradient(logits, spec)
    const gradients: Tensor[] = []
    for (const [at, member] of members.entries()) {
      const target = combination === 'logits' ? meanSlope(all, slope) : votedSlope(all, at, slope, activation)
      const dot = { kind: 'dot', terms: [{ target, weight: members.length }] } as const
      gradients.push((await member.lossAndGradient(x, dot, beside, space)).gradient)
    }
    return { loss, logits, gradient: meanOf(gradients) }
  }
}

function checkSizes([first, ...others]: readonly Tensor[]): void {
  const other = others.find(({ shape }) => shape.join() !== first?.shape.join())
  if (other === undefined) return
  throw new RadversaryError(
    'model-unsupported',
    `Ensemble: expected outputs of one size, got [${first?.shape.join(', ') ?? ''}] and [${other.shape.join(', ')}]`,
  )
}
