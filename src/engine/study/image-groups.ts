import { entry } from '../../core/entry.ts'
import { blockOf, type Block } from '../../core/model/slices.ts'
import type { StudyImage } from './open-study.ts'

export interface GroupSizes {
  /** Images of one group at most. */
  readonly most: number
  /** How many groups are worked on at a time; 1 by default. */
  readonly atATime?: number
}

type Within = 'series' | 'stack'

/**
 * Images that are worked on together: neighbours of one kind, of one frame each, or one multi-frame image.
 * Neighbours are parted evenly, so that few batch sizes occur and those who work at the same time end at the
 * same time. Groups depend on headers alone, so that a run that goes on where another stopped has the same
 * ones.
 */
export function imageGroups(images: readonly StudyImage[], sizes: GroupSizes): StudyImage[][] {
  return runsOf(images, 'series').flatMap((run) => parted(run, sizes))
}

/**
 * Runs of neighbours of one stack and kind, of one frame each, or one multi-frame image, or one of each
 * channel: what models of neighbouring slices take for a stack.
 */
export function imageStacks(images: readonly StudyImage[]): StudyImage[][] {
  return runsOf(images, 'stack')
}

/** The slices of a stack that are of its first series: all, but where series are a model's channels. */
export function firstSeriesOf(stack: readonly StudyImage[]): readonly StudyImage[] {
  return stack.filter(({ channel }) => channel === stack[0]?.channel)
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

/** A frame of an image, as far as its neighbours depend on it. */
interface FrameOfImage {
  readonly image: StudyImage
  /** Counts from 0. */
  readonly index: number
}

/**
 * Frames that were gathered from a run of `imageStacks`, as indices, in runs of neighbouring slices: all of
 * them where images have one frame, else the stacks that the image's frames make. Multi-frame images that are
 * channels make one run, the frames of each in their order.
 */
export function sliceRuns(frames: readonly FrameOfImage[]): number[][] {
  const [first] = frames
  if (first === undefined) return []
  const { header, channel } = first.image
  if (header.numberOfFrames === 1) return [frames.map((_, at) => at)]
  const runs = [...new Set(frames.map(({ image }) => image.header))].map((own) => {
    const places = new Map(
      frames.flatMap(({ image, index }, at) => (image.header === own ? [[index, at]] : [])),
    )
    return own.frameStacks.map((stack) => stack.frames.flatMap((frame) => places.get(frame) ?? []))
  })
  return channel === undefined ? runs.flat() : [runs.flat(2)]
}

/**
 * Frames that a model is given at once, as indices: runs of slices that depend on each other, whole; of
 * frames that depend on themselves alone (a context of 0) at most so many.
 */
export function modelBatches(
  frames: readonly FrameOfImage[],
  { context, most = Infinity }: Pick<BlockSizes, 'context'> & Partial<BlockSizes>,
): number[][] {
  if (context > 0) return sliceRuns(frames)
  const all = frames.map((_, at) => at)
  const size = Math.min(most, all.length)
  return Array.from({ length: Math.ceil(all.length / size) || 0 }, (_, n) =>
    all.slice(n * size, (n + 1) * size),
  )
}

/**
 * What `work` makes of each of these batches, in the frames' own order.
 * @param work gives something, or undefined, for each frame of a batch
 */
export async function inModelBatches<Frame extends FrameOfImage, Made>(
  frames: readonly Frame[],
  sizes: Parameters<typeof modelBatches>[1],
  work: (together: readonly Frame[]) => Promise<readonly Made[]>,
): Promise<Made[]> {
  const made = new Map<number, Made>()
  for (const batch of modelBatches(frames, sizes)) {
    const found = await work(batch.map((at) => entry(frames, at)))
    for (const [n, each] of found.entries()) made.set(entry(batch, n), each)
  }
  return [...made].sort(([a], [b]) => a - b).map(([, each]) => each)
}

export interface BlockSizes {
  /** Images of a block at most. */
  readonly most: number
  /** Slices on either side that a prediction depends on. */
  readonly context: number
}

/** A stack, or a run of its slices, in blocks, each with the slices around it. */
export function blocksOf<Image>(
  stack: readonly Image[],
  { most, context }: BlockSizes,
  { first, length }: Run = { first: 0, length: stack.length },
): Block<Image>[] {
  let from = first
  return parted(stack.slice(first, first + length), { most: Math.min(most, length) }).map(
    ({ length: size }) => {
      const block = blockOf(stack, { from, to: from + size, context })
      from += size
      return block
    },
  )
}

/**
 * Some images of a study in blocks: what follows each other in a stack, of volumes each stack once and whole,
 * and of images that don't depend on each other what is of one kind.
 */
export function blocksIn(
  all: readonly StudyImage[],
  chosen: readonly StudyImage[],
  { most, context }: BlockSizes,
): Block<StudyImage>[] {
  if (context === 0)
    return imageGroups(chosen, { most: Math.min(most, chosen.length) }).flatMap((group) =>
      blocksOf(group, { most, context }),
    )
  const wanted = new Set(chosen)
  return imageStacks(all).flatMap((stack) => {
    const runs = chosenRuns(stack, wanted)
    if (context < Infinity) return runs.flatMap((run) => blocksOf(stack, { most, context }, run))
    return runs.length === 0 ? [] : blocksOf(stack, { most: Infinity, context })
  })
}

interface Run {
  readonly first: number
  readonly length: number
}

/** Where wanted slices follow each other. */
function chosenRuns(stack: readonly StudyImage[], wanted: ReadonlySet<StudyImage>): Run[] {
  const runs: Run[] = []
  for (const [at, image] of stack.entries()) {
    if (!wanted.has(image)) continue
    const last = runs.at(-1)
    if (last !== undefined && last.first + last.length === at)
      runs.splice(-1, 1, { ...last, length: last.length + 1 })
    else runs.push({ first: at, length: 1 })
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
  const areChannels = a.channel !== undefined && b.channel !== undefined
  const singles = areChannels || (one.numberOfFrames === 1 && other.numberOfFrames === 1)
  const sameSize = one.rows === other.rows && one.columns === other.columns
  return singles && sameSize && one.photometricInterpretation === other.photometricInterpretation
}
