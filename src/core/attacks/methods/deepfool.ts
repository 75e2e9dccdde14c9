import { z } from 'zod'
import { extentOf, tensor } from '../../tensor/tensor.ts'
import type { Rows, StepTaken, AttackState } from '../attack.ts'
import { l2Ball } from '../balls.ts'
import { planeValue, writeNormal, type Hyperplane } from '../decision-boundary.ts'
import { addScaled, clip, normL2 } from '../../math/kernels.ts'
import { defineMethod } from '../method-entry.ts'
import { rowOf } from '../rows.ts'
import { smallestEpsilon, steps } from '../settings.ts'

const settings = z.strictObject({
  epsilon: smallestEpsilon('Euclidean'),
  steps: steps(50, 'At most; as in the authors’ code.'),
  overshoot: z
    .number()
    .min(0)
    .default(0.02)
    .describe('η: how far beyond the boundary, as a fraction. As in the paper.'),
  candidates: z
    .int()
    .min(1)
    .default(10)
    .describe('Classes whose boundaries are nearest at, the most likely ones. As in the authors’ code.'),
})

/** DeepFool: Moosavi-Dezfooli et al., algorithm 2. */
export const deepfool = defineMethod({
  name: 'deepfool',
  title: 'DeepFool',
  summary: 'The smallest Euclidean change: steps to the nearest of the boundaries, as if they were planes.',
  equation:
    'r_t = |f_l| / ‖w_l‖₂² · w_l, l = argmin_k |f_k| / ‖w_k‖₂, f_k = z_k − z_y, w_k = ∇f_k; x_t = x + (1 + η)·Σ r',
  source: {
    authors: 'S.-M. Moosavi-Dezfooli, A. Fawzi, P. Frossard',
    title: 'DeepFool: a Simple and Accurate Method to Fool Deep Neural Networks',
    venue: 'CVPR 2016',
    identifier: 'arXiv:1511.04599',
  },
  access: 'white-box',
  stacks: false,
  settings,
  create: ({ epsilon = Infinity, steps, overshoot, candidates }) => ({
    ball: l2Ball(epsilon),
    steps,
    restarts: 1,
    randomStart: false,
    keeps: 'smallest',
    begin: (state) => planeSteps(state, overshoot, candidates),
  }),
})

/** Samples leave once they are beyond the boundary. */
function planeSteps(state: AttackState, overshoot: number, candidates: number): () => Promise<StepTaken> {
  const { x, images, box } = state
  const total = tensor(x.shape) //                                                    Σ r
  const nearest = new Map<number, readonly Hyperplane[]>()
  let direction: Rows = { of: (sample) => rowOf(total, sample) }

  return async () => {
    const logits = await state.evaluateLogits()
    for (const sample of state.active())
      if (state.succeeds(logits.of(sample), sample)) state.retire(sample)
      else if (!nearest.has(sample)) nearest.set(sample, nearestPlanes(state, sample, candidates))
    const steps = await shortestSteps(state, (sample) => nearest.get(sample) ?? [])
    for (const sample of state.active()) {
      const [row, sum, image] = [rowOf(x, sample), rowOf(total, sample), rowOf(images, sample)]
      addScaled(sum, sum, steps.of(sample), 1) //                                     Σ r
      addScaled(row, image, sum, 1 + overshoot) //                                    x_{t+1} = x + (1 + η)·Σ r
      clip(row, rowOf(box.lower, sample), rowOf(box.upper, sample))
    }
    direction = steps
    return { direction }
  }
}

/** The planes nearest by logits: any of them will do, or all are needed. */
function nearestPlanes(state: AttackState, sample: number, candidates: number): Hyperplane[] {
  const logits = state.logits(sample)
  const { need, planes } = state.boundary(sample)
  const sorted = [...planes].sort((a, b) => planeValue(b, logits) - planeValue(a, logits))
  return need === 'any' ? sorted.slice(0, candidates) : sorted
}

/**
 * The step to each of the planes, one gradient for each; the shortest, or the longest
 * where all are needed.
 */
async function shortestSteps(
  state: AttackState,
  planesOf: (sample: number) => readonly Hyperplane[],
): Promise<Rows> {
  const chosen = new Map<number, { readonly length: number; readonly step: Float32Array }>()
  const most = Math.max(0, ...state.active().map((sample) => planesOf(sample).length))
  for (let index = 0; index < most; index++) {
    const target = tensor(state.deviation.target.shape)
    for (const sample of state.active()) {
      const plane = planesOf(sample)[index]
      if (plane !== undefined) writeNormal(rowOf(target, sample), plane)
    }
    const { logits, gradient } = await state.gradientAt(state.x, [{ target, weight: 1 }], 'dot')
    for (const sample of state.active()) {
      const plane = planesOf(sample)[index]
      if (plane === undefined) continue
      const value = planeValue(plane, logits.of(sample))
      const gap = value < 0 ? -value : state.requiredMargin(logits.of(sample), sample) - value
      const step = stepTo(state, sample, gradient.of(sample), gap)
      const known = chosen.get(sample)
      const isChosen =
        known === undefined || (state.boundary(sample).need === 'any') === step.length < known.length
      if (isChosen) chosen.set(sample, step)
    }
  }
  return {
    of: (sample) =>
      chosen.get(sample)?.step ?? new Float32Array(state.x.data.length / extentOf(state.x.shape, 0)),
  }
}

/**
 * r = gap / ‖w‖² · w: |f| for f below 0, what is missing of the margin that success takes beyond it; nothing
 * for a plane that is passed already.
 */
function stepTo(state: AttackState, sample: number, gradient: Float32Array, gap: number) {
  state.freeze(gradient, sample)
  const norm = normL2(gradient)
  const length = norm === 0 ? 0 : Math.max(0, gap) / norm
  return {
    length: norm === 0 ? Infinity : length,
    step: gradient.map((w) => (norm === 0 ? 0 : (length / norm) * w)),
  }
}
