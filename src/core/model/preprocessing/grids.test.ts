import { describe, expect, test } from 'vitest'
import type { Fit } from '../card.ts'
import type { Mask } from '../../image/mask.ts'
import { fitPlan } from './fit.ts'
import { maskGrid } from './grids.ts'

const mask = (rows: number, columns: number, values: number[]): Mask => ({
  rows,
  columns,
  overlapping: false,
  values: Uint8Array.from(values),
})
const counted = (rows: number, columns: number) =>
  mask(
    rows,
    columns,
    Array.from({ length: rows * columns }, (_, i) => i + 1),
  )
const between = (
  fit: Fit,
  image: readonly [number, number],
  frame: readonly [number, number],
  output = frame,
) => maskGrid(fitPlan(fit, image, frame), output, 0)

describe('masks between the image’s grid and the output’s', () => {
  test('stretch: each pixel takes the one at its centre', () => {
    const grid = between({ kind: 'stretch' }, [4, 6], [2, 3])
    expect([...grid.toOutput(counted(4, 6)).values]).toEqual([8, 10, 12, 20, 22, 24])
    expect([...grid.toImage(counted(2, 3)).values]).toEqual([
      1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 4, 4, 5, 5, 6, 6,
    ])
  })

  test('an output of half the frame’s size is laid over the whole frame', () => {
    const grid = between({ kind: 'stretch' }, [4, 4], [8, 8], [2, 2])
    expect([...grid.toImage(counted(2, 2)).values]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4])
  })

  test('letterbox: padding is background on the output, and no pixel of the image comes from it', () => {
    const grid = between({ kind: 'letterbox', padValue: 0 }, [2, 4], [4, 4])
    expect([...grid.toOutput(counted(2, 4)).values]).toEqual([0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0])
    expect([...grid.toImage(counted(4, 4)).values]).toEqual([5, 6, 7, 8, 9, 10, 11, 12])
  })

  test('centre-crop and crop: what the model doesn’t see is background', () => {
    const centre = between({ kind: 'centre-crop' }, [2, 4], [2, 2])
    expect([...centre.toImage(counted(2, 2)).values]).toEqual([0, 1, 2, 0, 0, 3, 4, 0])
    expect([...centre.toOutput(counted(2, 4)).values]).toEqual([2, 3, 6, 7])
    const box = between({ kind: 'crop', top: 1, left: 2, height: 2, width: 2 }, [4, 4], [4, 4])
    expect([...box.toImage(counted(4, 4)).values]).toEqual([0, 0, 0, 0, 0, 0, 6, 8, 0, 0, 14, 16, 0, 0, 0, 0])
    expect([...box.toOutput(counted(4, 4)).values]).toEqual([
      7, 7, 8, 8, 7, 7, 8, 8, 11, 11, 12, 12, 11, 11, 12, 12,
    ])
  })

  test('overlapping classes keep their planes; where the model doesn’t see, none shows', () => {
    const grid = between({ kind: 'centre-crop' }, [1, 3], [1, 1])
    const planes: Mask = { rows: 1, columns: 1, overlapping: true, values: Uint8Array.of(1, 0, 1) }
    expect([...grid.toImage(planes).values]).toEqual([0, 1, 0, 0, 0, 0, 0, 1, 0])
  })

  test('a prediction on a finer image comes back to the output as it was', () => {
    const grid = between({ kind: 'letterbox', padValue: 0 }, [37, 53], [16, 16])
    const back = grid.toOutput(grid.toImage(counted(16, 16)))
    const seen = [...back.values].filter((value) => value !== 0)
    expect(seen.length).toBeGreaterThan(150)
    expect([...back.values].every((value, i) => value === 0 || value === (i + 1) % 256)).toBe(true)
  })
})
