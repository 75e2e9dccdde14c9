import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, mkdir, rm, writeFile } from 'node:fs/promises'
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

/** Where a workspace's key is. */
export function keyFileIn(home: string): string {
  return join(home, keyName)
}

/**
 * The secret key of pseudonyms: from a file, which is made on first use, readable by its owner alone (0600).
 * @param file undefined for that of the workspace; `none` for a new one that is kept nowhere
 * @throws RadversaryError io-failed; usage where the file holds no key
 */
export async function secretKey(file: string | undefined, home: string): Promise<SecretKey> {
  if (file === 'none') return { bytes: randomBytes(keyBytes), file: undefined }
  const path = file === undefined ? keyFileIn(home) : resolve(file)
  if (!(await fileExists(path))) await writeKey(path)
  const text = new TextDecoder().decode(await readBytes({ path })).trim()
  if (!keyForm.test(text))
    throw new RadversaryError('usage', 'Key: expected a file of 64 hexadecimal digits, got another', {
      file: path,
      tip: 'Name the key of an earlier de-identification, or a new file, in which one is made.',
    })
  return { bytes: Buffer.from(text, 'hex'), file: path }
}

/**
 * Whatever the mask: nobody else may read it. It appears whole, and a key that another process has made
 * meanwhile is left.
 */
async function writeKey(path: string): Promise<void> {
  const part = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.part`
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(part, `${randomBytes(keyBytes).toString('hex')}\n`, { flag: 'wx', mode: 0o600 })
    await link(part, path).catch(async (cause: unknown) => {
      // Disks without hard links.
      if (errorCode(cause) !== 'EEXIST') await copyFile(part, path, constants.COPYFILE_EXCL)
    })
  } catch (cause) {
    if (errorCode(cause) !== 'EEXIST') throw ioError('write key', path, cause)
  } finally {
    await rm(part, { force: true })
  }
}
