import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { utilityProcess } from 'electron'
import type { EngineAddress, EngineStart } from '../shared/engine-address.ts'
import type { TaskAsk, TaskReport } from '../shared/task-messages.ts'
import type { EngineChild } from './engine-supervisor.ts'

/** A utility process, as far as it is used. */
export interface UtilityChild {
  on(event: 'message', listener: (message: unknown) => void): unknown
  once(event: 'exit', listener: (code: number) => void): unknown
  postMessage(message: unknown): void
  kill(): unknown
}

/** Starts and ends processes of tasks for the engine and passes messages on; all end with the engine. */
export function serveTaskChildren(engine: UtilityChild, start: () => UtilityChild): void {
  const children = new Map<number, UtilityChild>()
  const report = (news: TaskReport) => {
    if (children.has(news.id)) engine.postMessage(news)
  }
  const begin = (id: number) => {
    const child = start()
    children.set(id, child)
    child.on('message', (message) => {
      report({ type: 'task-process-said', id, message })
    })
    child.once('exit', (code) => {
      report({ type: 'task-process-gone', id, code })
      children.delete(id)
    })
  }
  engine.on('message', (message) => {
    const ask = message as TaskAsk | string
    if (typeof ask === 'string') return
    if (ask.type === 'start-task-process') begin(ask.id)
    else if (ask.type === 'send-to-task-process') children.get(ask.id)?.postMessage(ask.message)
    else children.get(ask.id)?.kill()
  })
  engine.once('exit', () => {
    const left = [...children.values()]
    children.clear()
    for (const child of left) child.kill()
  })
}

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
