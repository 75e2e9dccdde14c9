import { stackMethods } from '../../core/attacks/attack-methods.ts'
import type { MethodEntry } from '../../core/attacks/method-entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { ModelCard } from '../../core/model/card.ts'
import { reachOf } from '../../core/model/slices.ts'
import { imageStacks } from '../study/image-groups.ts'
import type { StudyImage } from '../study/open-study.ts'
import type { Workbench } from '../workbench.ts'

/**
 * What an attack on a model of neighbouring slices needs: a method that follows the gradient of all slices
 * together, and whole stacks, since an export is verified by its own slices. @throws RadversaryError usage
 */
export function checkStacks(
  { opened, study, images }: Pick<Workbench, 'opened' | 'study' | 'images'>,
  { name, stacks }: Pick<MethodEntry, 'name' | 'stacks'>,
): void {
  if (reachOf(opened.card.input) === 0) return
  if (!stacks)
    throw new RadversaryError('usage', `Method: expected one for neighbouring slices, got ${name}`, {
      tip: `The model's prediction of a slice depends on its neighbours, and ${name} is not for images that depend on each other. Use one of ${stackMethods.join(', ')}.`,
    })
  const chosen = new Set(images)
  const isParted = (stack: readonly StudyImage[]) => stack.some((image) => chosen.has(image)) && !stack.every((image) => chosen.has(image)) // prettier-ignore
  if (imageStacks(study.images).some(isParted))
    throw new RadversaryError('usage', 'Images: expected all slices of a series, got some of them', {
      tip: 'The model sees neighbouring slices together: attack the whole series.',
    })
}

/** For what takes images one by one. @throws RadversaryError usage */
export function refuseStacks({ input }: ModelCard, what: string): void {
  if (reachOf(input) === 0) return
  throw new RadversaryError(
    'usage',
    `${what}: expected models of single images, got one of stacks of slices`,
    {
      tip: 'Use `radversary attack` for each method and budget.',
    },
  )
}
