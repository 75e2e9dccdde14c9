import { itemCount } from './attributes.ts'
import type { DataSet } from 'dicom-parser'
import { along, normalOf, type Placed } from './geometry.ts'
import { stackParts } from './stack-parts.ts'

/** How the frames of an image lie: as one stack in their order in the file, or how many stacks they make. */
export type FrameStacks = { readonly isOne: true } | { readonly isOne: false; readonly got: string }

/**
 * Says whether frames, each described by what it has of place and dimensions, are neighbours in the order in
 * which they are stored, either way along their normal; those without positions are.
 */
export function frameStacks(frames: readonly Placed[]): FrameStacks {
  const parts = stackParts(frames)
  const [first] = parts
  if (parts.length > 1)
    return { isOne: false, got: `${parts.length} stacks, the first: ${first?.label ?? ''}` }
  if (first?.isStack === false)
    return { isOne: false, got: 'frames at one place, or turned each another way' }
  return isMonotonic(positionsOf(frames)) ? { isOne: true } : { isOne: false, got: 'another order' }
}

function positionsOf(frames: readonly Placed[]): number[] {
  const normal = frames[0] && normalOf(frames[0])
  return normal === undefined ? [] : frames.map((frame) => along(normal, frame))
}

function isMonotonic(positions: readonly number[]): boolean {
  const steps = positions.slice(1).map((position, index) => position - (positions[index] ?? position))
  return steps.every((step) => step >= 0) || steps.every((step) => step <= 0)
}

/** What a frame, from 0, has of place and dimensions. */
export type PlaceFrame = (dataSet: DataSet, frameIndex: number) => Omit<Placed, 'rows' | 'columns'>

/** The frames of a multi-frame image; of one frame they are one stack. */
export function frameStacksOf(
  dataSet: DataSet,
  { numberOfFrames, rows, columns }: { readonly numberOfFrames: number } & Pick<Placed, 'rows' | 'columns'>,
  place: PlaceFrame,
): FrameStacks {
  const count = Math.min(numberOfFrames, itemCount(dataSet, 'x52009230'))
  if (count < 2) return { isOne: true }
  return frameStacks(
    Array.from({ length: count }, (_, index) => ({ ...place(dataSet, index), rows, columns })),
  )
}
