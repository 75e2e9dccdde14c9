import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'

const installed = 'node_modules/.package-lock.json'

function upToDate() {
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync('package-lock.json').mtimeMs
}

/** Installs what package-lock.json pins when node_modules is absent or older than it. */
export function ensureNpmPackages() {
  if (upToDate()) return
  console.error('Installing npm packages …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error('npm ci failed; mend what it says above (network, proxy, disk) and run the command again.')
    process.exit(1)
  }
}
