import { z } from 'zod'
import { addCount, countOf } from '../../counts.ts'
import { valueFor } from '../../entry.ts'
import { addScaled, clip, normL2, scaleBy, stretch, toScaledSign } from '../../math/kernels.ts'
import { clippedChange, difference } from '../../math/perturbation.ts'
import { extentOf, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { AttackState, Rows, StepTaken, UnnamedMethod } from '../attack.ts'
import { type Ball, l2Ball, linfBall } from '../balls.ts'
import { defineMethod } from '../method-entry.ts'
import { fillNormal } from '../../random.ts'
import { rowOf } from '../rows.ts'
import { smallestEpsilon, steps } from '../settings.ts'

/** Beyond float32 nothing is left to halve. */
const mostSearchSteps = 20

/**
 * x ← the point nearest to the image, between both, that still succeeds, by halving: along the line (L2), or
 * by clipping the change (Linf). Chen et al., arXiv 1904.02144, algorithm 1, to within d^{−3/2} or d^{−2} of
 * the distance. x succeeds before and after. Gives the logits there.
 */
async function boundarySearch(state: AttackState, ball: Ball): Promise<Rows> {
  const { x, images } = state
  const points = tensor(x.shape)
  const [low, high] = [sharesFrom(state, 0), sharesFrom(state, 1)]
  const target = new Map(state.active().map((sample) => [sample, rowOf(x, sample).slice()]))
  const distance = new Map(
    state.active().map((sample) => [sample, ball.distance(rowOf(x, sample), rowOf(images, sample))]),
  )
  const known = new Map<number, Float32Array>()
  const between = (sample: number, share: number) => {
    const [far, image] = [target.get(sample) ?? rowOf(x, sample), rowOf(images, sample)]
    return ball.norm === 'Linf'
      ? clippedChange(far, image, share * valueFor(distance, sample))
      : stretch(far, image, share)
  }
  const first = await state.predict(x)
  for (const sample of state.active()) known.set(sample, first.of(sample).slice())
  for (let halving = 0; halving < halvings(state, ball); halving++) {
    const shares = new Map(
      state.active().map((sample) => [sample, (valueFor(low, sample) + valueFor(high, sample)) / 2]),
    )
    for (const sample of state.active()) rowOf(points, sample).set(between(sample, valueFor(shares, sample)))
    const logits = await state.predict(points)
    for (const sample of state.active()) {
      const share = valueFor(shares, sample)
      if (!state.succeeds(logits.of(sample), sample)) low.set(sample, share)
      else {
        high.set(sample, share)
        rowOf(x, sample).set(rowOf(points, sample))
        known.set(sample, logits.of(sample).slice())
      }
    }
  }
  return { of: (sample) => known.get(sample) ?? new Float32Array() }
}

/** The same share of the way from the image for each sample. */
function sharesFrom(state: AttackState, share: number): Map<number, number> {
  return new Map(state.active().map((sample) => [sample, share]))
}

function halvings({ x }: AttackState, { norm }: Ball): number {
  const pixels = x.data.length / extentOf(x.shape, 0)
  return Math.min(mostSearchSteps, Math.ceil((norm === 'Linf' ? 2 : 1.5) * Math.log2(pixels)))
}

const source = {
  authors: 'J. Chen, M. I. Jordan, M. J. Wainwright',
  title: 'HopSkipJumpAttack: a Query-Efficient Decision-Based Attack',
  venue: 'IEEE S&P 2020',
  identifier: 'arXiv:1904.02144',
}

const common = {
  steps: steps(20, 'The paper takes 64, at some 25,000 predictions.'),
  firstEvaluations: z
    .int()
    .min(1)
    .default(100)
    .describe(
      'B_0: predictions for the first estimate of the boundary’s normal; the t-th takes B_0·√t. As in the paper.',
    ),
  tries: z.int().min(1).default(100).describe('Random images that are tried for a first one that succeeds.'),
}

const l2 = z.strictObject({ epsilon: smallestEpsilon('Euclidean'), ...common })
const linf = z.strictObject({ epsilon: smallestEpsilon('largest-pixel'), ...common })

type Settings = Omit<z.output<typeof l2>, 'epsilon'>

const equation =
  'x̃_t = x_t + ξ_t·v_t, v_t = Σ_b (φ(x_t + δ_t·u_b) − φ̄)·u_b, ξ_t = ‖x_t − x‖ / √t halved until φ(x̃_t) = 1; x_{t+1} between x and x̃_t on the boundary; φ = ±1 by success alone'

export const hopSkipJump = defineMethod({
  name: 'hopskipjump',
  title: 'HopSkipJump (L2)',
  summary:
    'Black box by decisions alone: the smallest Euclidean change, along the boundary’s estimated normal.',
  equation,
  source,
  access: 'black-box',
  stacks: false,
  settings: l2,
  create: ({ epsilon = Infinity, ...chosen }) => hop(l2Ball(epsilon), chosen),
})

export const hopSkipJumpLinf = defineMethod({
  name: 'hopskipjump-linf',
  title: 'HopSkipJump (Linf)',
  summary:
    'Black box by decisions alone: the smallest change of any pixel, along the boundary’s estimated normal.',
  equation,
  source,
  access: 'black-box',
  stacks: false,
  settings: linf,
  create: ({ epsilon = Infinity, ...chosen }) => hop(linfBall(epsilon), chosen),
})

function hop(ball: Ball, chosen: Settings): UnnamedMethod {
  return {
    ball,
    steps: chosen.steps,
    restarts: 1,
    randomStart: false,
    keeps: 'smallest',
    begin: (state) => hops(state, ball, chosen),
  }
}

/** Algorithm 2; x_t is on the boundary, on its wanted side. */
function hops(
  state: AttackState,
  ball: Ball,
  { firstEvaluations, tries }: Settings,
): () => Promise<StepTaken> {
  const { x } = state
  const before = tensor(x.shape)
  let logits: Rows | undefined //                                                      f(x_t)
  let distances = new Map<number, number>() //                                         ‖x̃_{t−1} − x‖
  let iteration = 0

  const toBoundary = async () => {
    distances = distancesOf(state, ball)
    logits = await boundarySearch(state, ball)
  }
  return async () => {
    if (iteration++ === 0) {
      await placeSuccesses(state, tries)
      await toBoundary() //                                                            x_1
    }
    if (logits) await state.judgeLogits(logits)
    for (const sample of state.active()) rowOf(before, sample).set(rowOf(x, sample))
    const count = Math.round(firstEvaluations * Math.sqrt(iteration)) //               B_t
    const reach = (sample: number) => (iteration === 1 ? 0.1 : probeReach(state, valueFor(distances, sample))) // δ_t
    const normal = await estimatedNormal(state, ball, { count, reach }) //              v_t
    await step(state, ball, normal, iteration) //                                       x̃_t
    await toBoundary() //                                                              x_{t+1}
    for (const sample of state.active())
      addScaled(rowOf(before, sample), rowOf(x, sample), rowOf(before, sample), -1)
    return { direction: { of: (sample) => rowOf(before, sample) } }
  }
}

/** x̃_0: uniform noise over the intensity range that succeeds; samples without any stay as they are. */
async function placeSuccesses(state: AttackState, tries: number): Promise<void> {
  const points = tensor(state.x.shape)
  const placed = new Set<number>()
  for (let round = 0; round < tries && placed.size < state.active().length; round++) {
    const searching = state.active().filter((sample) => !placed.has(sample))
    for (const sample of searching) {
      const [point, random] = [rowOf(points, sample), state.random(sample)]
      for (let i = 0; i < point.length; i++) point[i] = random.open()
      clip(point, rowOf(state.box.lower, sample), rowOf(state.box.upper, sample))
    }
    const logits = await state.predict(points)
    for (const sample of searching) {
      if (!state.succeeds(logits.of(sample), sample)) continue
      rowOf(state.x, sample).set(rowOf(points, sample))
      placed.add(sample)
    }
  }
  for (const sample of state.active()) if (!placed.has(sample)) state.retire(sample)
}

function distancesOf(state: AttackState, ball: Ball): Map<number, number> {
  const { x, images } = state
  return new Map(
    state.active().map((sample) => [sample, ball.distance(rowOf(x, sample), rowOf(images, sample))]),
  )
}

/** δ_t = √d·θ·‖·‖₂ with θ = d^{−3/2}, or d·θ·‖·‖∞ with θ = d^{−2}: both a d-th of the distance. */
function probeReach({ x }: AttackState, distance: number): number {
  const pixels = x.data.length / extentOf(x.shape, 0)
  return Math.max(distance / pixels, 1e-7)
}

interface Estimate {
  readonly count: number
  readonly reach: (sample: number) => number
}

/**
 * The estimate with a baseline: the mean of random directions, weighted by whether they succeed, less the
 * mean success.
 */
async function estimatedNormal(state: AttackState, ball: Ball, { count, reach }: Estimate): Promise<Rows> {
  const [points, directions, weighted, plain] = [
    emptyLike(state.x),
    emptyLike(state.x),
    emptyLike(state.x),
    emptyLike(state.x),
  ]
  const successes = new Map<number, number>()
  for (let evaluation = 0; evaluation < count; evaluation++) {
    for (const sample of state.active())
      drawDirection(state, sample, {
        direction: rowOf(directions, sample),
        point: rowOf(points, sample),
        reach: reach(sample),
      })
    const logits = await state.predict(points)
    for (const sample of state.active()) {
      const sign = state.succeeds(logits.of(sample), sample) ? 1 : -1
      addCount(successes, sample, sign / count)
      addScaled(rowOf(weighted, sample), rowOf(weighted, sample), rowOf(directions, sample), sign)
      addScaled(rowOf(plain, sample), rowOf(plain, sample), rowOf(directions, sample), 1)
    }
  }
  for (const sample of state.active()) {
    const [sum, mean] = [rowOf(weighted, sample), countOf(successes, sample)]
    // Where all succeed, or none does, their mean says nothing: the directions themselves do (the authors'
    // code).
    if (Math.abs(mean) < 1) addScaled(sum, sum, rowOf(plain, sample), -mean)
    toUnit(sum, ball)
  }
  return { of: (sample) => rowOf(weighted, sample) }
}

function emptyLike({ shape }: Tensor): Tensor {
  return tensor(shape)
}

interface Drawn {
  readonly direction: Float32Array
  readonly point: Float32Array
  readonly reach: number
}

/** u_b of length 1 and x_t + δ·u_b within the bounds; u_b ← what that moved. */
function drawDirection(state: AttackState, sample: number, { direction, point, reach }: Drawn): void {
  const x = rowOf(state.x, sample)
  fillNormal(direction, state.random(sample))
  state.freeze(direction, sample)
  scaleBy(direction, 1 / Math.max(normL2(direction), 1e-12))
  addScaled(point, x, direction, reach)
  clip(point, rowOf(state.box.lower, sample), rowOf(state.box.upper, sample))
  difference(direction, point, x, reach)
}

function toUnit(direction: Float32Array, { norm }: Ball): void {
  if (norm === 'Linf') toScaledSign(direction, 1)
  else scaleBy(direction, 1 / Math.max(normL2(direction), 1e-12))
}

const mostHalvings = 30

/** x̃_t = x_t + ξ·v, ξ = ‖x_t − x‖ / √t halved until that succeeds. */
async function step(state: AttackState, ball: Ball, normal: Rows, iteration: number): Promise<void> {
  const points = tensor(state.x.shape, state.x.data.slice())
  const lengths = new Map(
    [...distancesOf(state, ball)].map(([sample, distance]) => [sample, distance / Math.sqrt(iteration)]),
  )
  const open = new Set(state.active())
  for (let halving = 0; halving < mostHalvings && open.size > 0; halving++) {
    for (const sample of open) {
      const length = valueFor(lengths, sample) / 2 ** halving
      addScaled(rowOf(points, sample), rowOf(state.x, sample), normal.of(sample), length)
      clip(rowOf(points, sample), rowOf(state.box.lower, sample), rowOf(state.box.upper, sample))
    }
    const logits = await state.predict(points)
    for (const sample of [...open]) if (state.succeeds(logits.of(sample), sample)) open.delete(sample)
  }
  for (const sample of state.active())
    if (!open.has(sample)) rowOf(state.x, sample).set(rowOf(points, sample))
}
