import { tiltNotice } from '../../core/dicom/notices.ts'
import { stackSpace, type VolumeSpace } from '../../core/dicom/stack-space.ts'
import { internalError, type Notice } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { contextSlicesOf, type ContextSlices } from '../../core/model/preprocessing/neighbours.ts'
import { contextOf, seriesCount } from '../../core/model/context.ts'
import { blockOf, type Block } from '../../core/model/slices.ts'
import { answersForStacks } from '../../core/tasks/tasks.ts'
import { inputFailure, stackFailure, type InputFailure } from './failures.ts'
import { firstSeriesOf } from './image-groups.ts'
import type { ImageLoader, StudyFrame } from './load-image.ts'
import type { Study, StudyImage } from './open-study.ts'

/** A frame by its image and its place there. */
interface Slice {
  readonly image: StudyImage
  readonly index: number
}

/**
 * How the stack lies of which frames are, as its headers say, for models of volumes; undefined for others,
 * and where headers don't say it.
 */
export function spaceOf(
  { context }: { readonly context: number },
  stack: readonly StudyImage[],
  frames: readonly Pick<Slice, 'index'>[],
): VolumeSpace | undefined {
  if (context !== Infinity) return undefined
  const [image, ...others] = firstSeriesOf(stack)
  const [frame] = frames
  if (image === undefined || frame === undefined) return undefined
  if (image.header.numberOfFrames === 1) return stackSpace([image, ...others].map(({ header }) => header))
  return image.header.frameStacks.find((each) => each.frames.includes(frame.index))?.space
}

/**
 * The name of a stack with one answer, to be kept with each of its slices; nothing where each has its own.
 */
export function volumeOf(
  card: Pick<ModelCard, 'task' | 'input'>,
  slices: readonly Slice[],
): { readonly volume?: string } {
  return answersForStacks(card) ? { volume: volumeName(slices) } : {}
}

/** What slices are called together that have one answer: the first image, and which of its frames. */
function volumeName(slices: readonly Slice[]): string {
  const [first] = slices
  if (first === undefined) throw internalError('a volume has no slices')
  const { name, header } = first.image
  const stack = header.frameStacks.find(({ frames }) => frames.includes(first.index))
  return header.frameStacks.length > 1 ? `${name} (${stack?.label ?? ''})` : name
}

/** What lies around frames `from` to `to` − 1 of a run of a block's own frames, in order. */
export type FindContextSlices = (
  frames: readonly StudyFrame[],
  range: { readonly from: number; readonly to: number },
) => ContextSlices | undefined

interface MaybeLoaded {
  readonly failure?: InputFailure
}

interface NotLoaded {
  readonly failure: InputFailure
  readonly image?: undefined
  readonly frames?: undefined
}

/**
 * A block's images with the slices around them. Where one of those that depend on each other can't be read,
 * all of them fail: it would be another stack without it.
 */
export async function withContext<Loaded extends MaybeLoaded>(
  { before, own, after }: Block<StudyImage>,
  {
    loaded,
    loader,
    context,
  }: { readonly loaded: readonly Loaded[]; readonly loader: ImageLoader; readonly context: number },
): Promise<{ readonly loaded: readonly (Loaded | NotLoaded)[]; readonly findContext: FindContextSlices }> {
  const slicesOf = async (images: readonly StudyImage[]) =>
    (await Promise.all(images.map((image) => loader.load(image)))).flatMap(({ frames }) => frames)
  try {
    const failure = context > 0 ? loaded.find((each) => each.failure !== undefined)?.failure : undefined
    if (failure !== undefined) throw stackFailure(failure)
    const [ahead, behind] = [await slicesOf(before), await slicesOf(after)]
    const findContext: FindContextSlices = (frames, { from, to }) => {
      const slices = [...ahead, ...frames, ...behind].map(({ float }) => float.relative)
      return contextSlicesOf(blockOf(slices, { from: ahead.length + from, to: ahead.length + to, context }))
    }
    return { loaded, findContext }
  } catch (error) {
    const failed = own.map((image, i) => ({ failure: loaded[i]?.failure ?? inputFailure(error, image) }))
    return { loaded: failed, findContext: () => undefined }
  }
}

/** Slices of the stack, or of the shortest that a multi-frame image's frames make. */
function shortestRun(stack: readonly StudyImage[]): number {
  const slices = firstSeriesOf(stack)
  const runs = slices.flatMap(({ header }) => header.frameStacks)
  return slices.length > 1 ? slices.length : Math.min(...runs.map(({ frames }) => frames.length))
}

/**
 * What a user should know of the order and length of one stack of a study; nothing for models of single
 * images. Where a card only normalises by a whole stack, or takes slices of several series at one place, the
 * order says nothing.
 */
export function stackNotices(
  stack: readonly StudyImage[],
  study: Study,
  card: Pick<ModelCard, 'input' | 'normalisation'>,
): Notice[] {
  const series = stack[0] && study.series[stack[0].series]
  if (series === undefined || contextOf(card) === 0) return []
  const unread = unreadNotices(study.failures.length)
  const { input } = card
  const isOfPlaces = input.volume === undefined && seriesCount(input) > 1
  if (isOfPlaces || contextOf({ input }) === 0) return unread
  const slices = shortestRun(stack)
  return [...unread, ...lengthNotices(slices, card), ...orderNotices(series, slices)]
}

function unreadNotices(count: number): Notice[] {
  if (count === 0) return []
  const message = `${count} files of the study can’t be read: stacks are taken without them, and slices on either side of one count as neighbours.`
  return [{ message, tip: 'Mend or remove them.' }]
}

/** The notice of a stack that is shorter than what the network takes at once. */
function lengthNotices(slices: number, { input }: Pick<ModelCard, 'input'>): Notice[] {
  const { volume } = input
  const isTurned = volume !== undefined && (volume.run === 'resized' || volume.orientation !== undefined)
  const count = isTurned ? 1 : (volume?.patch[0] ?? 2 * contextOf({ input }) + 1)
  if (slices >= count) return []
  const message = `A stack has ${slices} slices and the model takes ${count}: its ends are continued.`
  return [{ message, tip: 'Compare with what the model was trained on.' }]
}

function orderNotices({ notes, orderedBy }: Study['series'][number], slices: number): Notice[] {
  const gap = notes.find(({ kind }) => kind === 'gap')
  const tilt = notes.find(({ kind }) => kind === 'tilt')
  const found: Notice[] = []
  if (orderedBy === 'instance-number' && slices > 1)
    found.push({
      message: 'The slices have no common position, so their neighbours are those of their instance numbers.',
      tip: 'Compare the order in the viewer.',
    })
  if (gap !== undefined)
    found.push({
      message: `Neighbouring slices: ${gap.message}.`,
      tip: 'Slices beside a gap count as neighbours: add what is missing.',
    })
  if (tilt !== undefined) found.push(tiltNotice(tilt.message))
  return found
}
