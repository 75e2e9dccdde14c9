import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { RadversaryError, type ErrorCode } from '../../core/errors.ts'
import { fileExists, writeFileAtomically } from './atomic-write.ts'
import { ioError } from './io-error.ts'
import { readBytes } from './read-file.ts'

/** What a damaged file means to its reader, and what its user can do. */
export interface JsonFault {
  readonly code: ErrorCode
  readonly tip: string
}

const lost: JsonFault = { code: 'io-failed', tip: 'Remove the file, or restore it.' }

/** Fault of a file that an unfinished export is resumed from. */
export const madeAnew: JsonFault = {
  code: 'io-failed',
  tip: 'Remove the file and run the same command again: it is made anew.',
}

/** Fault of a file of a finished export. */
export const toRestore: JsonFault = {
  code: 'verification-failed',
  tip: 'Restore the file, or export to another folder.',
}

/**
 * Reads a JSON file that Radversary wrote. @throws RadversaryError io-failed where it can't be read, and with
 * the fault's code and tip for one that is damaged or foreign.
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>, fault = lost): Promise<T> {
  const text = new TextDecoder().decode(await readBytes({ path }))
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    const message = 'File: expected JSON that Radversary wrote, got a damaged or foreign one'
    throw new RadversaryError(fault.code, message, { file: path, tip: fault.tip, cause })
  }
}

/** As `readJson`; undefined where there is no file. */
export async function readJsonFile<T>(
  path: string,
  schema: z.ZodType<T>,
  fault = lost,
): Promise<T | undefined> {
  return (await fileExists(path)) ? readJson(path, schema, fault) : undefined
}

/** Replaces the file in one step; its folder is made. @throws RadversaryError io-failed. */
export function writeJsonFile(path: string, value: unknown): Promise<void> {
  return writeTextFile(path, `${JSON.stringify(value, null, 2)}\n`)
}

/** The same of any text. @throws as `writeJsonFile` */
export async function writeTextFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((cause: unknown) => {
    throw ioError('make folder', dirname(path), cause)
  })
  await writeFileAtomically(path, new TextEncoder().encode(text), { replace: true })
}
