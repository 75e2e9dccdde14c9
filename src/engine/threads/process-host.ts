import { fork } from 'node:child_process'
import { once } from 'node:events'
import { internalError } from '../../core/errors.ts'
import type { FromThread, StartHost } from './thread-messages.ts'
import { workerFile } from './worker-host.ts'

/**
 * A process of its own, which can be ended whatever native code in it is doing, and whose memory faults are
 * its own. It ends with this one.
 */
export const onProcess: StartHost = ({ hear, gone }) => {
  const file = workerFile('task-process')
  const child = fork(file, [], {
    serialization: 'advanced',
    execArgv: file.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const left = once(child, 'exit')
  child.on('message', (message) => {
    hear(message as FromThread)
  })
  child.on('error', gone)
  child.once('exit', (code, signal) => {
    gone(internalError(`a process of tasks ended with ${code ?? signal ?? 'no code'}`))
  })
  return {
    // `gone` reports whoever is gone.
    post: (message) => child.send(message, () => undefined),
    ref: () => {
      child.ref()
      child.channel?.ref()
    },
    unref: () => {
      child.unref()
      child.channel?.unref()
    },
    end: async () => {
      child.kill('SIGKILL')
      await left
    },
  }
}
