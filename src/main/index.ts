import { join } from 'node:path'
import { app, BrowserWindow } from 'electron'
import { windowOptions } from './window-options.ts'

async function openWindow(): Promise<void> {
  const window = new BrowserWindow(windowOptions(join(import.meta.dirname, '../preload/index.cjs')))
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  await window.loadFile(join(import.meta.dirname, '../renderer/index.html'))
}

app.enableSandbox()
await app.whenReady()
await openWindow()
