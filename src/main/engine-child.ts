import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utilityProcess } from 'electron'
import type { EngineAddress, EngineStart } from '../shared/engine-address.ts'
import { serveTaskChildren, type EngineChild } from './engine-supervisor.ts'

interface EngineFiles extends Pick<EngineStart, 'resources' | 'page'> {
  /** The built src/serve/engine-process.ts. */
  readonly program: string
  /** The built src/serve/task-process.ts. */
  readonly taskProgram: string
}

/**
 * Starts the engine in a process of its own, on a socket that only this user can open and with a secret that
 * only we know.
 */
export function startEngineChild({ program, taskProgram, resources, page }: EngineFiles): EngineChild {
  const folder = mkdtempSync(join(tmpdir(), 'radversary-'))
  const address: EngineAddress = { socket: socketIn(folder), secret: randomBytes(32).toString('base64url') }
  const child = utilityProcess.fork(program, [], { serviceName: 'Radversary engine', stdio: 'inherit' })
  serveTaskChildren(child, () =>
    utilityProcess.fork(taskProgram, [], { serviceName: 'Radversary tasks', stdio: 'inherit' }),
  )
  const gone = new Promise<number>((resolve) => {
    child.once('exit', (code) => {
      rmSync(folder, { recursive: true, force: true })
      resolve(code)
    })
  })
  const ready = new Promise<EngineAddress>((resolve, reject) => {
    child.once('message', () => {
      resolve(address)
    })
    void gone.then((code) => {
      reject(new Error(`the engine ended with code ${code} before it was ready`))
    })
  })
  child.postMessage({ ...address, resources, page } satisfies EngineStart)
  return { ready, gone, kill: () => child.kill() }
}

/** mkdtemp makes folders for this user alone; named pipes have no folder. */
function socketIn(folder: string): string {
  if (process.platform !== 'win32') return join(folder, 'engine.sock')
  return `\\\\.\\pipe\\radversary-${randomBytes(16).toString('hex')}`
}
