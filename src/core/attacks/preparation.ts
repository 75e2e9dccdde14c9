import { extentOf } from '../tensor/tensor.ts'
import type { AttackMethod, AttackProblem, CleanImages } from './attack.ts'
import { toEnd } from '../to-end.ts'
import type { Learned } from './learned.ts'

/** The method that attacks with what was learned. */
export function prepared(method: AttackMethod, learned: Learned): AttackMethod {
  return method.prepare === undefined ? method : { name: method.name, ...method.prepare.apply(learned) }
}

/**
 * The method ready to attack a batch: one that has yet to learn takes the batch for all images that there
 * are.
 */
export async function preparedOn(method: AttackMethod, problem: AttackProblem): Promise<AttackMethod> {
  if (method.prepare === undefined) return method
  return prepared(method, await toEnd(method.prepare.learn(imagesOf(problem))))
}

/** The samples of a batch, whose labels nobody says. */
function imagesOf(problem: AttackProblem): CleanImages {
  const [count, rest] = [extentOf(problem.images.shape, 0), problem.images.shape.slice(1)]
  const batch = { problem, labels: problem.seeds.map(() => undefined) }
  return {
    shape: [1, ...rest],
    count,
    seed: 0,
    earlyStop: problem.earlyStop,
    async *inOrder(work) {
      yield await work(batch)
    },
    async *shuffled(_epoch, _size, work) {
      yield [await work(batch)]
    },
  }
}
