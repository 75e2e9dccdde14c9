import { describe, expect, test } from 'vitest'
import { patchStarts, volumeIssues, volumeOfInput } from './volume.ts'

describe('patches along an axis', () => {
  test.each([
    [10, 4, 0.5, [0, 2, 4, 6]],
    [11, 4, 0.5, [0, 2, 4, 6, 7]],
    [8, 4, 0, [0, 4]],
    [9, 4, 0, [0, 4, 5]],
    [4, 4, 0.5, [0]],
    [3, 4, 0.5, [0]],
    [5, 2, 0.9, [0, 1, 2, 3]],
  ])('of %i places, by %i and sharing %f, begin at', (axis, patch, overlap, starts) => {
    expect(patchStarts(axis, patch, { overlap, tiling: 'monai' })).toEqual(starts)
  })

  test('hold every place, and share at least what was asked for', () => {
    for (let axis = 1; axis < 30; axis++)
      for (const [patch, overlap] of [[4, 0.5], [5, 0.25], [7, 0.6]] as const) {
        const starts = patchStarts(axis, patch, { overlap, tiling: 'monai' })
        const held = new Set(starts.flatMap((start) => Array.from({ length: patch }, (_, i) => start + i)))
        for (let place = 0; place < axis; place++) expect(held.has(place)).toBe(true)
        for (const [n, start] of starts.entries())
          if (n > 0) expect(patch - (start - starts[n - 1]!)).toBeGreaterThanOrEqual(patch * overlap)
      }
  }) // prettier-ignore
})

test.each([
  [110, 64, 0.5, [0, 23, 46]],
  [64, 64, 0.5, [0]],
  [11, 4, 0.25, [0, 2, 5, 7]],
  [3, 1, 0.5, [0, 1, 2]],
])('nnU-Net’s patches of %i places, by %i and sharing %f, lie evenly', (axis, patch, overlap, starts) => {
  expect(patchStarts(axis, patch, { overlap, tiling: 'nnunet' })).toEqual(starts)
})

test('a whole volume that is not stretched is one fault', () => {
  const volume = volumeOfInput.parse({ patch: [8, 4, 4], run: 'resized' })
  const input = { layout: 'NCHW', size: [4, 4] as const, channels: 1, volume }
  expect(volumeIssues({ input, fit: { kind: 'letterbox' } })).toEqual([
    { path: ['fit'], message: 'expected stretch beside "run": "resized"' },
  ])
})

test.each(['RAS', 'SPL', 'PIR'])('%s is an orientation', (orientation) => {
  expect(volumeOfInput.safeParse({ patch: [1, 1, 1], orientation }).success).toBe(true)
})

test.each(['RA', 'RLS', 'ras', 'RAX', 'RASS'])('%s is none', (orientation) => {
  expect(volumeOfInput.safeParse({ patch: [1, 1, 1], orientation }).success).toBe(false)
})
