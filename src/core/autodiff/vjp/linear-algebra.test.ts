import { expect, test } from 'vitest'
import { parseEquation } from './linear-algebra.ts'

test.each([
  ['ij,jk->ik', [2, 2], ['ij', 'jk'], 'ik'],
  ['ij, jk', [2, 2], ['ij', 'jk'], 'ik'],
  ['zb,ba', [2, 2], ['zb', 'ba'], 'az'],
  ['...ij,...jk->...ik', [4, 4], ['abij', 'abjk'], 'abik'],
  ['...a,ab', [3, 2], ['cda', 'ab'], 'cdb'],
  ['...a,...b->...ab', [3, 2], ['cda', 'db'], 'cdab'],
  ['i...->...', [1], ['i'], ''],
  ['ii->i', [2], ['ii'], 'i'],
] as const)('%s', (equation, ranks, operands, result) => {
  const found = parseEquation(equation, ranks)
  expect(found.operands.map((labels) => labels.join(''))).toEqual(operands)
  expect(found.result.join('')).toBe(result)
})
