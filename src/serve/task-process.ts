import { startWorker, workerFile } from '../engine/threads/worker-host.ts'
import { keepInspectorShut } from '../shared/no-inspector.ts'
import { keepFilesPrivate } from '../shared/private-files.ts'

/**
 * The entry of a process of the engine's tasks. The tasks have a thread of their own, so that this one always
 * hears when the engine is gone: native code would go on for ever.
 */
keepInspectorShut(process)
keepFilesPrivate(process)
const tasks = startWorker(workerFile('engine-worker'))
tasks.once('exit', (code) => {
  process.exit(code)
})

/**
 * Under Electron a utility process of main's, which passes messages on; elsewhere a child of the engine's.
 */
const electron = process.parentPort as typeof process.parentPort | undefined
if (electron === undefined) {
  process.on('message', (message) => {
    tasks.postMessage(message)
  })
  tasks.on('message', (message) => process.send?.(message))
  process.once('disconnect', () => {
    process.kill(process.pid, 'SIGKILL')
  })
} else {
  electron.on('message', ({ data }) => {
    tasks.postMessage(data)
  })
  tasks.on('message', (message) => {
    electron.postMessage(message)
  })
}
// Ctrl-C in a terminal is the engine's to hear.
process.on('SIGINT', () => undefined)
