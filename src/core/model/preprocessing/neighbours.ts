import { RadversaryError } from '../../errors.ts'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { mirrored } from '../../math/gaussian.ts'
import { concatenate, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { Block, SlicesOfInput } from '../slices.ts'
import type { PreprocessingStep } from './step.ts'
import { addTo } from '../../math/planes.ts'

/**
 * Slices [n, C, H, W] of the same stack right before and right after a batch of neighbouring slices, in the
 * stack's order. The stack ends where there are fewer of them than windows reach for.
 */
export interface Beyond {
  readonly before?: Tensor | undefined
  readonly after?: Tensor | undefined
}

/** What lies around slices [1, C, H, W]; undefined where nothing does. */
export function beyondOf({ before, after }: Omit<Block<Tensor>, 'own'>): Beyond | undefined {
  if (before.length === 0 && after.length === 0) return undefined
  return { before: joinedSlices(before), after: joinedSlices(after) }
}

/** [1, C, H, W] each as [n, C, H, W]; undefined of none. */
export function joinedSlices(slices: readonly Tensor[]): Tensor | undefined {
  return slices.length === 0 ? undefined : concatenate(slices)
}

/**
 * A batch of neighbouring slices [N, 1, H, W] to their windows [N, count, H, W]: channel j of window n is
 * slice n + j − (count − 1) / 2 of the stack. Slices beyond the batch are constants. Linear but for them; the
 * adjoint sums what all windows say of a slice.
 */
export function neighbours({ count, edge }: SlicesOfInput, beyond: Beyond = {}): PreprocessingStep {
  const reach = (count - 1) / 2
  const before = beyond.before?.shape[0] ?? 0
  const after = beyond.after?.shape[0] ?? 0
  const places = (slices: number) => windowPlaces({ slices, reach, edge, before, after })
  return {
    name: `${count} neighbouring slices`,
    apply: (x) => {
      const { count: slices, rows, columns } = checked(x, 1)
      const stack = concatenate([beyond.before, x, beyond.after].filter((part) => part !== undefined))
      const windows = tensor([slices, count, rows, columns])
      const size = rows * columns
      for (const [channel, slice] of places(slices).entries())
        windows.data.set(stack.data.subarray(slice * size, (slice + 1) * size), channel * size)
      return windows
    },
    adjoint: (cotangent) => {
      const { count: slices, rows, columns } = checked(cotangent, count)
      const sum = tensor([slices, 1, rows, columns])
      const size = rows * columns
      for (const [channel, place] of places(slices).entries()) {
        const slice = place - before
        if (slice < 0 || slice >= slices) continue
        addTo(
          sum.data.subarray(slice * size, (slice + 1) * size),
          cotangent.data.subarray(channel * size, (channel + 1) * size),
        )
      }
      return sum
    },
  }
}

interface WindowsOf {
  /** Number of slices of the batch. */
  readonly slices: number
  readonly reach: number
  readonly edge: SlicesOfInput['edge']
  /** How many slices there are on either side of the batch. */
  readonly before: number
  readonly after: number
}

/** Where each channel of each window, in order, lies among the slices before, of and after the batch. */
function windowPlaces({ slices, reach, edge, before, after }: WindowsOf): number[] {
  const all = before + slices + after
  const within = (place: number) =>
    edge === 'repeat' ? Math.min(Math.max(place, 0), all - 1) : mirrored(place, all)
  const width = 2 * reach + 1
  return Array.from({ length: slices * width }, (_, at) =>
    within(before + Math.floor(at / width) + (at % width) - reach),
  )
}

function checked(x: Tensor, channels: number) {
  const extents = imageBatchExtents(x, 'Slices')
  if (extents.channels === channels) return extents
  throw new RadversaryError(
    'tensor-invalid',
    `Slices: expected ${channels} channels, got ${extents.channels}`,
  )
}
