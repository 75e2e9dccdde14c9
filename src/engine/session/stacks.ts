import { stackMethods } from '../../core/attacks/attack-methods.ts'
import type { MethodEntry } from '../../core/attacks/method-entry.ts'
import { RadversaryError } from '../../core/errors.ts'
import { contextOf } from '../../core/model/context.ts'
import type { Block } from '../../core/model/slices.ts'
import { blocksOf, imageGroups, imageStacks } from '../study/image-groups.ts'
import type { StudyImage } from '../study/open-study.ts'
import type { Workbench } from '../workbench.ts'

/**
 * Images that are worked on one block after the other: a stack of slices whose predictions depend on their
 * neighbours, or some images whose predictions depend on themselves alone.
 */
export interface Stack {
  readonly images: readonly StudyImage[]
  /** What is attacked at once, in order. */
  readonly blocks: readonly Block<StudyImage>[]
}

export interface StackSizes {
  /** Slices on either side that a prediction depends on. */
  readonly context: number
  /**
   * Whether images that don't depend on each other stay in their stack, for a model that will judge them
   * there.
   */
  readonly whole?: boolean
  /** Images of a block at most, where they don't depend on each other. */
  readonly batch: number
  /** How many stacks are worked on at a time. */
  readonly atATime: number
  /** Neighbouring slices of a block at most; as many as have 16 million pixels by default. */
  readonly slices?: number | undefined
}

/**
 * Parts a study's images into stacks and these into blocks, by headers alone: a run that goes on has the same
 * ones.
 */
export function planStacks(images: readonly StudyImage[], sizes: StackSizes): Stack[] {
  const { context, whole = false, batch, atATime } = sizes
  if (context === 0 && !whole)
    return imageGroups(images, { most: batch, atATime }).map((group) => ({
      images: group,
      blocks: blocksOf(group, { most: group.length, context }),
    }))
  return imageStacks(images).map((stack) => ({
    images: stack,
    blocks: blocksOf(stack, { most: context === 0 ? batch : blockSize(stack, sizes), context }),
  }))
}

/** Values of the slices that are attacked at once, at most: some twelve tensors of as many are needed. */
const mostValues = 2 ** 24
/** The same of a volume, which is not parted: 256 slices of 512x512. */
const mostOfVolume = 2 ** 26

/** A block holds at least what its neighbours' windows reach into; a volume is one block. */
function blockSize(stack: readonly StudyImage[], { context, slices }: StackSizes): number {
  const { rows = 1, columns = 1 } = stack[0]?.header ?? {}
  if (context === Infinity) return checkedVolume(stack, rows * columns)
  return Math.max(1, slices ?? Math.floor(mostValues / (rows * columns)), 2 * context)
}

/** @throws RadversaryError usage where a volume takes too much memory. */
function checkedVolume(stack: readonly StudyImage[], pixels: number): number {
  const slices = stack.reduce((sum, { header }) => sum + header.numberOfFrames, 0)
  if (slices * pixels <= mostOfVolume) return stack.length
  throw new RadversaryError(
    'usage',
    `Volume: expected at most ${mostOfVolume} pixels in a series, got ${slices * pixels}`,
    {
      tip: 'A model of volumes needs the whole series in memory some twelve times: attack a part of it, in a folder of its own.',
    },
  )
}

/**
 * What an attack on a model of neighbouring slices needs: a method that follows the gradient of all slices
 * together, and whole stacks, since an export is verified by its own slices. @throws RadversaryError usage
 */
export function checkStacks(
  { opened, study, images }: Pick<Workbench, 'opened' | 'study' | 'images'>,
  { name, stacks }: Pick<MethodEntry, 'name' | 'stacks'>,
): void {
  if (contextOf(opened.card) === 0) return
  if (!stacks)
    throw new RadversaryError('usage', `Method: expected one for neighbouring slices, got ${name}`, {
      tip: `The model's prediction of a slice depends on its neighbours, and ${name} is not for images that depend on each other. Use one of ${stackMethods.join(', ')}.`,
    })
  const chosen = new Set(images)
  const isParted = (stack: readonly StudyImage[]) =>
    stack.some((image) => chosen.has(image)) && !stack.every((image) => chosen.has(image))
  if (imageStacks(study.images).some(isParted))
    throw new RadversaryError('usage', 'Images: expected all slices of a series, got some of them', {
      tip: 'The model sees neighbouring slices together: attack the whole series.',
    })
}
