import { timingSafeEqual } from 'node:crypto'

/** Compares secrets in the same time, however much of one is right. */
export function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
