import type { CleanBatch, CleanImages, LearningProgress } from '../attack.ts'
import type { CollectedImages } from '../learned.ts'
import { rowOf } from '../rows.ts'
import type { MixIn } from './transforms.ts'

/** How many images are kept: they stay in memory with each model that attacks. */
const most = 24

/** Collects images from all over a group, at equal distances in its order. */
export async function* mixInsOf(
  images: CleanImages,
): AsyncGenerator<LearningProgress, CollectedImages, void> {
  const kept: MixIn[] = []
  let done = 0
  for await (const batch of images.inOrder(samplesOf)) {
    for (const sample of batch) if (isKept(done++, images.count)) kept.push(sample)
    yield { phase: 'collecting images', done, total: images.count, note: '' }
  }
  return { kind: 'mix-ins', images: kept }
}

function isKept(index: number, count: number): boolean {
  const share = Math.min(1, most / count)
  return Math.floor((index + 1) * share) > Math.floor(index * share)
}

function samplesOf({ problem }: CleanBatch): Promise<MixIn[]> {
  const samples = problem.seeds.map((_seed, sample) => ({
    image: rowOf(problem.images, sample).slice(),
    target: rowOf(problem.targets, sample).slice(),
  }))
  return Promise.resolve(samples)
}
