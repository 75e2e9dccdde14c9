import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './repository.mjs'

const names = { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }

/**
 * Electron's program: the one that its package has fetched, or ELECTRON_OVERRIDE_DIST_PATH's; undefined where
 * there is neither.
 */
export function electronBinary() {
  const electron = join(repository, 'node_modules/electron')
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(electron, 'dist')
  const named = join(electron, 'path.txt')
  const name = existsSync(named)
    ? readFileSync(named, 'utf8').trim()
    : (names[process.platform] ?? 'electron')
  const path = join(dist, name)
  return existsSync(path) ? path : undefined
}

/** Whether a window could be shown: over SSH there may be no display. */
export function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)
}
