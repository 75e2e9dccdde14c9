import { createEngine } from '../engine/server/create-engine.ts'
import { homeFolder } from '../engine/models/home.ts'
import type { EngineReady, EngineStart } from '../shared/engine-address.ts'
import { keepInspectorShut } from '../shared/no-inspector.ts'
import { keepFilesPrivate } from '../shared/private-files.ts'
import { serveEngine } from './serve-engine.ts'
import { staticFilesIn } from './static-files.ts'
import { internalError } from '../core/errors.ts'
import type { FromThread, HostOwner, StartHost } from '../engine/threads/thread-messages.ts'
import type { TaskAsk, TaskReport } from '../shared/task-messages.ts'

/**
 * The entry of the engine's process under Electron (a utilityProcess): main says where to listen, then sends
 * it the page's requests.
 */
keepInspectorShut(process)
keepFilesPrivate(process)
process.parentPort.once('message', ({ data }) => {
  void start(data as EngineStart).then(() => {
    process.parentPort.postMessage('ready' satisfies EngineReady)
  })
})

async function start({ socket, secret, resources, page }: EngineStart): Promise<void> {
  const startProcess = throughMain(process.parentPort)
  const engine = await createEngine({ home: homeFolder(), resources, startProcess })
  await serveEngine({ engine, files: await staticFilesIn(page), socket, secret })
}

/** Electron's port to main, as far as it is used. */
interface PortToMain {
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  postMessage(message: unknown): void
}

interface Known {
  readonly owner: HostOwner
  readonly left: () => void
}

/** Processes of tasks that Electron's main starts: a utility process can't start others, nor run as Node. */
function throughMain(port: PortToMain): StartHost {
  const known = new Map<number, Known>()
  let last = 0
  const ask = (message: TaskAsk) => {
    port.postMessage(message)
  }
  port.on('message', ({ data }) => {
    hear(data as TaskReport, known)
  })
  return (owner) => {
    const id = ++last
    const ended = new Promise<void>((left) => known.set(id, { owner, left }))
    ask({ type: 'start-task-process', id })
    return {
      post: (message) => {
        ask({ type: 'send-to-task-process', id, message })
      },
      ref: () => undefined,
      unref: () => undefined,
      end: () => {
        ask({ type: 'end-task-process', id })
        return ended
      },
    }
  }
}

function hear(report: TaskReport, known: Map<number, Known>): void {
  const found = known.get(report.id)
  if (found === undefined) return
  const { owner, left } = found
  if (report.type === 'task-process-said') {
    owner.hear(report.message as FromThread)
    return
  }
  known.delete(report.id)
  left()
  owner.gone(internalError(`a process of tasks ended with code ${report.code}`))
}
