import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { app, BrowserWindow, type BrowserWindowConstructorOptions, screen } from 'electron'
import { origin } from './scheme.ts'

/** In device-independent pixels of the whole desktop. */
export interface Bounds {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Where the window was left. */
interface WindowState {
  readonly bounds: Bounds
  readonly isMaximized: boolean
}

/** The smallest window that the interface is made for. */
const smallest = { width: 1024, height: 680 }

/** So much of a window must be on a display for it to be found and moved. */
const visibleEnough = 100

/** A window state from a file's text; undefined for anything else. */
export function parseWindowState(text: string): WindowState | undefined {
  try {
    const { bounds, isMaximized } = JSON.parse(text) as Partial<WindowState>
    const numbers = [bounds?.x, bounds?.y, bounds?.width, bounds?.height]
    if (bounds === undefined || !numbers.every((number) => Number.isFinite(number))) return undefined
    return { bounds, isMaximized: isMaximized === true }
  } catch {
    return undefined
  }
}

/**
 * Bounds that can be used now: displays may be gone or smaller. Undefined where the window would not be seen.
 */
export function usableBounds({ bounds }: WindowState, workAreas: readonly Bounds[]): Bounds | undefined {
  const area = workAreas.find((candidate) => overlap(bounds, candidate))
  if (area === undefined) return undefined
  const width = Math.min(Math.max(bounds.width, smallest.width), area.width)
  const height = Math.min(Math.max(bounds.height, smallest.height), area.height)
  const x = Math.min(Math.max(bounds.x, area.x), area.x + area.width - width)
  const y = Math.min(Math.max(bounds.y, area.y), area.y + area.height - height)
  return { x, y, width, height }
}

function overlap(a: Bounds, b: Bounds): boolean {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x)
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y)
  return across >= visibleEnough && down >= visibleEnough
}

/** A session in memory alone: no pixel of a patient lands in a cache on disk. */
export const partition = 'radversary'

/**
 * The main window: a sandboxed page without Node, reached through one bridge (docs/security.md, items 2 to 4,
 * 6, 8 to 11).
 */
export function windowOptions(preload: string, bounds: Bounds | undefined): BrowserWindowConstructorOptions {
  return {
    ...(bounds ?? { width: 1440, height: 900 }),
    minWidth: smallest.width,
    minHeight: smallest.height,
    show: false,
    backgroundColor: '#101418',
    webPreferences: {
      preload,
      partition,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  }
}

/**
 * Opens the window where it was left, and shows it once there is something to see. @param prepare before the
 * page is loaded
 */
export async function openMainWindow(
  preload: string,
  prepare: (window: BrowserWindow) => void,
): Promise<void> {
  const file = join(app.getPath('userData'), 'window-state.json')
  const state = readState(file)
  const areas = screen.getAllDisplays().map(({ workArea }) => workArea)
  const window = new BrowserWindow(windowOptions(preload, state && usableBounds(state, areas)))
  if (state?.isMaximized === true) window.maximize()
  window.once('ready-to-show', () => {
    window.show()
  })
  window.on('close', () => {
    writeState(file, { bounds: window.getNormalBounds(), isMaximized: window.isMaximized() })
  })
  prepare(window)
  await window.loadURL(`${origin}/`)
}

function readState(file: string): WindowState | undefined {
  try {
    return parseWindowState(readFileSync(file, 'utf8'))
  } catch {
    return undefined // the first start
  }
}

function writeState(file: string, state: WindowState): void {
  try {
    writeFileSync(file, JSON.stringify(state))
  } catch {
    // A window in its usual place next time is no loss.
  }
}
