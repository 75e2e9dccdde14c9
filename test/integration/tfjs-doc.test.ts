import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { kernelRules } from '../../src/core/tfjs/trace/kernels.ts'

test('docs/tfjs.md lists every kernel that is converted, and no other', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/tfjs.md'), 'utf8')
  const row = text.split('\n').find((line) => line.startsWith('| `Abs`'))
  const listed = [...(row ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name)
  expect(listed).toEqual(Object.keys(kernelRules))
})
