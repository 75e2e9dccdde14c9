import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { comparisonName } from './compare-study.ts'
import { readComparison } from './read-comparison.ts'

function folderWith(comparison: object): string {
  const folder = mkdtempSync(join(tmpdir(), 'comparison-'))
  writeFileSync(join(folder, comparisonName), JSON.stringify(comparison))
  return folder
}

const rate = (successes: number, count: number) => ({ successes, count, rate: 0, lower: 0, upper: 1 })

test('comparisons of the first version are read with the present headline', async () => {
  const cell = { slices: 10, successOfUnmet: rate(3, 8), transfer: [{ model: 1, success: rate(2, 9) }] }
  const read = await readComparison(folderWith({ schema: 'radversary/comparison/1', cells: [cell] }))
  expect(read.schema).toBe('radversary/comparison/2')
  expect(read.cells[0]).toMatchObject({
    slices: 10,
    metBefore: 2,
    fooled: { successes: 3, count: 8 },
    transfer: [{ model: 1, slices: 10, metBefore: 1, fooled: { successes: 2 } }],
  })
})

test('another file in its place is refused', async () => {
  await expect(readComparison(folderWith({ schema: 'other' }))).rejects.toThrow('damaged or foreign')
})
