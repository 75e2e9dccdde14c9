import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'

const commandLine = 'out/main/radversary.js'

function newestSource() {
  const files = readdirSync('src', { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Math.max(...files.map((entry) => statSync(`${entry.parentPath}/${entry.name}`).mtimeMs))
}

/** Builds out/ when it is absent or older than the sources. */
export function ensureBuilt() {
  if (existsSync(commandLine) && statSync(commandLine).mtimeMs >= newestSource()) return
  const { status } = spawnSync('npm', ['run', '-s', 'build'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
}
