/**
 * `npm start [-- PATH …]`: from a clone with nothing installed to the open application, in Electron or, where
 * that can't be, in the browser.
 */
import { spawnSync } from 'node:child_process'
import { ensureBuilt } from './setup/build.mjs'
import { electronBinary, hasDisplay } from './setup/electron-binary.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { repository, returnToCaller } from './setup/repository.mjs'

/** An application that ends with a fault so soon has never been open. */
const soonMs = 10_000

function startElectron(binary, paths) {
  const start = performance.now()
  const { status, signal } = spawnSync(binary, [repository, ...paths], { stdio: 'inherit' })
  if (status === 0 || performance.now() - start > soonMs) process.exit(status ?? 0)
  return `Electron did not start (${signal ?? `code ${status}`})`
}

function reasonForBrowser(paths) {
  const binary = electronBinary()
  if (binary === undefined) return "Electron's binary is not here (npx install-electron fetches it)"
  return hasDisplay() ? startElectron(binary, paths) : 'There is no display'
}

ensureNpmPackages()
ensureBuilt()
returnToCaller()
const paths = process.argv.slice(2)
console.error(`${reasonForBrowser(paths)}: opening the browser instead.`)
const study = paths.length === 0 ? [] : ['--study', ...paths]
process.argv.splice(2, Infinity, 'serve', '--open', ...study)
await import('../out/main/radversary.js')
