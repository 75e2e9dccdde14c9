import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'

const root = fileURLToPath(new URL('../../../shared/data/', import.meta.url))
const present = existsSync(root)

/**
 * A path inside the real test data beside the project (see CONTRIBUTING.md); it is read where it lies and
 * never copied.
 */
export function sharedData(path: string): string {
  return root + path
}

/** A path inside a case of ../shared/cases, likewise. */
export function sharedCase(path: string): string {
  return fileURLToPath(new URL('../../../shared/cases/', import.meta.url)) + path
}

/** A group of tests that need the real test data: skipped, saying so, where it is absent; a failure in CI. */
export function describeWithSharedData(name: string, tests: () => void): void {
  if (!present && process.env['CI'] === 'true')
    throw new Error(`test data not found in ../shared/data, needed by: ${name}`)
  describe.skipIf(!present)(present ? name : `${name} (needs ../shared/data, which is not there)`, tests)
}
