import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { app, BrowserWindow, screen } from 'electron'
import { origin } from './scheme.ts'
import { windowOptions } from './window-options.ts'
import { parseWindowState, usableBounds, type WindowState } from './window-state.ts'

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
