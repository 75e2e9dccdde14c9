import { nameOf } from '../../adapters/fs/file-ref.ts'
import { tiltNotice } from '../../core/dicom/notices.ts'
import { RadversaryError, type Notice } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { beyondOf, type Beyond } from '../../core/model/preprocessing/neighbours.ts'
import { blockOf, type Block } from '../../core/model/slices.ts'
import { inputFailure, stackFailure, type InputFailure } from './failures.ts'
import type { ImageLoader, StudyFrame } from './load-image.ts'
import type { Study, StudyImage } from './open-study.ts'

/**
 * Refuses a multi-frame image whose frames are not neighbours in the order in which they are stored, for
 * models that take them for such. @throws RadversaryError dicom-unsupported
 */
export function checkFramesAreStack({ header: { frameStacks, source } }: StudyImage, context: number): void {
  if (context === 0 || frameStacks.isOne) return
  throw new RadversaryError(
    'dicom-unsupported',
    `Frames: expected one stack in the order of positions, got ${frameStacks.got}`,
    {
      file: nameOf(source),
      tip: 'The model sees neighbouring slices together: write each stack as a series of its own, or a file.',
    },
  )
}

/** What lies around frames `from` to `to` − 1 of a block's own frames, in order. */
export type FindBeyond = (
  frames: readonly StudyFrame[],
  range: { readonly from: number; readonly to: number },
) => Beyond | undefined

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
): Promise<{ readonly loaded: readonly (Loaded | NotLoaded)[]; readonly beyond: FindBeyond }> {
  const slicesOf = async (images: readonly StudyImage[]) =>
    (await Promise.all(images.map((image) => loader.load(image)))).flatMap(({ frames }) => frames)
  try {
    const failure = context > 0 ? loaded.find((each) => each.failure !== undefined)?.failure : undefined
    if (failure !== undefined) throw stackFailure(failure)
    const [ahead, behind] = [await slicesOf(before), await slicesOf(after)]
    const beyond: FindBeyond = (frames, { from, to }) => {
      const slices = [...ahead, ...frames, ...behind].map(({ float }) => float.relative)
      return beyondOf(blockOf(slices, { from: ahead.length + from, to: ahead.length + to, context }))
    }
    return { loaded, beyond }
  } catch (error) {
    const failed = own.map((image, i) => ({ failure: loaded[i]?.failure ?? inputFailure(error, image) }))
    return { loaded: failed, beyond: () => undefined }
  }
}

/**
 * What a user should know of the order and length of one stack of a study; nothing for models of single
 * images.
 */
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
