import { internalError } from '../errors.ts'
import type { AttackProblem, InnerWalk, Walk } from './attack.ts'
import { batchModel } from './batch-model.ts'

/** The inner features of a walk's samples as they are. */
export function innerWalk(walk: Pick<Walk, 'x' | 'active'>, problem: AttackProblem): InnerWalk {
  const { inner } = problem
  if (inner === undefined) throw internalError('a model was connected without its inner tensors')
  const model = batchModel({ ...problem, model: inner.model })
  return {
    sizes: inner.sizes,
    features: () => model.logits(walk.x, walk.active()),
    gradient: async (target) => {
      const terms = [{ target, weight: 1 }]
      return (await model.gradient(walk.x, walk.active(), { terms, kind: 'dot' })).gradient
    },
  }
}
