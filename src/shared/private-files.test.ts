import { expect, test } from 'vitest'
import { keepFilesPrivate } from './private-files.ts'

test.each([
  ['nobody else may read by default', undefined, 0o077],
  ['a group may, where the user says so', '027', 0o027],
  ['what is no mask changes nothing', 'everybody', 0o077],
])('%s', (_name, wanted, expected) => {
  const masks: number[] = []
  keepFilesPrivate({ env: { RADVERSARY_UMASK: wanted }, umask: (mask) => masks.push(mask) })
  expect(masks).toEqual([expected])
})
