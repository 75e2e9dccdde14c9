import { z } from 'zod'
import type { ChannelOfInput } from './channel-list.ts'

/**
 * Neighbouring slices as a 2-D network's channels (2.5-D): each image is seen with (count − 1) / 2 slices of
 * its stack on either side, in the stack's order. Beyond its ends the last slice is repeated, or the stack is
 * mirrored without repeating it.
 */
export const slicesOfInput = z.strictObject({
  count: z
    .int()
    .min(3)
    .max(63)
    .refine((count) => count % 2 === 1, 'expected an odd number: the slice itself is the middle one'),
  edge: z.enum(['repeat', 'reflect']).default('repeat'),
})

export type SlicesOfInput = Readonly<z.output<typeof slicesOfInput>>

/** What of a card's input says how many channels its graph has. */
export interface InputChannels {
  readonly channels: number | readonly ChannelOfInput[]
  readonly slices?: SlicesOfInput | undefined
}

/** Channels of the graph's input: those that are listed, those of an image, or one per slice. */
export function graphChannels({ channels, slices }: InputChannels): number {
  return typeof channels === 'number' ? channels * (slices?.count ?? 1) : channels.length
}

/** Channels of an image as it is taken: what is listed is made of grey ones. */
export function imageChannels({ channels }: InputChannels): number {
  return typeof channels === 'number' ? channels : 1
}

/**
 * Some of a stack's slices that are worked on at once, and those on either side that their predictions depend
 * on.
 */
export interface Block<Slice> {
  readonly before: readonly Slice[]
  readonly own: readonly Slice[]
  readonly after: readonly Slice[]
}

/** Slices `from` to `to` − 1 of a stack, with as many on either side as the context has. */
export function blockOf<Slice>(
  stack: readonly Slice[],
  { from, to, context }: { readonly from: number; readonly to: number; readonly context: number },
): Block<Slice> {
  return {
    before: stack.slice(Math.max(0, from - context), from),
    own: stack.slice(from, to),
    after: stack.slice(to, to + context),
  }
}
