import type { AttackMethod, UniversalPlan } from '../../core/attacks/attack.ts'
import { withPerturbation } from '../../core/attacks/shared-perturbation.ts'
import { internalError } from '../../core/errors.ts'
import type { Tensor } from '../../core/tensor/tensor.ts'
import type { StudyImage } from '../study/open-study.ts'

/** The perturbations of all groups, as methods. */
export interface SharedMethods {
  /** The method that adds an image's perturbation to it. */
  methodFor(method: AttackMethod, image: StudyImage): AttackMethod
}

/**
 * Learns the perturbation [1, C, H, W] of the group `index` of `count`; undefined where none of its images can
 * be attacked.
 */
export type LearnGroup = (
  images: readonly StudyImage[],
  index: number,
  count: number,
) => Promise<Tensor | undefined>

/** Learns one perturbation after the other. */
export async function sharedMethods(
  images: readonly StudyImage[],
  over: UniversalPlan['over'],
  learn: LearnGroup,
): Promise<SharedMethods> {
  const groups = sharedGroups(images, over)
  const known = new Map<string, Tensor>()
  for (const [index, [key, group]] of [...groups].entries()) {
    const v = await learn(group, index, groups.size)
    if (v !== undefined) known.set(key, v)
  }
  return {
    methodFor: (method, image) => {
      const v = known.get(groupKey(image, over))
      if (v === undefined) throw internalError('an image has no perturbation that was learned')
      return withPerturbation(method, v.data)
    },
  }
}

/**
 * Images that get one perturbation between them: of each series, or all, and of those the ones whose pixels
 * can be matched one by one, which are as large and as colourful. Told by headers alone, in the order of
 * their first images, so that a run that goes on where another stopped has the same groups.
 */
function sharedGroups(images: readonly StudyImage[], over: UniversalPlan['over']): Map<string, StudyImage[]> {
  const groups = new Map<string, StudyImage[]>()
  for (const image of images) {
    const group = groups.get(groupKey(image, over))
    if (group === undefined) groups.set(groupKey(image, over), [image])
    else group.push(image)
  }
  return groups
}

function groupKey({ header, series }: StudyImage, over: UniversalPlan['over']): string {
  const { rows, columns, photometricInterpretation = '' } = header
  const colour = photometricInterpretation.startsWith('MONOCHROME') ? 'grey' : 'colour'
  return [...(over === 'series' ? [series] : []), rows, columns, colour].join('/')
}
