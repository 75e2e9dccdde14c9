import { z } from 'zod'
import { valueFor } from '../../entry.ts'
import { addScaled, advance } from '../../math/kernels.ts'
import { leave, type ProposedRow, propose, take } from '../../math/proposals.ts'
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
  const values = new Map<number, number>() //                                         its margin
  const keep = (sample: number, logits: Float32Array, value = objective.value(sample, logits)) => {
    kept.set(sample, logits.slice())
    values.set(sample, value)
  }
  let iteration = 0

  return async () => {
    if (iteration === 0) {
      for (const sample of state.active()) search.start(sample) //                      x_0
      const first = await state.evaluateLogits()
      for (const sample of state.active()) keep(sample, first.of(sample))
    } else await state.judgeLogits({ of: (sample) => kept.get(sample) ?? new Float32Array() })
    const fraction = fractionAt(iteration++)
    for (const sample of state.active()) search.propose(sample, fraction)
    const logits = await state.predict(search.candidates)
    for (const sample of state.active()) {
      const value = objective.value(sample, logits.of(sample))
      const isBetter = value > valueFor(values, sample)
      if (isBetter) keep(sample, logits.of(sample), value)
      search.settle(sample, isBetter)
    }
    return { direction: { of: (sample) => rowOf(search.moved, sample) } }
  }
}

/** Where a sample is, what is proposed, and where it moved last; views, made once. */
interface Place extends ProposedRow {
  windows: readonly Window[]
  movedIn: readonly Window[]
}

/** Where the batch is, and what is proposed. Only the pixels that a proposal changes are touched. */
class Search {
  readonly candidates: Tensor
  /** x_{t+1} − x_t */
  readonly moved: Tensor
  private readonly places = new Map<number, Place>()
  private readonly extents: Extents

  constructor(
    private readonly state: AttackState,
    private readonly ball: Ball,
    private readonly proposals: Proposals,
  ) {
    const { shape } = state.x
    this.candidates = tensor(shape)
    this.moved = tensor(shape)
    this.extents = imageBatchExtents(state.x, 'Square')
  }

  start(sample: number): void {
    const place = this.placeOf(sample)
    const { x, image, change } = place
    this.proposals.start(change, this.extents, this.state.random(sample))
    x.set(change)
    advance(x, image, place.lower, place.upper)
    this.ball.project(x, image)
    addScaled(change, x, image, -1)
    place.candidate.set(x)
    place.proposed.set(change)
  }

  private placeOf(sample: number): Place {
    const known = this.places.get(sample)
    if (known !== undefined) return known
    const { x, images, box } = this.state
    const row = rowOf(x, sample)
    const place: Place = {
      x: row,
      image: rowOf(images, sample),
      lower: rowOf(box.lower, sample),
      upper: rowOf(box.upper, sample),
      candidate: rowOf(this.candidates, sample),
      moved: rowOf(this.moved, sample),
      change: new Float32Array(row.length),
      proposed: new Float32Array(row.length),
      windows: [],
      movedIn: [],
    }
    this.places.set(sample, place)
    return place
  }

  propose(sample: number, fraction: number): void {
    const place = this.placeOf(sample)
    const where = { ...this.extents, fraction }
    const windows = this.proposals.change(place.proposed, where, this.state.random(sample))
    this.inEach(windows, (start, end) => {
      propose(place, start, end)
    })
    this.ball.project(place.candidate, place.image)
    place.windows = this.ball.norm === 'Linf' ? windows : this.everywhere()
  }

  /** Where a ball that is no box may have brought pixels in. */
  private everywhere(): Window[] {
    const { channels, rows, columns } = this.extents
    return [{ channel: 0, top: 0, left: 0, height: channels * rows, width: columns }]
  }

  /** Takes the candidate or leaves it. */
  settle(sample: number, isTaken: boolean): void {
    const place = this.placeOf(sample)
    this.inEach(place.movedIn, (start, end) => {
      place.moved.fill(0, start, end)
    })
    const settled = isTaken ? take : leave
    this.inEach(place.windows, (start, end) => {
      settled(place, start, end)
    })
    place.movedIn = isTaken ? place.windows : []
  }

  private inEach(windows: readonly Window[], work: (start: number, end: number) => void): void {
    for (const window of windows) forEachRow(this.extents, window, work)
  }
}
