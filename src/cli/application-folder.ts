import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { internalError } from '../core/errors.ts'

/** Where package.json, out/ and resources/ are: above this file, whether it is built or not. */
export function applicationFolder(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw internalError('package.json is not above the program')
    folder = dirname(folder)
  }
  return folder
}
