import { availableParallelism } from 'node:os'
import type { Decompress } from '../../core/dicom/codecs.ts'
import { onProcess } from '../threads/process-host.ts'
import type { StartHost } from '../threads/task-host.ts'
import { createThreadPool } from '../threads/thread-pool.ts'
import { createThread, type Thread } from '../threads/thread.ts'
import { onThread } from '../threads/worker-host.ts'
import type { engineTasks } from './engine-tasks.ts'

export type EngineThread = Thread<typeof engineTasks>

/** The engine's threads and processes. What runs a model has a process: a model may never answer. */
export interface EngineThreads {
  /** For what takes the whole device: predictions, gradients, verifications. */
  readonly compute: EngineThread
  /** One more, for an attack or a comparison alone. */
  another(): EngineThread
  readonly decompress: Decompress
  close(): Promise<void>
}

/** Frames come in bursts, while someone scrolls; more threads than this only fill the memory. */
const mostCodecThreads = 4

/** @param startProcess how processes are started; Electron has a way of its own */
export function createEngineThreads(startProcess: StartHost = onProcess): EngineThreads {
  const another = (): EngineThread => createThread(startProcess)
  const compute = another()
  const size = Math.max(1, Math.min(mostCodecThreads, availableParallelism() - 1))
  const codecs = createThreadPool<typeof engineTasks>(onThread('engine-worker'), size)
  return {
    compute,
    another,
    // A view of a file would take the whole file to the other thread.
    decompress: (frame) => codecs.run('decompress', { ...frame, bytes: frame.bytes.slice() }),
    close: async () => {
      await Promise.all([compute.close(), codecs.close()])
    },
  }
}
