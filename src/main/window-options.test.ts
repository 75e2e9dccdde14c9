import { expect, test } from 'vitest'
import { windowOptions } from './window-options.ts'

test('a page runs in the sandbox, isolated from the bridge and without Node', () => {
  expect(windowOptions('/preload.js').webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
  })
})
