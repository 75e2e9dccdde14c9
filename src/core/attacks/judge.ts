import { extentOf, type Tensor } from '../tensor/tensor.ts'
import type { AttackMethod, AttackProblem } from './attack.ts'
import { decidingPlane, type DecisionBoundary } from './decision-boundary.ts'
import { accumulate } from '../math/kernels.ts'
import { rowOf } from './rows.ts'

/** Says of a sample's logits [K] whether the attack has succeeded. */
export interface Judge {
  succeeds(logits: Float32Array, sample: number): boolean
  /** The margin that success takes, in logits: 0 where meeting the criterion is enough. */
  requiredMargin(logits: Float32Array, sample: number): number
  /** How far logits are beyond the goal's planes; undefined where it has none, or where none is needed. */
  margin(logits: Float32Array, sample: number): number | undefined
}

/**
 * Part of the logits' spread, and of the way from the clean logits, that a smallest change goes beyond the
 * boundary: twice the 1e-4 that is promised, so that any runtime finds those.
 */
const strictness = 2e-4

/**
 * A smallest change ends at the decision boundary, where rounding alone decides: another runtime, another
 * batch size or double precision may take the image for its old class. Methods that look for one have
 * therefore succeeded only with a margin, all others where the criterion is met.
 * @param clean gives the logits of the untouched images, [N, K] or [N, K, h, w]
 */
export async function judgeOf(
  { keeps }: AttackMethod,
  problem: AttackProblem,
  clean: () => Promise<Tensor>,
): Promise<Judge> {
  return keeps === 'smallest' ? strictJudge(problem, await clean()) : plainJudge(problem)
}

function plainJudge({ criterion }: AttackProblem): Judge {
  return {
    succeeds: (logits, sample) => criterion.isMet(logits, sample),
    requiredMargin: () => 0,
    margin: () => undefined,
  }
}

/**
 * Where planes divide the logits the margin decides; where none do (masks, boxes), the criterion still has to
 * be met with every logit put back by its part of the way from the clean one.
 */
function strictJudge({ criterion, targets }: AttackProblem, clean: Tensor): Judge {
  const boundaries = new Map<number, DecisionBoundary | undefined>()
  const boundaryOf = (sample: number) => {
    if (!boundaries.has(sample))
      boundaries.set(sample, criterion.boundary?.(sample, extentOf(targets.shape, 1)))
    return boundaries.get(sample)
  }
  const margin = (logits: Float32Array, sample: number) => {
    const boundary = boundaryOf(sample)
    return boundary && decidingPlane(boundary, logits).margin
  }
  const requiredMargin = (logits: Float32Array, sample: number) => {
    const [here, before] = [margin(logits, sample), margin(rowOf(clean, sample), sample)]
    return here === undefined || before === undefined
      ? 0
      : strictness * Math.max(spread(logits), Math.abs(here - before))
  }
  const holdsPutBack = (logits: Float32Array, sample: number) => {
    const back = rowOf(clean, sample).slice()
    accumulate(back, strictness, logits, 1 - strictness)
    return criterion.isMet(back, sample)
  }
  const isBeyond = (logits: Float32Array, sample: number) => {
    const here = margin(logits, sample)
    return here === undefined ? holdsPutBack(logits, sample) : here >= requiredMargin(logits, sample)
  }
  return {
    succeeds: (logits, sample) => criterion.isMet(logits, sample) && isBeyond(logits, sample),
    requiredMargin,
    margin,
  }
}

/** Largest minus smallest logit; 0 of a single one. */
function spread(logits: Float32Array): number {
  let [least, most] = [Infinity, -Infinity]
  for (const z of logits) [least, most] = [Math.min(least, z), Math.max(most, z)]
  return most - least
}
