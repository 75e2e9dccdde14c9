import { availableParallelism } from 'node:os'
import { decodeCompressed, type Decompress } from '../../core/dicom/codecs.ts'
import type { AttackHooks } from '../attack/attack-hooks.ts'
import type { AttackRequest } from '../attack/attack-run.ts'
import { attackStudy } from '../attack/attack-study.ts'
import { compareStudy } from '../compare/compare-study.ts'
import { evaluateStudy } from '../evaluate/evaluate-study.ts'
import { addMedia } from '../export/media.ts'
import { addPictures } from '../export/export-pictures.ts'
import { namelessRun } from '../export/nameless-run.ts'
import { importToOpen } from '../import/import-to-open.ts'
import { predictStudy } from '../predict/predict-study.ts'
import { onProcess, onThread } from '../threads/worker-host.ts'
import type { StartHost } from '../threads/thread-messages.ts'
import { createThread, createThreadPool, type Thread } from '../threads/thread.ts'
import { verifyExport } from '../verify/verify-export.ts'
import { checkDevice } from './check-device.ts'
import { inputGradient } from './models/input-gradient.ts'
import { saveCardBeside } from '../models/model-store.ts'
import { draftModelCard } from './models/draft-card.ts'
import { keepModel, readModelAbout } from './models/model-about.ts'
import { tryModelCard } from './models/try-card.ts'

/**
 * What the engine does on threads of its own: whatever computes for longer than a page should wait for a
 * image.
 */
export const engineTasks = {
  /** One attack from its request to its end. */
  attack: async (request: AttackRequest, hooks: AttackHooks): Promise<void> => {
    await attackStudy(request, hooks)
  },
  addMedia,
  addPictures,
  namelessRun,
  compare: compareStudy,
  evaluate: evaluateStudy,
  importToOpen,
  predict: predictStudy,
  verify: verifyExport,
  checkDevice,
  inputGradient,
  readModelAbout,
  keepModel,
  saveCardBeside,
  draftModelCard,
  tryModelCard,
  decompress: decodeCompressed,
}

export type EngineThread = Thread<typeof engineTasks>

/** The engine's threads and processes. What runs a model has a process: a model may never answer. */
export interface EngineThreads {
  /** For what takes the whole device: predictions, gradients, verifications. */
  readonly compute: EngineThread
  /** One more, for an attack, a comparison or an evaluation alone. */
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
