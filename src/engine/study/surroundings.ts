import { nameOf } from '../../adapters/fs/file-ref.ts'
import { tiltNotice } from '../../core/dicom/notices.ts'
import { RadversaryError, type Notice } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { beyondOf, type Beyond } from '../../core/model/preprocessing/neighbours.ts'
import { inputFailure, stackFailure, type InputFailure } from './failures.ts'
import { imageStacks } from './image-groups.ts'
import type { ImageLoader, StudyFrame } from './load-image.ts'
import type { Study, StudyImage } from './open-study.ts'

/** What lies around images of one stack, as far as models of neighbouring slices look. */
export interface Surroundings {
  /** Neighbouring slices of frames[from] to frames[to − 1] of the images' frames, in order. */
  of(frames: readonly StudyFrame[], from: number, to: number): Beyond
}

/**
 * Refuses a multi-frame image whose frames are not neighbours in the order in which they are stored, for
 * models that take them for such. @throws RadversaryError dicom-unsupported
 */
export function checkFramesAreStack({ header: { frameStacks, source } }: StudyImage, reach: number): void {
  if (reach === 0 || frameStacks.isOne) return
  throw new RadversaryError(
    'dicom-unsupported',
    `Frames: expected one stack in the order of positions, got ${frameStacks.got}`,
    {
      file: nameOf(source),
      tip: 'The model sees neighbouring slices together: write each stack as a series of its own, or a file.',
    },
  )
}

export type FindSurroundings = (group: readonly StudyImage[]) => Promise<Surroundings>

/**
 * Finds the slices around images that follow each other in a stack of a study. Of multi-frame images these
 * are their own frames.
 * @param reach slices on either side; undefined for 0, models of single images
 */
export function surroundingsIn(
  images: readonly StudyImage[],
  loader: ImageLoader,
  reach: number,
): FindSurroundings | undefined {
  if (reach === 0) return undefined
  const stacks = imageStacks(images)
  const load = async (neighbours: readonly StudyImage[]) =>
    (await Promise.all(neighbours.map((image) => loader.load(image)))).flatMap(({ frames }) => frames)
  return async ([first, ...others]) => {
    const stack = stacks.find((members) => first !== undefined && members.includes(first)) ?? []
    const from = first === undefined ? 0 : stack.indexOf(first)
    const to = from + 1 + others.length
    const before = await load(stack.slice(Math.max(0, from - reach), Math.max(0, from)))
    const after = await load(stack.slice(to, to + reach))
    return {
      of: (frames, start, end) => {
        const slices = [...before, ...frames, ...after].map(({ float }) => float.relative)
        return beyondOf(slices, before.length + start, before.length + end, reach)
      },
    }
  }
}

interface MaybeLoaded {
  readonly failure?: InputFailure
}

interface NotLoaded {
  readonly failure: InputFailure
  readonly image?: undefined
  readonly frames?: undefined
}

/**
 * A group with what lies around it. Where a slice of either can't be read, the whole group fails: it would be
 * another stack without it.
 */
export async function withSurroundings<Loaded extends MaybeLoaded>(
  group: readonly StudyImage[],
  loaded: readonly Loaded[],
  find: FindSurroundings | undefined,
): Promise<{ readonly loaded: readonly (Loaded | NotLoaded)[]; readonly surroundings?: Surroundings }> {
  if (find === undefined) return { loaded }
  try {
    const { failure } = loaded.find((each) => each.failure !== undefined) ?? {}
    if (failure !== undefined) throw stackFailure(failure)
    return { loaded, surroundings: await find(group) }
  } catch (error) {
    return {
      loaded: group.map((image, i) => ({ failure: loaded[i]?.failure ?? inputFailure(error, image) })),
    }
  }
}

/** What a user should know of the order and length of one stack of a study; nothing for models of single images. */
export function stackNotices(
  stack: readonly StudyImage[],
  study: Study,
  { slices: neighbours, volume }: ModelCard['input'],
): Notice[] {
  if (neighbours === undefined && volume === undefined) return []
  const series = stack[0] && study.series[stack[0].series]
  if (series === undefined) return []
  const { notes, orderedBy } = series
  const unreadable = study.failures.length
  const slices = stack.reduce((sum, { header }) => sum + header.numberOfFrames, 0)
  const found: Notice[] = []
  if (unreadable > 0)
    found.push({
      message: `${unreadable} files of the study can’t be read: slices on either side of one count as neighbours.`,
      tip: 'Mend or remove them.',
    })
  const count = neighbours?.count ?? volume?.patch[0] ?? 1
  if (slices < count)
    found.push({
      message: `A stack has ${slices} slices and the model takes ${count}: its ends are continued.`,
      tip: 'Compare with what the model was trained on.',
    })
  if (orderedBy === 'instance-number' && slices > 1)
    found.push({
      message: 'The slices have no common position, so their neighbours are those of their instance numbers.',
      tip: 'Compare the order in the viewer.',
    })
  const gap = notes.find(({ kind }) => kind === 'gap')
  if (gap !== undefined)
    found.push({
      message: `Neighbouring slices: ${gap.message}.`,
      tip: 'Slices beside a gap count as neighbours: add what is missing.',
    })
  const tilt = notes.find(({ kind }) => kind === 'tilt')
  if (tilt !== undefined) found.push(tiltNotice(tilt.message))
  return found
}
