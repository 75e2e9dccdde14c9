import type { BrowserWindowConstructorOptions } from 'electron'
import { smallest, type Bounds } from './window-state.ts'

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
