import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileExists } from '../../adapters/fs/atomic-write.ts'
import { errorCode, ioError } from '../../adapters/fs/io-error.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../core/errors.ts'

/** The key's file in the workspace. */
const keyName = 'deidentification.key'
const keyBytes = 32
const keyForm = /^[0-9a-f]{64}$/

export interface SecretKey {
  readonly bytes: Uint8Array
  /** Where it is kept; undefined for one that is thrown away. */
  readonly file: string | undefined
}

/**
 * The secret key of pseudonyms: from a file, which is made on first use, readable by its owner alone (0600).
 * @param file undefined for that of the workspace; `none` for a new one that is kept nowhere
 * @throws RadversaryError io-failed; usage where the file holds no key
 */
export async function secretKey(file: string | undefined, home: string): Promise<SecretKey> {
  if (file === 'none') return { bytes: randomBytes(keyBytes), file: undefined }
  const path = file === undefined ? join(home, keyName) : resolve(file)
  if (!(await fileExists(path))) await writeKey(path)
  const text = new TextDecoder().decode(await readBytes({ path })).trim()
  if (!keyForm.test(text))
    throw new RadversaryError('usage', 'Key: expected a file of 64 hexadecimal digits, got another', {
      file: path,
      tip: 'Name the key of an earlier de-identification, or a new file, in which one is made.',
    })
  return { bytes: Buffer.from(text, 'hex'), file: path }
}

/** Whatever the mask: nobody else may read it. A key that another process has made meanwhile is left. */
async function writeKey(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, `${randomBytes(keyBytes).toString('hex')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    if (errorCode(cause) !== 'EEXIST') throw ioError('write key', path, cause)
  }
}
