import type { OrtRuntime } from '../../adapters/ort/runtime.ts'
import { connectOnThread } from '../models/model-on-thread.ts'
import type { DifferentiableModel } from '../../core/model/ports.ts'
import { connectModel, type ConnectableModel } from '../models/open-model.ts'

/** Groups of images that are attacked at a time on the CPU; each more takes the model's memory once more. */
const most = 2

/** How many groups of images are attacked at a time. */
export function lanesOf({ device, threads }: Pick<OrtRuntime, 'device' | 'threads'>): number {
  return device === 'cpu' ? Math.min(most, threads) : 1
}

/**
 * Models for as many groups at a time: while one is with its model, the passes over pixels of another run,
 * and two halves of the processor lose less than one whole on layers that are too small to be shared. A
 * graphics card is shared by nobody. Every one must be disposed of. @throws as `connectModel`.
 */
export async function connectLanes(
  { path, bytes, externalData, card, tfjs, inner }: ConnectableModel,
  runtime: OrtRuntime,
  groups: number,
): Promise<DifferentiableModel[]> {
  const model = { path, bytes, externalData, card, tfjs, inner }
  const count = Math.max(1, Math.min(lanesOf(runtime), groups))
  if (count === 1) return [await connectModel(model, runtime)]
  const threads = Math.floor(runtime.threads / count)
  return Promise.all(
    Array.from({ length: count }, () => connectOnThread({ ...model, device: runtime.device, threads })),
  )
}
