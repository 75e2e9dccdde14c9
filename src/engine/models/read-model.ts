import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { dirname, join } from 'node:path'
import { readBytes } from '../../adapters/fs/read-file.ts'
import { RadversaryError } from '../../core/errors.ts'
import type { ModelFacts } from '../../core/model/model-facts.ts'
import { factsOf } from '../../core/model/read-facts.ts'
import { decodeModel } from '../../core/onnx/codec.ts'
import { externalDataLocations } from '../../core/onnx/external-data.ts'

/** A model's file as it lies on disk. */
export interface ModelFile {
  readonly path: string
  readonly bytes: Uint8Array
  /** Of the .onnx file and the files of weights that it names, in the order of their names. */
  readonly sha256: string
  /** Contents of the files beside it that hold its weights, by the location that it names. */
  readonly externalData: Readonly<Record<string, Uint8Array>>
  readonly facts: ModelFacts
}

/** @throws RadversaryError io-failed, model-unreadable (external data outside the model's folder included), model-unsupported. */
export async function readModelFile(path: string): Promise<ModelFile> {
  const bytes = await readBytes({ path })
  const model = namingFile(path, () => decodeModel(bytes))
  const externalData: Record<string, Uint8Array> = {}
  for (const location of namingFile(path, () => externalDataLocations(model)).sort())
    externalData[location] = await readBytes({ path: join(dirname(path), location) })
  const hash = hashOf(bytes, externalData)
  return { path, bytes, externalData, sha256: hash, facts: factsOf(model, { file: path, sha256: hash }) }
}

function hashOf(bytes: Uint8Array, externalData: Readonly<Record<string, Uint8Array>>): string {
  const hash = sha256.create().update(bytes)
  for (const part of Object.values(externalData)) hash.update(part)
  return bytesToHex(hash.digest())
}

/** Names the file that is really at fault in an error of `work`. */
export function namingFile<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof RadversaryError)) throw error
    throw new RadversaryError(error.code, error.message, { tip: error.tip, file, cause: error.cause })
  }
}
