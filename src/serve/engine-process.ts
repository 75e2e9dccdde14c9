import { createEngine } from '../engine/server/create-engine.ts'
import { homeFolder } from '../engine/models/home.ts'
import type { EngineReady, EngineStart } from '../shared/engine-address.ts'
import { keepInspectorShut } from '../shared/no-inspector.ts'
import { keepFilesPrivate } from '../shared/private-files.ts'
import { serveEngine } from './serve-engine.ts'
import { staticFilesIn } from './static-files.ts'
import { throughMain } from './through-main.ts'

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
