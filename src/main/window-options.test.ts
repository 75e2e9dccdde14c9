import { expect, test } from 'vitest'
import { windowOptions } from './window-options.ts'

const { webPreferences, ...window } = windowOptions('/preload.js', undefined)

test('a page runs in the sandbox, isolated from the bridge and without Node', () => {
  expect(webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    webSecurity: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
  })
  expect(webPreferences).not.toHaveProperty('enableBlinkFeatures')
})

test('nothing of a page is kept on disk', () => {
  expect(webPreferences?.partition).not.toMatch(/^persist:/)
  expect(webPreferences?.partition).toBeTruthy()
})

test('a window has its last bounds, or the usual ones', () => {
  expect(window).toMatchObject({ width: 1440, height: 900, minWidth: 1024 })
  expect(windowOptions('/preload.js', { x: 1, y: 2, width: 1500, height: 1000 })).toMatchObject({
    x: 1,
    y: 2,
    width: 1500,
  })
})
