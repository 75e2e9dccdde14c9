import { RadversaryError } from '../errors.ts'
import type { AttackProblem, HiddenWalk, Walk } from './attack.ts'
import { batchModel } from './batch-model.ts'

/**
 * The features of a walk's samples as they are. Throws `usage` where none of clean images were fitted. @param
 * name of the method
 */
export function hiddenWalk(
  walk: Pick<Walk, 'x' | 'active'>,
  problem: AttackProblem,
  name: string,
): HiddenWalk {
  const { hiding } = problem
  if (hiding === undefined)
    throw new RadversaryError('usage', `${name}: expected features of clean images to hide in, got none`, {
      tip: 'They are fitted by attacks on studies, not by comparisons, nor for tensors.',
    })
  const { sizes, classes } = hiding
  const model = batchModel({ ...problem, model: hiding.model })
  return {
    ...{ sizes, classes },
    features: () => model.logits(walk.x, walk.active()),
    gradient: async (target) => {
      const terms = [{ target, weight: 1 }]
      return (await model.gradient(walk.x, walk.active(), { terms, kind: 'dot' })).gradient
    },
  }
}
