import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './repository.mjs'

const commandLine = join(repository, 'out/main/radversary.js')

function newestSource() {
  const entries = readdirSync(join(repository, 'src'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return Math.max(...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs))
}

/** Builds out/ when it is absent or older than the sources. */
export function ensureBuilt() {
  if (existsSync(commandLine) && statSync(commandLine).mtimeMs >= newestSource()) return
  const { status } = spawnSync('npm', ['run', '-s', 'build'], {
    cwd: repository,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
}
