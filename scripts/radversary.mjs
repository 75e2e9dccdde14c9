/** `npm run -s radversary -- …`: the command line from a clone, installed and built when that is due. */
import { ensureBuilt } from './setup/build.mjs'
import { ensureNpmPackages } from './setup/npm-packages.mjs'
import { returnToCaller } from './setup/repository.mjs'

ensureNpmPackages()
ensureBuilt()
returnToCaller()
await import('../out/main/radversary.js')
