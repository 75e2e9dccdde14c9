import type { AttackMethod, AttackProblem } from '../../src/core/attacks/attack.ts'
import { learnUniversal, type Epoch, type ImageGroup } from '../../src/core/attacks/learn-universal.ts'
import { tensor } from '../../src/core/tensor/tensor.ts'

/** The samples of a batch as a group, in mini-batches in their own order. */
export function groupOf(problem: AttackProblem, miniBatch: number, earlyStop = false): ImageGroup {
  const count = problem.images.shape[0]!
  const size = problem.images.data.length / count
  const firsts = Array.from({ length: Math.ceil(count / miniBatch) }, (_, i) => i * miniBatch)
  return {
    size,
    earlyStop,
    async *miniBatches() {
      for (const first of firsts) {
        const part = partOf(problem, first, Math.min(miniBatch, count - first))
        yield await Promise.resolve(async (work) => [await work(part)])
      }
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
    ...{
      images: of(images),
      targets: of(targets),
      bounds: { lower: of(bounds.lower), upper: of(bounds.upper) },
    },
    ...{ seeds: seeds.slice(first, first + count) },
    criterion: { name: criterion.name, isMet: (logits, n) => criterion.isMet(logits, first + n) },
  }
}

/** v and what was told of each epoch. */
export async function learned(
  method: AttackMethod,
  group: ImageGroup,
): Promise<{ v: Float32Array; epochs: Epoch[] }> {
  const learning = learnUniversal(method.universal!, group)
  const epochs: Epoch[] = []
  for (;;) {
    const next = await learning.next()
    if (next.done) return { v: next.value, epochs }
    epochs.push(next.value)
  }
}
