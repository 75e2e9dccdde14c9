import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { findChromium, printPdf } from './print-pdf.ts'

const base = temporaryFolder('print-pdf')
const page = join(base, 'page.html')
writeFileSync(page, '<!doctype html><title>A page</title><p>Printed.</p>')
afterEach(() => {
  vi.unstubAllEnvs()
})

test('the browser that the variable names goes before those that are found', () => {
  const folder = join(base, 'bin')
  mkdirSync(folder)
  writeFileSync(join(folder, 'chromium'), '', { mode: 0o755 })
  expect(findChromium({ PATH: folder })).toBe(join(folder, 'chromium'))
  expect(findChromium({ PATH: folder, RADVERSARY_CHROMIUM: '/my/browser' })).toBe('/my/browser')
})

test('a browser that is not there, or prints nothing, is named', async () => {
  vi.stubEnv('RADVERSARY_CHROMIUM', join(base, 'none'))
  await expect(printPdf(page, join(base, 'none.pdf'))).rejects.toMatchObject({
    code: 'io-failed',
    file: join(base, 'none'),
  })
})

const chromium = '/usr/bin/chromium'
test.skipIf(!existsSync(chromium))(
  'a page becomes a PDF',
  async () => {
    vi.stubEnv('RADVERSARY_CHROMIUM', chromium)
    await printPdf(page, join(base, 'page.pdf'))
    expect(readFileSync(join(base, 'page.pdf')).subarray(0, 5).toString()).toBe('%PDF-')
  },
  60_000,
)
