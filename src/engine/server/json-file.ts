import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { fileExists, writeFileAtomically } from '../../adapters/fs/atomic-write.ts'
import { ioError } from '../../adapters/fs/io-error.ts'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../core/errors.ts'

/**
 * A JSON file of ours; undefined where there is none. @throws RadversaryError io-failed, also for one that is
 * damaged.
 */
export async function readJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  if (!(await fileExists(path))) return undefined
  const text = new TextDecoder().decode(await readBytes({ path }))
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new RadversaryError(
      'io-failed',
      'File: expected JSON that Radversary wrote, got a damaged or foreign one',
      {
        file: path,
        tip: 'Remove the file, or restore it.',
        cause,
      },
    )
  }
}

/** Replaces the file in one step; its folder is made. @throws RadversaryError io-failed. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw ioError('make folder', dirname(path), cause)
  })
  await writeFileAtomically(path, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`), {
    replace: true,
  })
}
