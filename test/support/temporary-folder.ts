import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** A folder of a test file's own, removed when its tests are done. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `radversary-${name}-`))
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}
