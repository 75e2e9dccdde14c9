import type { DataSet } from 'dicom-parser'
import { itemCount } from './attributes.ts'
import { difference, placing, type Placed } from './geometry.ts'
import { stackParts } from './stack-parts.ts'
import { stackSpace, type VolumeSpace } from './stack-space.ts'

/** Frames of an image that lie side by side, by their numbers from 0, in the order of their positions. */
export interface FrameStack {
  /**
   * In what it differs from the image's other stacks, such as "temporal position 2"; empty for the only one.
   */
  readonly label: string
  readonly frames: readonly number[]
  /** How the stack lies; undefined where its frames don't say it. */
  readonly space?: VolumeSpace | undefined
}

interface NumberedFrame extends Placed {
  readonly number: number
}

/**
 * Parts frames, each described by what it has of place and dimensions, as the images of a series are parted
 * (`stackParts`), and orders each stack by position along its normal, as series are. Frames that are no
 * neighbours of each other are stacks of one.
 */
export function frameStacks(frames: readonly Placed[]): FrameStack[] {
  const numbered = frames.map((frame, number): NumberedFrame => ({ ...frame, number }))
  return stackParts(numbered).flatMap(({ members, label, isStack }) =>
    isStack
      ? [stackOf(label, inOrder(members))]
      : members.map(({ number }) => ({ label: `frame ${number + 1}`, frames: [number] })),
  )
}

function stackOf(label: string, frames: readonly NumberedFrame[]): FrameStack {
  return { label, frames: frames.map(({ number }) => number), space: stackSpace(frames) }
}

/** By their places; as they are stored where one of them has none. */
function inOrder(frames: readonly NumberedFrame[]): readonly NumberedFrame[] {
  const placeOf = placing(frames)
  const places = new Map(frames.map((frame) => [frame, placeOf(frame)]))
  if ([...places.values()].includes(undefined)) return frames
  return [...frames].sort((a, b) => difference(places.get(a), places.get(b)))
}

/** What a frame, from 0, has of place and dimensions. */
export type PlaceFrame = (dataSet: DataSet, frameIndex: number) => Omit<Placed, 'rows' | 'columns'>

/** The frames of an image; where it doesn't describe each of them they are one stack as they are stored. */
export function frameStacksOf(
  dataSet: DataSet,
  { numberOfFrames, rows, columns }: { readonly numberOfFrames: number } & Pick<Placed, 'rows' | 'columns'>,
  place: PlaceFrame,
): readonly FrameStack[] {
  if (numberOfFrames < 2 || itemCount(dataSet, 'x52009230') < numberOfFrames) return asStored(numberOfFrames)
  return frameStacks(
    Array.from({ length: numberOfFrames }, (_, index) => ({ ...place(dataSet, index), rows, columns })),
  )
}

const single: readonly FrameStack[] = [{ label: '', frames: [0] }]

function asStored(count: number): readonly FrameStack[] {
  return count < 2 ? single : [{ label: '', frames: Array.from({ length: count }, (_, index) => index) }]
}
