import { basename } from 'node:path'
import { RadversaryError } from '../../core/errors.ts'

const reserved = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?$/i

/**
 * Whether Windows takes a file or folder of this name: devices' names, some characters and ends it does not.
 */
export function isPortableName(name: string): boolean {
  return name !== '' && !reserved.test(name) && !/[. ]$/.test(name) && !/[<>:"/\\|?*\0-\x1f]/.test(name)
}

/**
 * Exports are handed on, and must be what they are on Windows too. @throws RadversaryError usage for a path
 * whose last part Windows reserves.
 */
export function checkOutputName(path: string): void {
  const name = basename(path)
  if (name === '' || isPortableName(name)) return
  throw new RadversaryError(
    'usage',
    `Output: expected a name that Windows can hold, got ${JSON.stringify(name)}`,
    {
      file: path,
      tip: 'Take another name: not CON, NUL, COM1 and the like, without <>:"/\\|?*, no dot or blank at its end.',
    },
  )
}
