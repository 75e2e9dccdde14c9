import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
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
  for (const browser of [join(base, 'none'), '/bin/true']) {
    vi.stubEnv('RADVERSARY_CHROMIUM', browser)
    const printed = printPdf(page, join(base, 'none.pdf'))
    await expect(printed).rejects.toMatchObject({ code: 'io-failed', file: browser })
  }
})

test.skipIf(process.platform === 'win32')(
  'what a browser leaves is there under its name when it has ended, and is never written over',
  async () => {
    const [browser, folder] = [join(base, 'browser'), join(base, 'pdf')]
    mkdirSync(folder)
    const script = [
      '#!/bin/sh',
      'for each; do case "$each" in --print-to-pdf=*) pdf="${each#*=}";; esac; done',
    ]
    writeFileSync(browser, [...script, 'echo %PDF > "$pdf"', 'ls "${pdf%/*}" > "${0}.seen"'].join('\n'), { mode: 0o755 }) // prettier-ignore
    vi.stubEnv('RADVERSARY_CHROMIUM', browser)
    const pdf = join(folder, 'page.pdf')
    await printPdf(page, pdf)
    expect(readFileSync(`${browser}.seen`, 'utf8')).not.toContain('page.pdf')
    expect([readdirSync(folder), readFileSync(pdf, 'utf8')]).toEqual([['page.pdf'], '%PDF\n'])
    await expect(printPdf(page, pdf)).rejects.toMatchObject({ code: 'export-conflict', file: pdf })
  },
)

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
