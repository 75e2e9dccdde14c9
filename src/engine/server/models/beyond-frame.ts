import { beyondOf, type Beyond } from '../../../core/model/preprocessing/neighbours.ts'
import { noPartialGradient } from '../../../core/model/preprocessing/chain.ts'
import { blockOf, contextOf } from '../../../core/model/slices.ts'
import { imageStacks } from '../../study/image-groups.ts'
import type { Study, StudyImage } from '../../study/open-study.ts'
import type { FrameAddress } from '../frames/study-frames.ts'
import { imageAt, type StudyStore } from '../studies/study-store.ts'
import type { ModelInfo } from './model-registry.ts'
import type { ModelViews } from './model-views.ts'

/**
 * What lies around a frame of an open study, as far as the model sees it; undefined where nothing does.
 * @throws as `ModelViews.frame`.
 */
export async function beyondFrame(
  address: FrameAddress,
  model: ModelInfo,
  { studies, views }: { readonly studies: StudyStore; readonly views: ModelViews },
): Promise<Beyond | undefined> {
  const context = contextOf(model.card.input)
  if (context === Infinity) throw noPartialGradient()
  const opened = await studies.find(address.study)
  const shown = imageAt(opened, address.image)
  const slices = slicesAround(address, opened.study, shown)
  const at = slices.findIndex(({ image, frame }) => image === address.image && frame === address.frame)
  const { before, after } = blockOf(slices, { from: at, to: at + 1, context })
  const relatives = async (part: readonly FrameAddress[]) => {
    const frames = await Promise.all(part.map((one) => views.frame(one, model)))
    return frames.map(({ float }) => float.relative)
  }
  return beyondOf({ before: await relatives(before), after: await relatives(after) })
}

/** The frame's stack, in order. */
function slicesAround(
  { study, image, frame }: FrameAddress,
  { images }: Study,
  own: StudyImage,
): FrameAddress[] {
  const { numberOfFrames, frameStacks } = own.header
  if (numberOfFrames > 1) {
    const around = frameStacks.find(({ frames }) => frames.includes(frame))?.frames ?? []
    return around.map((index) => ({ study, image, frame: index }))
  }
  const stack = imageStacks(images).find((members) => members.includes(own)) ?? []
  return stack.map((member) => ({ study, image: images.indexOf(member), frame }))
}
