import type { Box } from './perturbation.ts'

/** An image x, what is proposed in its place, and the move between them, [C·H·W] each. */
export interface ProposedRow extends Box {
  readonly x: Float32Array
  readonly image: Float32Array
  /** x, but for what is proposed. */
  readonly candidate: Float32Array
  /** x_{t+1} − x_t. */
  readonly moved: Float32Array
  /** x − image. */
  readonly change: Float32Array
  /** change, but for what is proposed. */
  readonly proposed: Float32Array
}

/** candidate ← image + proposed within the box, from `start` to `end` − 1. */
export function propose(
  { candidate, proposed, image, lower, upper }: ProposedRow,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) {
    const moved = proposed[i] + image[i]
    const low = lower[i]
    const high = upper[i]
    candidate[i] = moved < low ? low : moved > high ? high : moved
  }
}

/** x ← candidate, and what follows of it, from `start` to `end` − 1. */
export function take(
  { x, candidate, moved, change, proposed, image }: ProposedRow,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++) {
    moved[i] = candidate[i] - x[i]
    x[i] = candidate[i]
    change[i] = x[i] - image[i]
    proposed[i] = change[i]
  }
}

/** candidate ← x, and what follows of it, from `start` to `end` − 1. */
export function leave({ x, candidate, change, proposed }: ProposedRow, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    candidate[i] = x[i]
    proposed[i] = change[i]
  }
}
