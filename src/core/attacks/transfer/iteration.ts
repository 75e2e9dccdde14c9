import { accumulate, addScaled, normL1, scaleBy } from '../../math/kernels.ts'
import { smoothGaussianInZeros } from '../../tensor/smoothing.ts'
import { tensor, type Tensor } from '../../tensor/tensor.ts'
import type { AttackState, Rows, StepTaken, UnnamedMethod } from '../attack.ts'
import { linfBall } from '../balls.ts'
import { addUniform } from '../../random.ts'
import { momentum } from '../momentum.ts'
import { rowOf } from '../rows.ts'
import { signIteration } from '../sign-iteration.ts'
import { composed, gradientOfCopies, type Copies, type Place } from './copies.ts'

/** What makes up a transfer attack; each part is absent unless named. */
export interface TransferParts {
  readonly epsilon: number
  readonly steps: number
  /** ε / steps where it is absent. */
  readonly stepSize?: number | undefined
  /** MI: μ; 0 has no momentum. */
  readonly decay: number
  /** NI: gradients are taken where the momentum leads. */
  readonly ahead?: boolean
  /** DI, SI and their like, in the order in which an image goes through them. */
  readonly copies?: readonly Copies[]
  /** TI: the gradient is convolved with this Gaussian, zeros beyond its border. */
  readonly kernel?: { readonly size: number; readonly sigma: number }
  /** VT: variance over points within `reach` times the budget. */
  readonly variance?: { readonly neighbours: number; readonly reach: number }
  /** PGN: gradients are those of a penalised norm. */
  readonly flatness?: Flatness
}

export interface Flatness {
  /** N: points around x_t. */
  readonly samples: number
  /** ζ: they lie within ζ times the budget. */
  readonly radius: number
  /** δ: weight of the gradient a step downhill. */
  readonly balance: number
}

/** Sign steps along gradients that are made to transfer: one loop for all such methods. */
export function transferAttack(parts: TransferParts): UnnamedMethod {
  return {
    ball: linfBall(parts.epsilon),
    steps: parts.steps,
    restarts: 1,
    randomStart: false,
    begin: (state) => transferIteration(state, parts),
  }
}

function transferIteration(state: AttackState, parts: TransferParts): () => Promise<StepTaken> {
  const stepSize = parts.stepSize ?? parts.epsilon / parts.steps
  const sums = tensor(state.x.shape) //                                                g_t
  const gather = momentum(state, parts.decay, sums)
  return signIteration(state, stepSize, {
    gradient: currentGradient(state, parts, { sums, stepSize }),
    direct: (row, sample) => {
      if (parts.kernel !== undefined) smooth(state, row, { kernel: parts.kernel, sample })
      gather(row, sample)
    },
  })
}

/** row ← W∗row (Dong et al., arXiv 1904.02884, equation 9) */
function smooth(
  state: AttackState,
  row: Float32Array,
  { kernel, sample }: { readonly kernel: NonNullable<TransferParts['kernel']>; readonly sample: number },
): void {
  const [, ...rest] = state.x.shape
  row.set(smoothGaussianInZeros(tensor([1, ...rest], row), kernel).data)
  state.freeze(row, sample)
}

interface Course {
  readonly sums: Tensor
  readonly stepSize: number
}

function currentGradient(state: AttackState, parts: TransferParts, course: Course): () => Promise<Rows> {
  const copies = composed(parts.copies ?? [])
  const current = parts.ahead === true ? lookAhead(state, course, parts.decay) : atX(state)
  const at = (place: Place) => gradientOfCopies(state, copies, place)
  // One pass gives x_t's logits and its gradient, where that is all that is asked for.
  const isPlain = parts.ahead !== true && parts.copies === undefined
  const own = isPlain ? () => state.evaluate([state.deviation]) : judgedFirst(state, () => at(current))
  if (parts.flatness !== undefined)
    return judgedFirst(
      state,
      flatGradient(state, {
        ...parts.flatness,
        at,
        place: current,
        epsilon: parts.epsilon,
        stepSize: course.stepSize,
      }),
    )
  if (parts.variance === undefined) return own
  return varianceTuned(state, own, { ...parts.variance, at, radius: parts.variance.reach * parts.epsilon })
}

function judgedFirst(state: AttackState, gradient: () => Promise<Rows>): () => Promise<Rows> {
  return async () => {
    await state.evaluateLogits()
    return gradient()
  }
}

function atX({ x }: Pick<AttackState, 'x'>): Place {
  return (point, sample) => {
    point.set(rowOf(x, sample))
  }
}

/** x_nes = x_t + α·μ·g_t (Lin et al., arXiv 1908.06281, equation 6), which is not clipped. */
function lookAhead({ x }: AttackState, { sums, stepSize }: Course, decay: number): Place {
  return (point, sample) => {
    addScaled(point, rowOf(x, sample), rowOf(sums, sample), stepSize * decay)
  }
}

/** A uniform random point around a place, which is not clipped. */
function around(state: AttackState, place: Place, radius: number): Place {
  return (point, sample) => {
    place(point, sample)
    addUniform(point, radius, state.random(sample))
  }
}

interface Tuning {
  readonly at: (place: Place) => Promise<Rows>
  readonly neighbours: number
  readonly radius: number
}

/** ∇J + v_t; v_{t+1} = mean ∇J around x_t − ∇J (Wang and He, arXiv 2103.15571, algorithm 1, lines 3 to 7). */
function varianceTuned(
  state: AttackState,
  own: () => Promise<Rows>,
  { at, neighbours, radius }: Tuning,
): () => Promise<Rows> {
  const variance = tensor(state.x.shape) //                                            v_t
  const place = around(state, atX(state), radius)
  return async () => {
    const gradient = await own()
    const mean = await meanOf(state, neighbours, () => at(place))
    for (const sample of state.active()) {
      const [g, v] = [gradient.of(sample), rowOf(variance, sample)]
      const untuned = g.slice()
      addScaled(g, g, v, 1) //                                                         ∇J + v_t
      addScaled(v, mean.of(sample), untuned, -1) //                                    v_{t+1}
    }
    return gradient
  }
}

async function meanOf(state: AttackState, count: number, gradient: () => Promise<Rows>): Promise<Rows> {
  const sums = tensor(state.x.shape)
  for (let i = 0; i < count; i++) {
    const each = await gradient()
    for (const sample of state.active())
      addScaled(rowOf(sums, sample), rowOf(sums, sample), each.of(sample), 1)
  }
  for (const sample of state.active()) scaleBy(rowOf(sums, sample), 1 / count)
  return { of: (sample) => rowOf(sums, sample) }
}

interface Penalised extends Flatness {
  readonly at: (place: Place) => Promise<Rows>
  /** Where points are drawn around. */
  readonly place: Place
  readonly epsilon: number
  readonly stepSize: number
}

/**
 * Mean of (1 − δ)·g′ + δ·g* over points x′ around a place, g′ = ∇J(x′), g* = ∇J(x′ − α·g′ / mean|g′|): the
 * gradient of a loss whose gradient's norm is penalised (Ge et al., arXiv 2306.05225, algorithm 1).
 */
function flatGradient(
  state: AttackState,
  { at, place, samples, radius, balance, epsilon, stepSize }: Penalised,
): () => Promise<Rows> {
  const points = tensor(state.x.shape)
  const near = around(state, place, radius * epsilon)
  const once = async () => {
    for (const sample of state.active()) near(rowOf(points, sample), sample)
    const first = await at(atX({ x: points })) //                                       g′
    const downhill = await at((point, sample) => {
      const g = first.of(sample)
      const length = normL1(g) / g.length
      addScaled(point, rowOf(points, sample), g, length > 0 ? -stepSize / length : 0)
    })
    for (const sample of state.active()) {
      const [g, star] = [first.of(sample), downhill.of(sample)]
      accumulate(g, 1 - balance, star, balance)
    }
    return first
  }
  return () => meanOf(state, samples, once)
}
