import type { StudyImage } from './open-study.ts'

export interface GroupSizes {
  /** Images of one group at most. */
  readonly most: number
  /** How many groups are worked on at a time; 1 by default. */
  readonly atATime?: number
  /** What a group lies within: a series by default; a stack for models of neighbouring slices. */
  readonly within?: Within
}

type Within = 'series' | 'stack'

/**
 * Images that are worked on together: neighbours of one kind, of one frame each, or one multi-frame image.
 * Neighbours are parted evenly, so that few batch sizes occur and those who work at the same time end at the
 * same time. Groups depend on headers alone, so that a run that goes on where another stopped has the same
 * ones.
 */
export function imageGroups(images: readonly StudyImage[], sizes: GroupSizes): StudyImage[][] {
  return runsOf(images, sizes.within ?? 'series').flatMap((run) => parted(run, sizes))
}

/**
 * Runs of neighbours of one stack and kind, of one frame each, or one multi-frame image: what models of
 * neighbouring slices take for a stack.
 */
export function imageStacks(images: readonly StudyImage[]): StudyImage[][] {
  return runsOf(images, 'stack')
}

function runsOf(images: readonly StudyImage[], within: Within): StudyImage[][] {
  const runs: StudyImage[][] = []
  for (const image of images) {
    const run = runs.at(-1)
    const [first] = run ?? []
    if (first?.[within] === image[within] && goTogether(first, image)) run?.push(image)
    else runs.push([image])
  }
  return runs
}

/** Sizes differ by one at most, the larger ones first. */
export function parted<Image>(run: readonly Image[], { most, atATime = 1 }: GroupSizes): Image[][] {
  const rounds = Math.ceil(run.length / (most * atATime))
  const count = Math.min(run.length, rounds * atATime)
  const [size, larger] = [Math.floor(run.length / count), run.length % count]
  return Array.from({ length: count }, (_, group) => {
    const first = group * size + Math.min(group, larger)
    return run.slice(first, first + size + Number(group < larger))
  })
}

function goTogether(a: StudyImage, b: StudyImage): boolean {
  const [one, other] = [a.header, b.header]
  const singles = one.numberOfFrames === 1 && other.numberOfFrames === 1
  const sameSize = one.rows === other.rows && one.columns === other.columns
  return singles && sameSize && one.photometricInterpretation === other.photometricInterpretation
}
