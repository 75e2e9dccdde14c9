import { expect, test } from 'vitest'
import type { ExportIdentity } from '../deidentify/export-identity.ts'
import { failuresFor } from './nameless.ts'

const identity = {
  choice: 'deidentified',
  profile: { key: { bytes: new Uint8Array(32) } },
} as unknown as ExportIdentity

test('nothing of a file’s name or UID is left in what is said of it', () => {
  const failures = [
    { file: '0001.dcm', message: 'Image: damaged', tip: null },
    { file: 'DOE_JOHN/0001.dcm', message: 'arrays/DOE_JOHN/0001.npy, 1.2.840.99.7: damaged', tip: null },
  ]
  const said = JSON.stringify(failuresFor(identity, failures))
  expect(said).not.toMatch(/DOE|0001|840/)
  expect(said).toMatch(/arrays\/file-[0-9a-f]{12}\.npy, file-[0-9a-f]{12}: damaged/)
  expect(failuresFor({ choice: 'keep' }, failures)).toBe(failures)
})
