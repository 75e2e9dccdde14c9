import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './repository.mjs'

const [installed, locked] = ['node_modules/.package-lock.json', 'package-lock.json'].map((name) =>
  join(repository, name),
)

function upToDate() {
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(locked).mtimeMs
}

/** Installs what package-lock.json pins when node_modules is absent or older than it. */
export function ensureNpmPackages() {
  if (upToDate()) return
  console.error('Installing npm packages …')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    // npm ci empties node_modules where it stands: never in the caller's folder.
    cwd: repository,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error('npm ci failed; mend what it says above (network, proxy, disk) and run the command again.')
    process.exit(1)
  }
}
