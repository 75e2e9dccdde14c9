/** `npm run fuzz`: damaged files, kills and intrusions, seeded; CONTRIBUTING.md says how. */
import { ensureBuilt } from './setup/build.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { returnToCaller } from './setup/repository.mjs'

ensureNpmPackages()
ensureBuilt()
returnToCaller()
// Only now, since the packages may just have been installed.
const { register } = await import('tsx/esm/api')
register()
await import('../test/fuzz/main.ts')
