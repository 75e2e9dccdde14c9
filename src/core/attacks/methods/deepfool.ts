import { z } from 'zod'
import { tensor } from '../../tensor/tensor.ts'
import type { Rows, StepTaken, Walk } from '../attack.ts'
import { l2Ball } from '../balls.ts'
import { faceValue, writeFace, type Face } from '../faces.ts'
import { addScaled, clip, normL2 } from '../kernels.ts'
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
    .describe('Classes whose boundaries are looked at, the most likely ones. As in the authors’ code.'),
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
    begin: (walk) => planeSteps(walk, overshoot, candidates),
  }),
})

/** Samples leave once they are beyond the boundary. */
function planeSteps(walk: Walk, overshoot: number, candidates: number): () => Promise<StepTaken> {
  const { x, images, box } = walk
  const total = tensor(x.shape) //                                                    Σ r
  const looked = new Map<number, readonly Face[]>()
  let direction: Rows = { of: (sample) => rowOf(total, sample) }

  return async () => {
    const logits = await walk.look()
    for (const sample of walk.active())
      if (walk.succeeds(logits.of(sample), sample)) walk.leave(sample)
      else if (!looked.has(sample)) looked.set(sample, nearestFaces(walk, sample, candidates))
    const steps = await shortestSteps(walk, (sample) => looked.get(sample) ?? [])
    for (const sample of walk.active()) {
      const [row, sum, image] = [rowOf(x, sample), rowOf(total, sample), rowOf(images, sample)]
      addScaled(sum, sum, steps.of(sample), 1) //                                     Σ r
      addScaled(row, image, sum, 1 + overshoot) //                                    x_{t+1} = x + (1 + η)·Σ r
      clip(row, rowOf(box.lower, sample), rowOf(box.upper, sample))
    }
    direction = steps
    return { direction }
  }
}

/** The faces nearest by logits: any of them will do, or all are needed. */
function nearestFaces(walk: Walk, sample: number, candidates: number): Face[] {
  const logits = walk.logits(sample)
  const { need, faces } = walk.faces(sample)
  const sorted = [...faces].sort((a, b) => faceValue(b, logits) - faceValue(a, logits))
  return need === 'any' ? sorted.slice(0, candidates) : sorted
}

/**
 * The step to the plane of each face, as many gradients as there are faces; the shortest, or the longest
 * where all are needed.
 */
async function shortestSteps(walk: Walk, facesOf: (sample: number) => readonly Face[]): Promise<Rows> {
  const chosen = new Map<number, { readonly length: number; readonly step: Float32Array }>()
  const most = Math.max(0, ...walk.active().map((sample) => facesOf(sample).length))
  for (let index = 0; index < most; index++) {
    const target = tensor(walk.deviation.target.shape)
    for (const sample of walk.active()) {
      const face = facesOf(sample)[index]
      if (face !== undefined) writeFace(rowOf(target, sample), face)
    }
    const { logits, gradient } = await walk.gradientAt(walk.x, [{ target, weight: 1 }], 'dot')
    for (const sample of walk.active()) {
      const face = facesOf(sample)[index]
      if (face === undefined) continue
      const value = faceValue(face, logits.of(sample))
      const gap = value < 0 ? -value : walk.needed(logits.of(sample), sample) - value
      const step = stepTo(walk, sample, gradient.of(sample), gap)
      const known = chosen.get(sample)
      const isChosen =
        known === undefined || (walk.faces(sample).need === 'any') === step.length < known.length
      if (isChosen) chosen.set(sample, step)
    }
  }
  return {
    of: (sample) => chosen.get(sample)?.step ?? new Float32Array(walk.x.data.length / (walk.x.shape[0] ?? 1)),
  }
}

/**
 * r = gap / ‖w‖² · w: |f| for f below 0, what is missing of the margin that success takes beyond it; nothing
 * for a face that is passed already.
 */
function stepTo(walk: Walk, sample: number, gradient: Float32Array, gap: number) {
  walk.freeze(gradient, sample)
  const norm = normL2(gradient)
  const length = norm === 0 ? 0 : Math.max(0, gap) / norm
  return {
    length: norm === 0 ? Infinity : length,
    step: gradient.map((w) => (norm === 0 ? 0 : (length / norm) * w)),
  }
}
