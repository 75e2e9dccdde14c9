import { basename, join } from 'node:path'

/**
 * The project's own folder, wherever the caller stands: all that a script reads, builds or installs is below
 * it.
 */
export const repository = join(import.meta.dirname, '../..')

/**
 * Goes back to the folder that `npm run` was called in, which the user's paths are relative to: npm begins a
 * script in the project's folder. Under another project's `npm run`, or without npm, that folder is the right
 * one already.
 */
export function returnToCaller() {
  const { INIT_CWD: caller, npm_package_json: manifest, npm_lifecycle_script: script = '' } = process.env
  const isOurs = manifest === join(repository, 'package.json') && script.includes(basename(process.argv[1]))
  if (isOurs && caller !== undefined && process.cwd() === repository) process.chdir(caller)
}
