import { RadversaryError } from '../../errors.ts'
import { imageBatchExtents } from '../../tensor/image-batch.ts'
import { mirrored } from '../../math/gaussian.ts'
import { concatenate, tensor, type Tensor } from '../../tensor/tensor.ts'
import type { ChannelPlace } from '../channel-list.ts'
import type { Block } from '../slices.ts'
import type { PreprocessingStep } from './step.ts'
import { addTo } from '../../math/planes.ts'

/**
 * Slices [n, C, H, W] of the same stack right before and right after a batch of neighbouring slices, in the
 * stack's order. The stack ends where there are fewer of them than windows reach for.
 */
export interface ContextSlices {
  readonly before?: Tensor | undefined
  readonly after?: Tensor | undefined
}

/** What lies around slices [1, C, H, W]; undefined where nothing does. */
export function contextSlicesOf({ before, after }: Omit<Block<Tensor>, 'own'>): ContextSlices | undefined {
  if (before.length === 0 && after.length === 0) return undefined
  return { before: joinedSlices(before), after: joinedSlices(after) }
}

/** [1, C, H, W] each as [n, C, H, W]; undefined of none. */
export function joinedSlices(slices: readonly Tensor[]): Tensor | undefined {
  return slices.length === 0 ? undefined : concatenate(slices)
}

/**
 * A batch of neighbouring slices [N, planes, H, W] to what a model sees of each, [N, channels, H, W]: channel
 * j of slice n is a plane of slice n + s_j of the stack. Slices beyond the batch are constants. Linear but
 * for them; the adjoint sums what is said of a plane of a slice.
 */
export function neighbours(
  places: readonly ChannelPlace[],
  contextSlices: ContextSlices = {},
): PreprocessingStep {
  const planes = 1 + Math.max(...places.map(({ plane }) => plane))
  const before = contextSlices.before?.shape[0] ?? 0
  const after = contextSlices.after?.shape[0] ?? 0
  const sources = (slices: number) => sourcePlanes(places, { slices, planes, before, after })
  const hasNeighbours = places.some(({ slice }) => slice !== 0)
  return {
    name: hasNeighbours ? `${places.length} neighbouring slices` : `${places.length} channels`,
    apply: (x) => {
      const { count: slices, rows, columns } = checked(x, planes)
      const stack = concatenate(
        [contextSlices.before, x, contextSlices.after].filter((part) => part !== undefined),
      )
      const seen = tensor([slices, places.length, rows, columns])
      const size = rows * columns
      for (const [channel, source] of sources(slices).entries())
        seen.data.set(stack.data.subarray(source * size, (source + 1) * size), channel * size)
      return seen
    },
    adjoint: (cotangent) => {
      const { count: slices, rows, columns } = checked(cotangent, places.length)
      const sum = tensor([slices, planes, rows, columns])
      const size = rows * columns
      for (const [channel, source] of sources(slices).entries()) {
        const own = source - before * planes
        if (own < 0 || own >= slices * planes) continue
        addTo(
          sum.data.subarray(own * size, (own + 1) * size),
          cotangent.data.subarray(channel * size, (channel + 1) * size),
        )
      }
      return sum
    },
  }
}

interface StackOf {
  /** Number of slices of the batch. */
  readonly slices: number
  readonly planes: number
  /** How many slices there are on either side of the batch. */
  readonly before: number
  readonly after: number
}

/**
 * Where each channel of each slice, in order, lies among the planes of the slices before, of and after the
 * batch.
 */
function sourcePlanes(places: readonly ChannelPlace[], { slices, planes, before, after }: StackOf): number[] {
  const all = before + slices + after
  const within = (slice: number, edge: ChannelPlace['edge']) =>
    edge === 'repeat' ? Math.min(Math.max(slice, 0), all - 1) : mirrored(slice, all)
  return Array.from({ length: slices }, (_, n) =>
    places.map(({ plane, slice, edge }) => within(before + n + slice, edge) * planes + plane),
  ).flat()
}

function checked(x: Tensor, channels: number) {
  const extents = imageBatchExtents(x, 'Slices')
  if (extents.channels === channels) return extents
  throw new RadversaryError(
    'tensor-invalid',
    `Slices: expected ${channels} channels, got ${extents.channels}`,
  )
}
