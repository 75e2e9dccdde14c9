import { z } from 'zod'
import { addScaled, advance } from '../../math/kernels.ts'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import type { AttackState, StepTaken, UnnamedMethod } from '../attack.ts'
import { type Ball, l2Ball, linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { marginObjective } from '../objectives.ts'
import { rowOf } from '../rows.ts'
import { epsilon, epsilonL2, restarts } from '../settings.ts'
import {
  type Extents,
  forEachRow,
  l2Squares,
  linfSquares,
  type Proposals,
  squareFraction,
  type Window,
} from '../squares.ts'

const source = {
  authors: 'M. Andriushchenko, F. Croce, N. Flammarion, M. Hein',
  title: 'Square Attack: a Query-Efficient Black-Box Adversarial Attack via Random Search',
  venue: 'ECCV 2020',
  identifier: 'arXiv:1912.00049',
}

const common = {
  steps: z
    .int()
    .min(1)
    .default(1000)
    .describe('Predictions of each image. AutoAttack takes 5,000, the paper up to 10,000.'),
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
  name: 'square',
  title: 'Square (Linf)',
  summary: 'Black box: random squares of the whole budget, kept where they raise the margin.',
  equation,
  source,
  access: 'black-box',
  stacks: false,
  settings: linf,
  create: ({ epsilon, ...chosen }) => squareAttack(linfBall(epsilon), chosen, linfSquares),
})

export const squareL2 = defineMethod({
  name: 'square-l2',
  title: 'Square (L2)',
  summary:
    'Black box: random squares between which a Euclidean budget is moved, kept where they raise the margin.',
  equation,
  source,
  access: 'black-box',
  stacks: false,
  settings: l2,
  create: ({ epsilon, ...chosen }) => squareAttack(l2Ball(epsilon), chosen, l2Squares),
})

function squareAttack(
  ball: Ball,
  { steps, fraction, restarts }: Settings,
  proposals: (epsilon: number) => Proposals,
): UnnamedMethod {
  return {
    ball,
    steps,
    restarts,
    randomStart: false,
    begin: (state) =>
      randomSearch(state, ball, proposals(ball.epsilon), (iteration) =>
        squareFraction(fraction, iteration, steps),
      ),
  }
}

/** Algorithm 1: one prediction of the batch for each proposal. */
function randomSearch(
  state: AttackState,
  ball: Ball,
  proposals: Proposals,
  fractionAt: (iteration: number) => number,
): () => Promise<StepTaken> {
  const objective = marginObjective(state)
  const search = new Search(state, ball, proposals)
  const kept = new Map<number, Float32Array>() //                                     f(x_t)
  let iteration = 0

  return async () => {
    if (iteration === 0) {
      for (const sample of state.active()) search.start(sample) //                      x_0
      const first = await state.evaluateLogits()
      for (const sample of state.active()) kept.set(sample, first.of(sample).slice())
    } else await state.judgeLogits({ of: (sample) => kept.get(sample) ?? new Float32Array() })
    const fraction = fractionAt(iteration++)
    for (const sample of state.active()) search.propose(sample, fraction)
    const logits = await state.predict(search.candidates)
    for (const sample of state.active()) {
      const isBetter =
        objective.value(sample, logits.of(sample)) >
        objective.value(sample, kept.get(sample) ?? logits.of(sample))
      if (isBetter) kept.set(sample, logits.of(sample).slice())
      search.settle(sample, isBetter)
    }
    return { direction: { of: (sample) => rowOf(search.moved, sample) } }
  }
}

/** Where the batch is, and what is proposed. Only the pixels that a proposal changes are worked out anew. */
class Search {
  readonly candidates: Tensor
  /** x_{t+1} − x_t */
  readonly moved: Tensor
  /** x_t − x, and what is proposed in its place; x is the image. */
  private readonly changes: Tensor
  private readonly proposed: Tensor
  private readonly extents: Extents

  constructor(
    private readonly state: AttackState,
    private readonly ball: Ball,
    private readonly proposals: Proposals,
  ) {
    const { shape } = state.x
    this.candidates = tensor(shape)
    this.moved = tensor(shape)
    this.changes = tensor(shape)
    this.proposed = tensor(shape)
    this.extents = imageBatchExtents(state.x, 'Square')
  }

  start(sample: number): void {
    const { x, images, box } = this.state
    const [row, image, change] = [rowOf(x, sample), rowOf(images, sample), rowOf(this.changes, sample)]
    this.proposals.start(change, this.extents, this.state.random(sample))
    row.set(change)
    advance(row, image, rowOf(box.lower, sample), rowOf(box.upper, sample))
    this.ball.project(row, image)
    addScaled(change, row, image, -1)
  }

  propose(sample: number, fraction: number): void {
    const { x, images } = this.state
    const [candidate, proposed] = [rowOf(this.candidates, sample), rowOf(this.proposed, sample)]
    proposed.set(rowOf(this.changes, sample))
    const windows = this.proposals.change(proposed, { ...this.extents, fraction }, this.state.random(sample))
    candidate.set(rowOf(x, sample))
    for (const window of windows) this.place(sample, window)
    this.ball.project(candidate, rowOf(images, sample))
  }

  /** candidate ← x + what is proposed, within the bounds, in a window. */
  private place(sample: number, window: Window): void {
    const { images, box } = this.state
    const [candidate, proposed] = [rowOf(this.candidates, sample), rowOf(this.proposed, sample)]
    const [image, lower, upper] = [rowOf(images, sample), rowOf(box.lower, sample), rowOf(box.upper, sample)]
    forEachRow(this.extents, window, (start, end) => {
      const line = candidate.subarray(start, end)
      line.set(proposed.subarray(start, end))
      advance(line, image.subarray(start, end), lower.subarray(start, end), upper.subarray(start, end))
    })
  }

  /** Takes the candidate or leaves it. */
  settle(sample: number, isTaken: boolean): void {
    const { x, images } = this.state
    const [row, candidate, move] = [
      rowOf(x, sample),
      rowOf(this.candidates, sample),
      rowOf(this.moved, sample),
    ]
    if (isTaken) {
      addScaled(move, candidate, row, -1)
      row.set(candidate)
      addScaled(rowOf(this.changes, sample), row, rowOf(images, sample), -1)
    } else move.fill(0)
  }
}
