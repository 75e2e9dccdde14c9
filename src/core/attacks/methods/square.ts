import { z } from 'zod'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { tensor } from '../../tensor/tensor.ts'
import type { AttackMethod, StepTaken, Walk } from '../attack.ts'
import { l2Ball, linfBall, type Ball } from '../balls.ts'
import { addScaled, advance } from '../kernels.ts'
import { defineMethod } from '../method-entry.ts'
import { marginObjective } from '../objectives.ts'
import type { RandomSource } from '../random.ts'
import { rowOf } from '../rows.ts'
import { epsilon, epsilonL2, restarts } from '../settings.ts'
import { linfSquares } from '../squares/linf-squares.ts'
import { l2Squares } from '../squares/l2-squares.ts'
import { squareFraction, type Extents, type Proposals } from '../squares/proposals.ts'

const source = {
  authors: 'M. Andriushchenko, F. Croce, N. Flammarion, M. Hein',
  title: 'Square Attack: a Query-Efficient Black-Box Adversarial Attack via Random Search',
  venue: 'ECCV 2020',
  identifier: 'arXiv:1912.00049',
}

const common = {
  steps: z.int().min(1).default(1000).describe('Predictions of each image. AutoAttack takes 5,000, the paper up to 10,000.'),
  fraction: z
    .number()
    .positive()
    .max(1)
    .default(0.8)
    .describe(
      'p: the part of the image that the first squares cover; it is halved as the paper’s schedule has it. As in AutoAttack.',
    ),
  restarts,
}

const linf = z.strictObject({ epsilon, ...common })
const l2 = z.strictObject({ epsilon: epsilonL2, ...common })

type Settings = Omit<z.output<typeof linf>, 'epsilon'>

const equation =
  'x_{t+1} = x_t + δ where that raises the margin, δ a random square (Linf: ±ε; L2: two squares exchange their mass)'

export const square = defineMethod({
  title: 'Square (Linf)',
  summary: 'Black box: random squares of the whole budget, kept where they raise the margin.',
  equation,
  source,
  settings: linf,
  create: ({ epsilon, ...chosen }) => squareAttack('square', linfBall(epsilon), chosen, linfSquares),
})

export const squareL2 = defineMethod({
  title: 'Square (L2)',
  summary: 'Black box: random squares between which a Euclidean budget is moved, kept where they raise the margin.',
  equation,
  source,
  settings: l2,
  create: ({ epsilon, ...chosen }) => squareAttack('square-l2', l2Ball(epsilon), chosen, l2Squares),
})

function squareAttack(
  name: string,
  ball: Ball,
  { steps, fraction, restarts }: Settings,
  proposals: (epsilon: number) => Proposals,
): AttackMethod {
  return {
    ...{ name, ball, steps, restarts, randomStart: false, ownStart: true },
    begin: (walk) => randomSearch(walk, ball, proposals(ball.epsilon), (iteration) => squareFraction(fraction, iteration, steps)),
  }
}

/** Algorithm 1: one prediction of the batch for each proposal. */
function randomSearch(
  walk: Walk,
  ball: Ball,
  proposals: Proposals,
  fractionAt: (iteration: number) => number,
): () => Promise<StepTaken> {
  const { x } = walk
  const objective = marginObjective(walk)
  const [candidates, moved] = [tensor(x.shape), tensor(x.shape)]
  const kept = new Map<number, Float32Array>() //                                     f(x_t)
  let iteration = 0
  const place = placer(walk, ball)

  return async () => {
    if (iteration === 0) {
      for (const sample of walk.active()) place(sample, proposals.start, rowOf(x, sample)) // x_0
      const first = await walk.look()
      for (const sample of walk.active()) kept.set(sample, first.of(sample).slice())
    } else await walk.known({ of: (sample) => kept.get(sample) ?? new Float32Array() })
    const fraction = fractionAt(iteration++)
    for (const sample of walk.active()) {
      const draw: Draw = (change, extents, random) => {
        proposals.change(change, { ...extents, fraction }, random)
      }
      place(sample, draw, rowOf(candidates, sample))
    }
    const logits = await walk.predict(candidates)
    for (const sample of walk.active()) {
      const [row, candidate, move] = [rowOf(x, sample), rowOf(candidates, sample), rowOf(moved, sample)]
      const isBetter = objective.value(sample, logits.of(sample)) > objective.value(sample, kept.get(sample) ?? logits.of(sample))
      if (isBetter) {
        kept.set(sample, logits.of(sample).slice())
        addScaled(move, candidate, row, -1)
        row.set(candidate)
      } else move.fill(0)
    }
    return { direction: { of: (sample) => rowOf(moved, sample) } }
  }
}

type Draw = (change: Float32Array, extents: Extents, random: RandomSource) => void

/** Lets `draw` change a sample's perturbation, and brings the sum back into bounds and ball: a new point, into `point`. */
function placer(walk: Walk, ball: Ball) {
  const { x, images, box } = walk
  const { channels, rows, columns } = imageBatchExtents(images, 'Square')
  return (sample: number, draw: Draw, point: Float32Array): void => {
    const image = rowOf(images, sample)
    addScaled(point, rowOf(x, sample), image, -1)
    draw(point, { channels, rows, columns }, walk.random(sample))
    advance(point, image, rowOf(box.lower, sample), rowOf(box.upper, sample))
    ball.project(point, image)
  }
}
