/** `npm test`: installs what is missing, then runs the checks and every test. */
import { spawnSync } from 'node:child_process'
import { ensureDebianPackages } from './setup/debian-packages.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { repository } from './setup/repository.mjs'

function run(script) {
  const { status } = spawnSync('npm', ['run', '-s', script], {
    cwd: repository,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
}

ensureNpmPackages()
ensureDebianPackages()
for (const script of ['check', 'build', 'test:all']) run(script)
