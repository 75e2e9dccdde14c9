import type { AttackMethod, AttackProblem, CleanImages } from '../../src/core/attacks/attack.ts'
import type { LearnedPerturbation } from '../../src/core/attacks/learned.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'

/** The samples of a batch as images to learn from, in their own order. */
export function groupOf(problem: AttackProblem, earlyStop = false): CleanImages {
  const [count = 0, ...rest] = problem.images.shape
  const batchOf = (first: number, size: number) => ({
    problem: partOf(problem, first, Math.min(size, count - first)),
    labels: [],
  })
  return {
    shape: [1, ...rest],
    count,
    seed: 0,
    earlyStop,
    async *inOrder(work) {
      yield await work(batchOf(0, count))
    },
    async *shuffled(_, size, work) {
      for (let first = 0; first < count; first += size) yield [await work(batchOf(first, size))]
    },
  }
}

function partOf(problem: AttackProblem, first: number, count: number): AttackProblem {
  const of = ({ shape: [, ...rest], data }: AttackProblem['images']) => {
    const size = rest.reduce((product, extent) => product * extent, 1)
    return tensor([count, ...rest], data.slice(first * size, (first + count) * size))
  }
  const { images, targets, bounds, criterion, seeds } = problem
  return {
    ...problem,
    images: of(images),
    targets: of(targets),
    bounds: { lower: of(bounds.lower), upper: of(bounds.upper) },
    seeds: seeds.slice(first, first + count),
    criterion: { name: criterion.name, isMet: (logits, n) => criterion.isMet(logits, first + n) },
  }
}

/** What the method learns of the images. */
export async function learned(method: AttackMethod, images: CleanImages): Promise<LearnedPerturbation> {
  const learning = method.prepare!.learn(images)
  for (;;) {
    const next = await learning.next()
    if (next.done) return next.value as LearnedPerturbation
  }
}
