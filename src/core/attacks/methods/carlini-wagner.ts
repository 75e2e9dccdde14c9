import { z } from 'zod'
import { Adam, fromTanh, throughTanh, toSlope, toTanh, writeTangent } from '../../math/carlini-wagner.ts'
import { addScaled } from '../../math/kernels.ts'
import { tensor } from '../../tensor/tensor.ts'
import type { AttackState, StepTaken } from '../attack.ts'
import { l2Ball, type RowInterval } from '../balls.ts'
import { nextConstant, type ConstantSearch } from '../constant-search.ts'
import { defineMethod } from '../method-entry.ts'
import { marginObjective } from '../objectives.ts'
import { rowOf } from '../rows.ts'
import { smallestEpsilon, steps } from '../settings.ts'

const settings = z.strictObject({
  epsilon: smallestEpsilon('Euclidean'),
  steps: steps(200, 'Of each search; the authors’ code takes 10,000.'),
  searches: z
    .int()
    .min(1)
    .default(6)
    .describe('Values of c that are tried, each halving what is left. The authors’ code takes 9.'),
  initialConstant: z
    .number()
    .positive()
    .default(0.01)
    .describe('The first c. The authors’ code starts at 0.001.'),
  learningRate: z.number().positive().default(0.01).describe('Of Adam, as in the authors’ code.'),
})

type Settings = z.output<typeof settings>

/** Carlini and Wagner's L2 attack: section VI-A, with f₆ of section V-A. */
export const carliniWagner = defineMethod({
  name: 'cw',
  title: 'C&W (L2)',
  summary:
    'The smallest Euclidean change, by Adam on norm and margin together and a search for their balance c.',
  equation:
    'minimise ‖x′ − x‖₂² + c·max(z_y − max_{i≠y} z_i, −κ), x′ = lower + (upper − lower)·(tanh w + 1) / 2',
  source: {
    authors: 'N. Carlini, D. Wagner',
    title: 'Towards Evaluating the Robustness of Neural Networks',
    venue: 'IEEE S&P 2017',
    identifier: 'arXiv:1608.04644',
  },
  access: 'white-box',
  stacks: false,
  settings,
  create: (chosen) => ({
    ball: l2Ball(chosen.epsilon ?? Infinity),
    steps: chosen.steps * chosen.searches,
    restarts: 1,
    randomStart: false,
    keeps: 'smallest',
    begin: (state) => searches(state, chosen),
  }),
})

/** One sample's search. */
interface Search extends ConstantSearch {
  readonly w: Float32Array
  /** tanh w */
  readonly tangent: Float64Array
  readonly adam: Adam
  constant: number
  succeeded: boolean
}

/**
 * Every iteration is a step of Adam; after `steps` of them each sample takes its next c and begins anew, if
 * there is a search left.
 */
function searches(
  state: AttackState,
  { steps, searches, initialConstant, learningRate }: Settings,
): () => Promise<StepTaken> {
  const { x, images, box } = state
  const objective = marginObjective(state)
  const states = new Map<number, Search>()
  const moved = tensor(x.shape)
  let iteration = 0

  return async () => {
    const gradient = await objective.gradient() //                                  ∇ of the margin at x′
    const beginsAnew = ++iteration % steps === 0 && iteration < steps * searches
    for (const sample of state.active()) {
      const [row, image] = [rowOf(x, sample), rowOf(images, sample)]
      const own = { lower: rowOf(box.lower, sample), upper: rowOf(box.upper, sample) }
      const begin = () => freshSearch(image, own, learningRate)
      const search = states.get(sample) ?? { ...begin(), constant: initialConstant, range: [0, Infinity] }
      states.set(sample, search)
      const logits = state.logits(sample)
      const isShort = objective.value(sample, logits) < state.requiredMargin(logits, sample)
      search.succeeded ||= state.succeeds(logits, sample)
      const slope = gradient.of(sample)
      const pull = isShort ? -search.constant : 0 //                                 f = max(−margin, −κ)
      toSlope(slope, row, image, pull)
      throughTanh(slope, search.tangent, own)
      search.adam.toStep(slope)
      addScaled(search.w, search.w, slope, -1)
      if (beginsAnew) Object.assign(search, nextConstant(search), begin())
      else writeTangent(search.tangent, search.w)
      rowOf(moved, sample).set(row)
      fromTanh(row, search.tangent, own) //                                         x′ of w
      addScaled(rowOf(moved, sample), row, rowOf(moved, sample), -1)
    }
    return { direction: { of: (sample) => rowOf(moved, sample) } }
  }
}

function freshSearch(image: Float32Array, box: RowInterval, learningRate: number) {
  const [w, tangent] = [toTanh(image, box), new Float64Array(image.length)]
  writeTangent(tangent, w)
  return { w, tangent, adam: new Adam(image.length, learningRate), succeeded: false }
}
