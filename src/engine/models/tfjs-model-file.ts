import { join } from 'node:path'
import type { TfjsBackend } from '../../adapters/tfjs/backends.ts'
import { isFile, tfjsFileName } from './home.ts'

/**
 * What runs a TensorFlow.js model: ONNX Runtime, after conversion, or the library itself; `auto` converts
 * where that can be done.
 */
export const modelRuntimes = ['auto', 'onnx', 'tfjs'] as const
export type ModelRuntime = (typeof modelRuntimes)[number]

/** A TensorFlow.js model beside what every model file has. */
export interface TfjsModel {
  /** model.json first, then its shards by the paths that it names. */
  readonly contents: Readonly<Record<string, Uint8Array>>
  /** Set where TensorFlow.js runs it. */
  readonly backend: TfjsBackend | undefined
  /** Extents of one sample that were asked for. */
  readonly inputShape: readonly number[] | undefined
  /** Sentences: how it is run, and why not otherwise. */
  readonly notices: readonly string[]
}

/** What a stored model was converted to and compared with, beside it. */
export const convertedFileName = 'model.converted.onnx'

/** The model.json that a path means: itself, or the one in a folder; undefined for anything else. */
export async function tfjsPath(path: string): Promise<string | undefined> {
  if (path.toLowerCase().endsWith('.json')) return path
  const inside = join(path, tfjsFileName)
  return (await isFile(inside)) ? inside : undefined
}
