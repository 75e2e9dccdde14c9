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

/**
 * File names on Linux are bytes, and need not be UTF-8. Those that are not are kept as text in which each
 * byte that is no UTF-8 is a lone surrogate, U+DC00 + byte (Python's "surrogateescape"), so that they can be
 * shown, sent and written as JSON, and lead back to the file.
 */

const lone = /[\udc80-\udcff]/u

/** A name as text. @param bytes as the file system has them */
export function nameOfBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (!text.includes('\ufffd') || Buffer.from(text).equals(bytes)) return text
  let name = ''
  for (let at = 0; at < bytes.length;) {
    const length = [1, 2, 3, 4].find((count) => isCharacter(bytes.subarray(at, at + count)))
    if (length === undefined) name += String.fromCharCode(0xdc00 + bytes.readUInt8(at++))
    else name += bytes.toString('utf8', at, (at += length))
  }
  return name
}

function isCharacter(bytes: Buffer): boolean {
  const text = bytes.toString('utf8')
  return Array.from(text).length === 1 && Buffer.from(text).equals(bytes)
}

/** A path for Node's functions: as it is, or as bytes where a part of it was no UTF-8. */
export function systemPath(path: string): string | Buffer {
  if (process.platform === 'win32' || !lone.test(path)) return path
  return Buffer.concat(
    Array.from(path, (character) =>
      lone.test(character) ? Buffer.of(character.charCodeAt(0) - 0xdc00) : Buffer.from(character),
    ),
  )
}
