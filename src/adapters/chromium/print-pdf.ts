import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RadversaryError } from '../../core/errors.ts'
import { makeFileAtomically } from '../fs/atomic-write.ts'

/** Names the browser where it isn't found by itself. */
const chromiumVariable = 'RADVERSARY_CHROMIUM'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'msedge', 'chrome']
const fixed = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/** The browser that RADVERSARY_CHROMIUM names, or the first that is found; undefined where there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const named = env[chromiumVariable]
  if (named !== undefined && named !== '') return named
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...fixed].find(canRun)
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Prints a page to a PDF by Chromium, without its headers and footers; it is there whole or not at all.
 * @throws RadversaryError usage where there is no browser; export-conflict for a PDF that is there already;
 * io-failed where the browser leaves none
 */
export async function printPdf(
  page: string,
  pdf: string,
  { shown = page, signal }: Pick<BrowserWork, 'shown' | 'signal'> = {},
): Promise<void> {
  const browser = chromiumFor(shown)
  const flagsFor = (file: string) => ['--no-pdf-header-footer', `--print-to-pdf=${file}`]
  const print = (made: string) => runBrowser(browser, page, { made, flags: flagsFor(made), shown, signal })
  await makeFileAtomically(pdf, print, { replace: false })
}

/** A browser for a page. @throws RadversaryError usage where there is none */
export function chromiumFor(page: string): string {
  const browser = findChromium()
  if (browser !== undefined) return browser
  throw new RadversaryError('usage', 'PDF: expected Chromium, Chrome or Edge, got none', {
    file: page,
    tip: `Name it by ${chromiumVariable}, or open the page in a browser and print it.`,
  })
}

export interface BrowserWork {
  /** The file that is left. */
  readonly made: string
  /** What leaves it. */
  readonly flags: readonly string[]
  /** The user's own file that the page shows, for errors; the page itself by default. */
  readonly shown?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Makes a file of a page by a browser without a window. @throws RadversaryError io-failed where none is left
 */
export async function runBrowser(
  browser: string,
  page: string,
  { made, flags, shown = page, signal }: BrowserWork,
): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'radversary-browser-'))
  try {
    const all = ['--headless', '--disable-gpu', `--user-data-dir=${profile}`, ...flags]
    // Chromium refuses to run as root within its sandbox; the page is ours and has no script.
    const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const child = spawn(browser, [...all, ...asRoot, pathToFileURL(page).href], {
      stdio: 'ignore',
      ...(signal && { signal }),
    })
    await once(child, 'close').catch((cause: unknown) => {
      throw nothingMade(browser, shown, cause)
    })
    if (!(await stat(made).catch(() => undefined))?.size) throw nothingMade(browser, shown)
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

function nothingMade(browser: string, shown: string, cause?: unknown): RadversaryError {
  return new RadversaryError('io-failed', 'PDF or PNG: expected a file from the browser, got none', {
    file: browser,
    tip: `Open ${basename(shown)} in a browser and print it.`,
    cause,
  })
}
