import { entry } from '../../entry.ts'
import { meanOf, votedLogits } from '../combined-logits.ts'
import type { Defence } from '../defence.ts'
import { isRandom, votesOf } from '../defence-steps.ts'
import type { BesideImages } from '../beside.ts'
import type { DifferentiableModel, LossAndGradient, LossSpec } from '../ports.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { addScaled } from '../../math/planes.ts'
import type { Draw } from './defences.ts'

/** How an attack takes a model's defence. */
export interface DefenceAsSeen {
  /** Draws whose gradients are averaged: expectation over transformation (Athalye et al. 2018). */
  readonly draws: number
  /** Whether gradients are those of the network without it. */
  readonly isOblivious: boolean
}

interface DefendedParts {
  readonly defence: Defence
  readonly seen: DefenceAsSeen
  /** The activation of the card's output. */
  readonly activation: string | undefined
  /** The model with one draw of its defence. */
  readonly drawn: (draw: Draw) => DifferentiableModel
  readonly undefended: DifferentiableModel
}

/**
 * A model behind its defence. A prediction is the vote of the defence's draws; a loss, and its gradient, is
 * the mean over draws of the attack's own, where the defence is random.
 */
export function defendedModel(parts: DefendedParts): DifferentiableModel {
  const { defence, seen, undefended } = parts
  const isDrawn = isRandom({ defence })
  const models = (of: Draw['of'], count: number) =>
    Array.from({ length: isDrawn ? count : 1 }, (_, index) => parts.drawn({ of, index }))
  // A chain builds its tables, and takes slices around a batch through them: only the one that is asked for.
  const voters = once(() => models('prediction', votesOf({ defence })))
  const attacked = once(() => (seen.isOblivious ? [undefended] : models('gradient', seen.draws)))
  const voted = (all: readonly Tensor[]) => votedLogits(all, parts.activation)
  return {
    input: undefended.input,
    output: undefended.output,
    predict: async (x, beside, space) => {
      const all: Tensor[] = []
      for (const model of voters()) all.push(await model.predict(x, beside, space))
      return voted(all)
    },
    lossAndGradient: async (x: Tensor, loss: LossSpec, beside?: BesideImages) => {
      const all: LossAndGradient[] = []
      for (const model of attacked()) all.push(await model.lossAndGradient(x, loss, beside))
      if (all.length === 1) return entry(all, 0)
      return {
        loss: meanLoss(all.map((each) => each.loss)),
        logits: voted(all.map((each) => each.logits)),
        gradient: meanOf(all.map((each) => each.gradient)),
      }
    },
    dispose: () => undefended.dispose(),
  }
}

/** What `make` gives, made when it is first asked for. */
function once<Made>(make: () => Made): () => Made {
  let made: Made | undefined
  return () => (made ??= make())
}

function meanLoss(all: readonly Float32Array[]): Float32Array {
  const sum = new Float32Array(entry(all, 0).length)
  for (const loss of all) addScaled(sum, 1 / all.length, loss)
  return sum
}
