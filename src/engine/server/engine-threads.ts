import { availableParallelism } from 'node:os'
import type { Decompress } from '../../core/dicom/codecs.ts'
import { createThreadPool } from '../threads/thread-pool.ts'
import { createThread, type Thread } from '../threads/thread.ts'
import type { engineTasks } from './engine-tasks.ts'

export type EngineThread = Thread<typeof engineTasks>

/** The engine's threads but for those of attacks, which have one each. */
export interface EngineThreads {
  /** For what takes the whole device: predictions, gradients, verifications. */
  readonly compute: EngineThread
  readonly decompress: Decompress
  close(): Promise<void>
}

/** Frames come in bursts, while someone scrolls; more threads than this only fill the memory. */
const mostCodecThreads = 4

export function createEngineThread(): EngineThread {
  return createThread('engine-worker')
}

export function createEngineThreads(): EngineThreads {
  const compute = createEngineThread()
  const size = Math.max(1, Math.min(mostCodecThreads, availableParallelism() - 1))
  const codecs = createThreadPool<typeof engineTasks>('engine-worker', size)
  return {
    compute,
    // A view of a file would take the whole file to the other thread.
    decompress: (frame) => codecs.run('decompress', { ...frame, bytes: frame.bytes.slice() }),
    close: async () => {
      await Promise.all([compute.close(), codecs.close()])
    },
  }
}
