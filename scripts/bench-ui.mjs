/** `npm run bench:ui`: what the interface's user waits for, measured in Chromium. */
import { ensureBuilt } from './setup/build.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { returnToCaller } from './setup/repository.mjs'

ensureNpmPackages()
ensureBuilt()
returnToCaller()
// Only now, since the packages may just have been installed.
const { register } = await import('tsx/esm/api')
register()
await import('../bench/ui/main.ts')
