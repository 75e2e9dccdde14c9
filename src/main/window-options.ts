import type { BrowserWindowConstructorOptions } from 'electron'

/** The main window: a sandboxed page without Node, reached through one bridge (Electron's security checklist, items 2 to 4). */
export function windowOptions(preload: string): BrowserWindowConstructorOptions {
  return {
    width: 1440,
    height: 900,
    backgroundColor: '#101418',
    webPreferences: { preload, sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true },
  }
}
